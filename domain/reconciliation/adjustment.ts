import type { DifferenceKind } from './difference.ts';
import type { disputeCategories } from '../ledger/claims.ts';

/**
 * How a difference is put right. `accept-theirs`: their figure is right, a credit note is expected; `keep-ours`: our figure is right, and the cause
 * is written down; `allocate-payment`: money that is here is laid on what it pays.
 */
export const adjustmentKinds = ['accept-theirs', 'keep-ours', 'allocate-payment'] as const;
export type AdjustmentKind = (typeof adjustmentKinds)[number];

/** `dropped`: the difference was gone before anybody decided. */
export const adjustmentStates = ['proposed', 'approved', 'declined', 'dropped'] as const;
export type AdjustmentState = (typeof adjustmentStates)[number];

/** What an adjustment is proposed on. */
export interface AdjustmentCase {
  kind: DifferenceKind;
  /** Theirs less ours. */
  amountMinor: number;
  /** An instalment of ours that the credit would go to. */
  hasReceivable: boolean;
  /** A payment of ours with money that lies on nothing. */
  hasMoney: boolean;
}

export type AdjustmentFault = 'no-receivable' | 'nothing-to-credit' | 'no-money';

/**
 * Why an adjustment does not fit a difference; null: it does. What the customer has on record and we have not is put right by posting the document,
 * which clears the difference by itself.
 */
export function adjustmentFault(kind: AdjustmentKind, of: AdjustmentCase): AdjustmentFault | null {
  switch (kind) {
    case 'accept-theirs':
      if (of.amountMinor >= 0 || of.kind === 'unallocated-payment') return 'nothing-to-credit';
      return of.hasReceivable ? null : 'no-receivable';
    case 'allocate-payment':
      return of.hasMoney ? null : 'no-money';
    case 'keep-ours':
      return null;
    default:
      return kind satisfies never;
  }
}

/** As which dispute the amount is conceded where their figure is right. */
export const concededAs = {
  price: 'price',
  quantity: 'quantity',
  'unrecorded-return': 'quality',
  'unknown-document': 'paperwork',
  'unallocated-payment': 'other',
  timing: 'other',
} as const satisfies Record<DifferenceKind, (typeof disputeCategories)[number]>;
