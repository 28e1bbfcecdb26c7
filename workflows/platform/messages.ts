import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { HoldAnswer, OrderHoldPlan, SentHoldDecision } from '../../domain/orders/order-hold.ts';
import type { ReservationPlan } from '../../domain/orders/process.ts';
import type { ComparisonPlan } from '../../domain/reconciliation/process.ts';
import type { StatementPlan } from '../../domain/reconciliation/statement.ts';
import type { NightPlan, RefreshPlan } from '../../domain/credit/watch.ts';
import type { ReceivablePlan } from '../../domain/dunning/process.ts';
import type { ApplicationAnswer, ApplicationPlan, SentAnswer, SentDecision } from '../../domain/credit/application.ts';
import type { SentHoldAct, ShipmentHoldAnswer, ShipmentHoldPlan } from '../../domain/shipments/hold.ts';
import type { DecisionAct } from '../../domain/approvals/seats.ts';
import type { ReviewPlan } from '../../domain/credit/review.ts';
import type { WorkOrderPlan } from '../../domain/tasks/process.ts';
import type { OutreachPlan } from '../../domain/outreach/process.ts';

/** The doorbell: some fact of the subject has changed. It carries nothing; whoever hears it reads the facts. */
export const factsChangedSignal = defineSignal('factsChanged');

export const receivablePlanQuery = defineQuery<ReceivablePlan | null>('receivablePlan');
export const outreachPlanQuery = defineQuery<OutreachPlan | null>('outreachPlan');
export const reservationPlanQuery = defineQuery<ReservationPlan | null>('reservationPlan');
export const orderHoldPlanQuery = defineQuery<OrderHoldPlan | null>('orderHoldPlan');
export const nightPlanQuery = defineQuery<NightPlan | null>('nightPlan');
export const refreshPlanQuery = defineQuery<RefreshPlan | null>('refreshPlan');
export const reconciliationPlanQuery = defineQuery<ComparisonPlan | null>('reconciliationPlan');
export const statementPlanQuery = defineQuery<StatementPlan | null>('statementPlan');
export const workOrderPlanQuery = defineQuery<WorkOrderPlan | null>('workOrderPlan');
export const creditApplicationPlanQuery = defineQuery<ApplicationPlan | null>('creditApplicationPlan');
export const creditReviewPlanQuery = defineQuery<ReviewPlan | null>('creditReviewPlan');

export const shipmentHoldPlanQuery = defineQuery<ShipmentHoldPlan | null>('shipmentHoldPlan');

/**
 * What people decide, each with its answer. The engine is told the id of the decision, which is that of the update, and nothing else: who
 * decides what, and why, stands in our record alone. Versions before told who and what; null since.
 */
export const decideApplicationUpdate = defineUpdate<ApplicationAnswer, [SentDecision | null]>(
  'decideApplication' satisfies DecisionAct,
);
export const decideOrderHoldUpdate = defineUpdate<HoldAnswer, [SentHoldDecision | null]>('decideOrderHold' satisfies DecisionAct);
export const withdrawApplicationUpdate = defineUpdate<ApplicationAnswer, [SentAnswer | null]>(
  'withdrawApplication' satisfies DecisionAct,
);
export const resubmitApplicationUpdate = defineUpdate<ApplicationAnswer, [SentAnswer | null]>(
  'resubmitApplication' satisfies DecisionAct,
);

export const decideShipmentHoldUpdate = defineUpdate<ShipmentHoldAnswer, [SentHoldAct | null]>(
  'decideShipmentHold' satisfies DecisionAct,
);

/** Input of every process: our own id, and the plan it goes on from; null: read the facts first. Also the state of continue-as-new. */
export interface ProcessInput<Plan> {
  id: string;
  plan: Plan | null;
}
