import { defineQuery } from '@temporalio/workflow';
import type { WorkOrderPlan } from '../../domain/tasks/process.ts';
import { defineProcess, step } from '../platform/process.ts';
import { records } from '../platform/proxies.ts';

/** A job for a person: its deadline warns, then hands it to the next role, until somebody has done it or its reason is gone. */
export const workOrder = defineProcess<WorkOrderPlan>({
  query: defineQuery('workOrderPlan'),
  reassess: records.reassessWorkOrder,
  steps: {
    wait: step(records.reassessWorkOrder),
    warn: step(records.warnWorkOrder),
    escalate: step(records.escalateWorkOrder),
    close: step(records.reassessWorkOrder),
  },
});
