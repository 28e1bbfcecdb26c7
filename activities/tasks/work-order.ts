import type { WorkOrderPlan, WorkOrderStep } from '../../domain/tasks/process.ts';

/** What the work order's activities need of the store. */
export interface WorkOrderBook {
  reassess(input: { id: string; seq: number | null }): Promise<WorkOrderPlan>;
  take(step: WorkOrderStep, input: { id: string; seq: number | null }): Promise<WorkOrderPlan>;
}

/** The steps of a work order: the warning before its deadline, and its way to the next role after it. */
export function workOrderActivities(book: WorkOrderBook) {
  const take =
    (step: WorkOrderStep) =>
    (input: { id: string; seq: number }): Promise<WorkOrderPlan> =>
      book.take(step, input);
  return {
    reassessWorkOrder: (input: { id: string; seq: number | null }): Promise<WorkOrderPlan> => book.reassess(input),
    warnWorkOrder: take('warn'),
    escalateWorkOrder: take('escalate'),
  };
}
