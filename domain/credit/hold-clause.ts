import type { Words } from '../platform/words.ts';

export const shipmentReasonCodes = [
  'order-not-approved',
  'no-limit',
  'limit-expired',
  'limit-exceeded',
  'group-limit-expired',
  'group-limit-exceeded',
  'overdue-amount',
  'overdue-days',
  'dunning-hold',
  'statement-unconfirmed',
  'statement-never',
  'books-differ',
  'licence-expired',
  'listed',
  'grade-held',
  'prepayment-missing',
  'hold-open',
] as const;

export type ShipmentReasonCode = (typeof shipmentReasonCodes)[number];

/** A clause of the house's general terms, and the reasons it covers. */
export interface HoldClause {
  id: string;
  reasons: readonly ShipmentReasonCode[];
  title: Words;
}
