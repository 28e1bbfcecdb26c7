import { continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import type { WorkOrderPlan, WorkOrderStep } from '../domain/collection/process.ts';
import { listenForBell } from './bell.ts';
import { workOrderPlanQuery } from './messages.ts';
import type { ProcessInput } from './messages.ts';
import { records } from './proxies.ts';

const take: Record<WorkOrderStep, (input: { id: string; seq: number }) => Promise<WorkOrderPlan>> = {
  wait: records.reassessWorkOrder,
  warn: records.warnWorkOrder,
  escalate: records.escalateWorkOrder,
  close: records.reassessWorkOrder,
};

/** A job for a person: its deadline warns, then hands it to the next role, until somebody has done it or its reason is gone. */
export async function workOrder({ id, plan: given }: ProcessInput<WorkOrderPlan>): Promise<void> {
  const bell = listenForBell();
  let plan: WorkOrderPlan | null = given;
  setHandler(workOrderPlanQuery, () => plan);

  if (!plan) {
    bell.quiet();
    plan = await records.reassessWorkOrder({ id, seq: null });
  }
  while (plan.step !== 'close' || bell.rung) {
    const rang = await bell.ringsWithin(plan.waitMs, plan.why);
    plan = await (rang ? records.reassessWorkOrder : take[plan.step])({ id, seq: plan.seq });
    if (workflowInfo().continueAsNewSuggested && !bell.rung) await continueAsNew<typeof workOrder>({ id, plan });
  }
}
