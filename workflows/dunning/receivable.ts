import { continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import type { PlanStep } from '../../domain/dunning/receivable.ts';
import type { ReceivablePlan } from '../../domain/dunning/process.ts';
import { listenForBell } from '../platform/bell.ts';
import { receivablePlanQuery } from '../platform/messages.ts';
import type { ProcessInput } from '../platform/messages.ts';
import { because, beginsUnplanned, newsCame, records } from '../platform/proxies.ts';
import { showStage } from '../platform/stage.ts';

/** What each step of the credit manual does; the facts decide, under lock, whether it is still called for. */
const take = {
  wait: records.judgePromise,
  notice: records.requestNotice,
  remind: records.requestReminder,
  'work-order': records.openWorkOrder,
  escalate: records.escalate,
  legal: records.openLegalCase,
  close: records.reassessReceivable,
} satisfies Record<PlanStep, unknown>;

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
    plan = await because(beginsUnplanned, records.reassessReceivable, { id, seq: null });
    showStage('scheduled', plan.stage);
  }
  while (plan.step !== 'close' || bell.rung) {
    const rang = await bell.ringsWithin(plan.waitMs, plan.why);
    const held = { id, seq: plan.seq };
    const next: ReceivablePlan = await (rang
      ? because(newsCame, records.reassessReceivable, held)
      : because(plan.why, take[plan.step], held));
    showStage(plan.stage, next.stage);
    plan = next;
    if (workflowInfo().continueAsNewSuggested && !bell.rung) await continueAsNew<typeof receivable>({ id, plan });
  }
}
