import { defineUpdate } from '@temporalio/workflow';
import type { DecisionAct } from '../../domain/approvals/seats.ts';
import type { SentHoldAct, ShipmentHoldAnswer } from '../../domain/shipments/hold.ts';

/** What people decide on goods that are held. The engine is told the id of the decision alone; versions before told who and what. */
export const decideShipmentHoldUpdate = defineUpdate<ShipmentHoldAnswer, [SentHoldAct | null]>(
  'decideShipmentHold' satisfies DecisionAct,
);
