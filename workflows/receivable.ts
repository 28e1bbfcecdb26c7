import { continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import type { PlanStep } from '../domain/collection/receivable.ts';
import type { ReceivablePlan } from '../domain/collection/process.ts';
import { listenForBell } from './bell.ts';
import { receivablePlanQuery } from './messages.ts';
import type { ProcessInput } from './messages.ts';
import { records } from './proxies.ts';
import { showStage } from './stage.ts';

type Step = (input: { id: string; seq: number }) => Promise<ReceivablePlan>;

/** What each step of the credit manual does; the facts decide, under lock, whether it is still called for. */
const take: Record<PlanStep, Step> = {
  wait: records.judgePromise,
  notice: records.requestNotice,
  remind: records.requestReminder,
  'work-order': records.openWorkOrder,
  escalate: records.escalate,
  legal: records.openLegalCase,
  close: records.reassessReceivable,
};

/**
 * One receivable from its posting until nothing is owed: due, reminder, escalation, legal. It waits for the planned moment or for news,
 * and then takes the step, or reads the facts anew; a run without a plan reads first.
 */
export async function receivable({ id, plan: given }: ProcessInput<ReceivablePlan>): Promise<void> {
  const bell = listenForBell();
  let plan: ReceivablePlan | null = given;
  setHandler(receivablePlanQuery, () => plan);

  if (!plan) {
    bell.quiet();
    plan = await records.reassessReceivable({ id, seq: null });
    showStage('scheduled', plan.stage);
  }
  while (plan.step !== 'close' || bell.rung) {
    const rang = await bell.ringsWithin(plan.waitMs, plan.why);
    const next: ReceivablePlan = await (rang ? records.reassessReceivable : take[plan.step])({ id, seq: plan.seq });
    showStage(plan.stage, next.stage);
    plan = next;
    if (workflowInfo().continueAsNewSuggested && !bell.rung) await continueAsNew<typeof receivable>({ id, plan });
  }
}
