import type { BusinessDate } from '../platform/calendar.ts';

/**
 * Why two books differ. `timing`: still on its way between the two dates; `price`, `quantity`: the same document with another amount;
 * `unrecorded-return`: goods or a credit only the customer has on record; `unallocated-payment`: money that is here but not laid on what it
 * paid; `unknown-document`: only one side has it.
 */
export const differenceKinds = [
  'timing',
  'price',
  'quantity',
  'unrecorded-return',
  'unallocated-payment',
  'unknown-document',
] as const;
export type DifferenceKind = (typeof differenceKinds)[number];

/** `adjusted`: by an adjustment two people agreed on; `cleared`: later documents made both sides agree; `withdrawn`: it was none. */
export const differenceStates = ['open', 'adjusted', 'cleared', 'withdrawn'] as const;
export type DifferenceState = (typeof differenceStates)[number];

/** A difference that nobody has settled yet. */
export interface OpenDifference {
  id: string;
  kind: DifferenceKind;
  /** What the customer's books show less what ours do, in minor units: never zero. */
  amountMinor: number;
  currency: string;
  /** The document's number, where it has one. */
  number: string | null;
  /** The business day it was found. */
  since: BusinessDate;
}

/** Where a customer's books and ours stand to one another. */
export interface ReconciliationStanding {
  /** How strictly this customer is reconciled: the rule of policy `credit-rules` that holds for it. */
  mode: 'normal' | 'strict';
  /** Whether a statement was ever exchanged, ours or the customer's. */
  stated: boolean;
  /** The day of the first statement since the last answer that the customer has not answered; null: none waits for an answer. */
  unconfirmedSince: BusinessDate | null;
  /** The day the customer last confirmed a statement of ours as it stood. */
  lastConfirmedOn: BusinessDate | null;
  /** Date of the last statement of the customer's own books that agrees with ours. */
  lastAgreedOn: BusinessDate | null;
  openDifferences: readonly OpenDifference[];
}

/** What is in doubt by currency: the sizes of the open differences, those that are only on their way left out. */
export function doubtfulMinor({ openDifferences }: ReconciliationStanding): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { kind, currency, amountMinor } of openDifferences)
    if (kind !== 'timing') sums[currency] = (sums[currency] ?? 0) + Math.abs(amountMinor);
  return sums;
}
