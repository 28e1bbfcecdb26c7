import type { ProcessPlan } from '../kernel/plan.ts';

export type WorkOrderStep = 'wait' | 'warn' | 'escalate' | 'close';

export type WorkOrderPlan = ProcessPlan<WorkOrderStep>;
