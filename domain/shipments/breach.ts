import type { Figures } from '../orders/check.ts';
import type { ShipmentReason } from './judge.ts';
import type { ShipmentReasonCode } from '../credit/hold-clause.ts';

/** What is wrong with a goods issue itself; why the goods should have stayed is said by the codes of the check. */
export const issueFaults = ['not-asked', 'more-than-allowed', 'more-than-ordered'] as const;
export type IssueFault = (typeof issueFaults)[number];

/** One thing for which goods should not have left. Figures as those of a shipment's reasons. */
export interface Breach {
  code: IssueFault | ShipmentReasonCode;
  figures: Figures;
}

/** A line of a goods issue beside what might leave of it. */
export interface IssuedLine {
  line: number;
  quantity: string;
  /** What the request still allowed; null: none was named. */
  allowed: string | null;
  /** What is left of the order's line. */
  left: string;
}

export interface IssueFacts {
  lines: readonly IssuedLine[];
  /** Policy wants to be asked before these goods leave, and was not. */
  unasked: boolean;
  /** Why the check would have kept these goods here; empty: they might have left. */
  stops: readonly ShipmentReason[];
  /** Whether a quantity is more than another. */
  exceeds(a: string, b: string): boolean;
}

/** Reasons for which goods stay whether or not anybody must ask. */
const always: readonly ShipmentReasonCode[] = [
  'order-not-approved',
  'hold-open',
  'listed',
  'licence-expired',
  'prepayment-missing',
  'dunning-hold',
];

/**
 * What was wrong with goods that left: a fact is never refused, it is said. `holds`: later orders wait until a person has looked at it. Goods
 * that nobody asked for but that might have left are a matter of order, not of credit: they hold nothing.
 */
export function judgeIssue({ lines, unasked, stops, exceeds }: IssueFacts): { breaches: Breach[]; holds: boolean } {
  const own = lines.flatMap(({ line, quantity, allowed, left }): Breach[] => [
    ...(allowed !== null && exceeds(quantity, allowed)
      ? [{ code: 'more-than-allowed' as const, figures: { line, quantity, allowed } }]
      : []),
    ...(exceeds(quantity, left) ? [{ code: 'more-than-ordered' as const, figures: { line, quantity, left } }] : []),
  ]);
  const reasons = stops.filter(({ code }) => unasked || always.includes(code));
  const breaches: Breach[] = [...(unasked ? [{ code: 'not-asked' as const, figures: {} }] : []), ...own, ...reasons];
  return { breaches, holds: own.length + reasons.length > 0 };
}
