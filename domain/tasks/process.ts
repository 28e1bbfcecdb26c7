import type { ProcessPlan } from '../platform/plan.ts';

export type WorkOrderStep = 'wait' | 'warn' | 'escalate' | 'close';

export type WorkOrderPlan = ProcessPlan<WorkOrderStep>;
