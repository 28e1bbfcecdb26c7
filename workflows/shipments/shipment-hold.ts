import { defineQuery } from '@temporalio/workflow';
import { isShipmentHoldOpen } from '../../domain/shipments/hold.ts';
import type { SentHoldAct, ShipmentHoldAnswer, ShipmentHoldPlan } from '../../domain/shipments/hold.ts';
import { decision } from '../platform/decisions.ts';
import { defineProcess, step } from '../platform/process.ts';
import { callActivity, records } from '../platform/proxies.ts';
import { decideShipmentHoldUpdate } from './updates.ts';

const act = decision<ShipmentHoldPlan, SentHoldAct | null, ShipmentHoldAnswer>({
  update: decideShipmentHoldUpdate,
  judge: isShipmentHoldOpen,
  commit: (id, told, held) =>
    told
      ? callActivity(records.decideShipmentHold, { id, decision: told, held }, { summary: `a person acts on it: ${told.act}` })
      : callActivity(records.decideShipmentHold, { id, held }, { summary: 'a person acts on it' }),
});

/**
 * Goods that may not leave yet: the departments are told, the ground is named and proved, the customer is given notice and time to answer.
 * What news lets ship, ships.
 */
export const shipmentHold = defineProcess<ShipmentHoldPlan>({
  query: defineQuery('shipmentHoldPlan'),
  reassess: records.reassessShipmentHold,
  decisions: [act],
  steps: {
    tell: step(records.tellDepartments),
    notice: step(records.giveHoldNotice),
    answer: step(records.noteUnanswered),
    judge: step(records.reassessShipmentHold),
    close: step(records.reassessShipmentHold),
  },
  stage: { of: (plan) => plan.state },
});
