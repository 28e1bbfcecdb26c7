import type { PlanStep } from './receivable.ts';
import type { Stage } from '../ledger/outcome.ts';
import type { ProcessPlan } from '../platform/plan.ts';

export interface ReceivablePlan extends ProcessPlan<PlanStep> {
  stage: Stage;
}
