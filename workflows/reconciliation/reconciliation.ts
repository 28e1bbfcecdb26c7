import { continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import type { ComparisonPlan } from '../../domain/reconciliation/process.ts';
import { listenForBell } from '../platform/bell.ts';
import { reconciliationPlanQuery } from '../platform/messages.ts';
import type { ProcessInput } from '../platform/messages.ts';
import { because, beginsUnplanned, newsCame, records } from '../platform/proxies.ts';

/** A statement of the customer's that does not agree yet: compared again with every document that comes, until nothing of it is open. */
export async function reconciliation({ id, plan: given }: ProcessInput<ComparisonPlan>): Promise<void> {
  const bell = listenForBell();
  let plan: ComparisonPlan | null = given;
  setHandler(reconciliationPlanQuery, () => plan);

  if (!plan) {
    bell.quiet();
    plan = await because(beginsUnplanned, records.compareBooks, { id, seq: null });
  }
  while (plan.step !== 'close' || bell.rung) {
    const rang = await bell.ringsWithin(plan.waitMs, plan.why);
    const next: ComparisonPlan = await because(rang ? newsCame : plan.why, records.compareBooks, { id, seq: plan.seq });
    plan = next;
    if (workflowInfo().continueAsNewSuggested && !bell.rung) await continueAsNew<typeof reconciliation>({ id, plan });
  }
}
