import { z } from 'zod';
import { shipmentHoldStates } from '../../domain/shipments/hold.ts';
import { shipmentDecisions } from '../../domain/shipments/judge.ts';
import { externalId, instant, ourId, pageOf, pageQuery, reason } from '../platform/common.ts';
import { shippedLines } from '../orders/orders.ts';
import { shipmentReasonCodes } from '../../domain/credit/hold-clause.ts';

const part = z.string().meta({ description: 'Decimal string.', example: '2' });

/** Goods of an order somebody wants to ship. */
export const newShipmentRequest = z
  .strictObject({
    externalId,
    order: externalId.meta({ description: "The caller's id of the order.", example: 'SO-1' }),
    lines: shippedLines,
    reason: reason.optional(),
  })
  .meta({ id: 'NewShipmentRequest', example: { externalId: 'SR-1', order: 'SO-1', lines: [{ line: 1, quantity: '2' }] } });

/** Why goods may not leave, or not all of them. */
export const shipmentReason = z
  .strictObject({
    code: z.enum(shipmentReasonCodes),
    message: z.string().meta({ description: 'In words, with what would change it; by Accept-Language.' }),
    figures: z.record(z.string(), z.union([z.string(), z.number(), z.null(), z.array(z.string())])),
  })
  .meta({ id: 'ShipmentReason' });

export const shipmentRequestAnswer = z
  .strictObject({
    id: ourId,
    externalId,
    decision: z.enum(shipmentDecisions),
    lines: z.array(z.strictObject({ line: z.int(), requested: part, allowed: part })),
    reasons: z.array(shipmentReason),
    holdId: ourId.optional().meta({ description: 'The hold of what may not leave yet.' }),
    policyVersion: z.string().meta({ example: 'credit-rules/1' }),
  })
  .meta({ id: 'ShipmentRequestAnswer' });

export const shipmentRequest = z
  .strictObject({
    id: ourId,
    externalId,
    order: externalId,
    customer: externalId,
    decision: z.enum(shipmentDecisions).meta({ description: 'As first answered.' }),
    reasons: z.array(shipmentReason),
    lines: z.array(
      z.strictObject({
        line: z.int(),
        requested: part,
        allowed: part.meta({ description: 'May leave, as things stand now.' }),
        issued: part.meta({ description: 'Has left.' }),
        dropped: part.meta({ description: 'Was given up.' }),
        waiting: part.meta({ description: 'Waits for the hold.' }),
      }),
    ),
    holdId: ourId.nullable(),
    holdState: z.enum(shipmentHoldStates).nullable(),
    policyVersion: z.string(),
    requestedBy: z.string(),
    at: instant,
  })
  .meta({ id: 'ShipmentRequest' });
export const shipmentRequestPage = pageOf(shipmentRequest);

export const shipmentRequestQuery = z.strictObject({
  ...pageQuery,
  customer: externalId.optional(),
  order: externalId.optional(),
  decision: z.enum(shipmentDecisions).optional(),
});
