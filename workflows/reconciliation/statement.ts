import { continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import type { StatementPlan, StatementStep } from '../../domain/reconciliation/statement.ts';
import { listenForBell } from '../platform/bell.ts';
import { statementPlanQuery } from '../platform/messages.ts';
import type { ProcessInput } from '../platform/messages.ts';
import { because, beginsUnplanned, newsCame, records } from '../platform/proxies.ts';

const take = {
  'hand-over': records.handOverStatement,
  close: records.reassessStatement,
} satisfies Record<StatementStep, unknown>;

/** A statement of ours: waits until the customer answers it or its deadline has passed; silence becomes work for a person. */
export async function statement({ id, plan: given }: ProcessInput<StatementPlan>): Promise<void> {
  const bell = listenForBell();
  let plan: StatementPlan | null = given;
  setHandler(statementPlanQuery, () => plan);

  if (!plan) {
    bell.quiet();
    plan = await because(beginsUnplanned, records.reassessStatement, { id, seq: null });
  }
  while (plan.step !== 'close' || bell.rung) {
    const rang = await bell.ringsWithin(plan.waitMs, plan.why);
    const held = { id, seq: plan.seq };
    const next: StatementPlan = await (rang
      ? because(newsCame, records.reassessStatement, held)
      : because(plan.why, take[plan.step], held));
    plan = next;
    if (workflowInfo().continueAsNewSuggested && !bell.rung) await continueAsNew<typeof statement>({ id, plan });
  }
}
