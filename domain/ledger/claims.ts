import type { BusinessDate, Instant } from '../platform/calendar.ts';
import { lesser, totalMinor } from '../platform/money.ts';

export const disputeCategories = [
  'quantity',
  'price',
  'quality',
  'paperwork',
  'acceptance',
  'complaint',
  'return',
  'other',
] as const;

/** Claims that goods which then come back answer: what was given for them is not given again for the return. */
export const claimsOfGoods = ['quantity', 'quality', 'return'] as const;

export const disputeStates = ['open', 'upheld', 'part-upheld', 'rejected', 'withdrawn'] as const;

export type DisputeState = (typeof disputeStates)[number];

export const promiseStates = ['pending', 'kept', 'part-kept', 'broken', 'cancelled'] as const;

export type PromiseState = (typeof promiseStates)[number];

export interface DisputeFact {
  id: string;
  amountMinor: number;
  state: DisputeState;
  openedAt: Instant;
  closedAt: Instant | null;
  /** Credited on this receivable since it was opened. */
  creditedMinor: number;
  /** Upheld, but its credit note did not come in time: from then on it is asked for again. */
  lapsedAt: Instant | null;
  /** What of it is left out of what is asked for while it is open; absent: all of it. */
  unaskedMinor?: number | null;
  /** Upheld, not for a return, by one person alone. */
  alone?: boolean;
  /** Not a dispute of the customer's: an act the ERP has booked waits for a second person. */
  act?: boolean;
}

export interface PromiseFact {
  id: string;
  amountMinor: number;
  on: BusinessDate;
  state: PromiseState;
  madeAt: Instant;
  judgedAt: Instant | null;
  /** Money with a value date on or before `on`, posted since the promise was made, that keeps no promise for an earlier day. */
  receivedMinor: number;
  /** Money and credits in force with a value date after `on`, whenever posted: what was left of the debt did not end in time. */
  lateMinor: number;
  /** Its day or its amount is out of bounds: an earlier version let it in. */
  faulty?: boolean;
}

/** Why a person must look at a receivable before it is asked for. */
export const questions = ['due-date', 'duplicate', 'discount'] as const;

export type Question = (typeof questions)[number];

/** What disputes take out of what is asked for, however much is open. */
export function unaskedMinor(disputes: readonly DisputeFact[]): number {
  const claimed = disputes.filter((d) => d.state === 'open').map((d) => d.amountMinor);
  return totalMinor([...claimed, ...expectedCredits(disputes).map((d) => d.minor)]);
}

/** What is not asked for of all this: open disputes as far as policy's share of the customer's open amount lets them, and expected credits. */
export function leftOutMinor(disputes: readonly DisputeFact[]): number {
  const open = disputes.filter((d) => d.state === 'open').map((d) => d.unaskedMinor ?? d.amountMinor);
  return totalMinor([...open, ...expectedCredits(disputes).map((d) => d.minor)]);
}

/** What of a dispute is left out when it is opened, by policy's share (a decimal text) of the customer's open amount; null: all of it. */
export function unaskedOf(
  amountMinor: number,
  { share, openMinor: open, leftOutMinor: before }: { share: string; openMinor: number; leftOutMinor: number },
): number | null {
  if (Number(share) >= 1) return null;
  const millionths = BigInt(Math.round(Number(share) * 1e6));
  const roomMinor = Number((BigInt(open) * millionths) / 1_000_000n) - before;
  return Math.min(amountMinor, Math.max(0, roomMinor));
}

/**
 * Upheld disputes whose credit note is still to come, with what is to come of it. A credit note counts for the latest dispute first; of
 * a dispute upheld in part nobody has said how much, so the first one settles it.
 */
export function expectedCredits(disputes: readonly DisputeFact[]): { dispute: DisputeFact; minor: number }[] {
  let used = 0;
  return disputes
    .filter((d) => d.state === 'upheld' || d.state === 'part-upheld')
    .toSorted((a, b) => (a.openedAt > b.openedAt ? -1 : 1))
    .flatMap((dispute) => {
      const credited = lesser(dispute.amountMinor, Math.max(0, dispute.creditedMinor - used));
      used += credited;
      const minor = dispute.state === 'part-upheld' && credited > 0 ? 0 : totalMinor([dispute.amountMinor, -credited]);
      return minor > 0 && dispute.lapsedAt === null ? [{ dispute, minor }] : [];
    });
}

/** The expected credit notes whose place a smaller item takes, the latest first, with what is still to come of each. */
export function expectedAfter(
  disputes: readonly DisputeFact[],
  loweredMinor: number,
): { dispute: DisputeFact; takenMinor: number; restMinor: number }[] {
  let leftMinor = loweredMinor;
  return expectedCredits(disputes).flatMap(({ dispute, minor }) => {
    if (leftMinor <= 0) return [];
    const takenMinor = Math.min(leftMinor, minor);
    leftMinor -= takenMinor;
    return [{ dispute, takenMinor, restMinor: dispute.state === 'part-upheld' ? 0 : minor - takenMinor }];
  });
}
