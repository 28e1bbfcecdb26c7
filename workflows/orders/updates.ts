import { defineUpdate } from '@temporalio/workflow';
import type { DecisionAct } from '../../domain/approvals/seats.ts';
import type { HoldAnswer, SentHoldDecision } from '../../domain/orders/order-hold.ts';

/** What people decide on a held order. The engine is told the id of the decision alone; versions before told who and what. */
export const decideOrderHoldUpdate = defineUpdate<HoldAnswer, [SentHoldDecision | null]>('decideOrderHold' satisfies DecisionAct);
