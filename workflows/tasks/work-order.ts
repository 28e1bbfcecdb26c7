import { continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import { listenForBell } from '../platform/bell.ts';
import { workOrderPlanQuery } from '../platform/messages.ts';
import type { ProcessInput } from '../platform/messages.ts';
import { because, beginsUnplanned, newsCame, records } from '../platform/proxies.ts';
import type { WorkOrderPlan, WorkOrderStep } from '../../domain/tasks/process.ts';

const take = {
  wait: records.reassessWorkOrder,
  warn: records.warnWorkOrder,
  escalate: records.escalateWorkOrder,
  close: records.reassessWorkOrder,
} satisfies Record<WorkOrderStep, unknown>;

/** A job for a person: its deadline warns, then hands it to the next role, until somebody has done it or its reason is gone. */
export async function workOrder({ id, plan: given }: ProcessInput<WorkOrderPlan>): Promise<void> {
  const bell = listenForBell();
  let plan: WorkOrderPlan | null = given;
  setHandler(workOrderPlanQuery, () => plan);

  if (!plan) {
    bell.quiet();
    plan = await because(beginsUnplanned, records.reassessWorkOrder, { id, seq: null });
  }
  while (plan.step !== 'close' || bell.rung) {
    const rang = await bell.ringsWithin(plan.waitMs, plan.why);
    const held = { id, seq: plan.seq };
    const next: WorkOrderPlan = await (rang
      ? because(newsCame, records.reassessWorkOrder, held)
      : because(plan.why, take[plan.step], held));
    plan = next;
    if (workflowInfo().continueAsNewSuggested && !bell.rung) await continueAsNew<typeof workOrder>({ id, plan });
  }
}
