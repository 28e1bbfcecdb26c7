import type { BusinessDate, Calendar, Instant } from '../kernel/calendar.ts';
import { larger, lesser, totalMinor } from '../kernel/money.ts';
import type { Ladder, Outcome, Rung, RungAction, RungState, Stage } from './ladder.ts';

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

/** A rung that has left `planned`; the others follow from the ladder. */
export interface RungRecord {
  id: string;
  state: RungState;
  /** Business instant of that state; of a taken contact: when its message became `sending`. */
  at: Instant;
  reason: string | null;
}

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
  /** Money with a value date on or before `on`, posted since the promise was made. */
  receivedMinor: number;
  /** Money and credits in force with a value date after `on`, whenever posted: what was left of the debt did not end in time. */
  lateMinor: number;
  /** Its day or its amount is out of bounds: an earlier version let it in. */
  faulty?: boolean;
}

/** A time in which the ladder stood still; its days shift the rungs that remain. `to` null: it still stands. */
export interface Pause {
  why: 'dispute' | 'promise' | 'covered' | 'closed';
  from: Instant;
  to: Instant | null;
}

/** Why a person must look at a receivable before it is asked for. */
export const questions = ['due-date', 'duplicate', 'discount'] as const;
export type Question = (typeof questions)[number];

/** All that the plan of one receivable (one instalment) depends on. Amounts in minor units of its currency. */
export interface ReceivableFacts {
  amountMinor: number;
  paidMinor: number;
  creditedMinor: number;
  writtenOffMinor: number;
  /** What unapplied money of the customer, or of whoever pays for it, covers of this item; never asked for. */
  coveredMinor: number;
  /** When that money last came. */
  coveredAt: Instant | null;
  dueDate: BusinessDate;
  /** Rungs dated before this day are not taken (going live with old invoices); null: no such day. */
  collectFrom: BusinessDate | null;
  stage: Stage;
  outcome: Outcome | null;
  rungs: readonly RungRecord[];
  disputes: readonly DisputeFact[];
  promises: readonly PromiseFact[];
  pauses: readonly Pause[];
  /** When an allocation last arrived or was reversed. */
  moneyAt: Instant | null;
  /** When the receivable was posted. */
  postedAt: Instant;
  /** Set: nothing is asked for until a person has looked. */
  question?: Question | null;
  /** A day or an amount of it, or of a promise on it, is out of bounds: nothing is reckoned from it until it is put right. */
  faulty?: boolean;
}

/** What policy and calendar say about it. */
export interface CollectionTerms {
  ladder: Ladder;
  calendar: Calendar;
  /** Minute of the day in which this customer's rungs fall due, by the clock of the contact rules' zone. */
  slotMinute: number;
  slotZone: string;
  /** Below this open undisputed amount nothing is done. */
  minBalanceMinor: number;
  promiseGraceDays: number;
  /** Stages whose rung comes on the next contact day when a promise was broken; the others keep their own. */
  broughtForward: readonly Rung['stage'][];
  /** Days that the credit note of an upheld dispute is waited for, before its amount is asked for again. */
  creditNoteDays: number;
}

export type PlanStep = 'wait' | RungAction | 'close';

export type WhyCode =
  | 'rung-planned'
  | 'rung-due'
  | 'promise-pending'
  | 'promise-judged'
  | 'disputed'
  | 'covered'
  | 'second-person'
  | 'credit-expected'
  | 'below-minimum'
  | 'in-question'
  | 'faulty'
  | 'ladder-exhausted'
  | 'paid'
  | 'credited'
  | 'nothing-owed'
  | 'replaced-by-plan'
  | 'written-off';

/** The reason of a plan: a code and its figures, put into words where a person reads it. */
export interface Why {
  code: WhyCode;
  params: Record<string, string>;
}

export interface Plan {
  step: PlanStep;
  rung: string | null;
  /** Business instant of the step; null: nothing until news arrives. */
  at: Instant | null;
  why: Why;
}

export interface RungChange {
  id: string;
  state: RungState;
  reason: string | null;
}

export interface Verdict {
  plan: Plan;
  /** True when the plan's step is to be taken now. */
  due: boolean;
  stage: Stage;
  outcome: Outcome | null;
  /** Rung states to record now, each rung once; the step itself is recorded by whoever takes it. */
  changes: readonly RungChange[];
  /** Promises judged now, or pending again (`at` null) because a reversal took back what judged them. */
  promises: readonly { id: string; state: PromiseState; at: Instant | null }[];
  /** Upheld disputes whose credit note is no longer waited for. */
  lapsed: readonly { id: string; at: Instant }[];
  pauses: readonly Pause[];
}

/** What is still owed. */
export const openMinor = (f: Pick<ReceivableFacts, 'amountMinor' | 'paidMinor' | 'creditedMinor' | 'writtenOffMinor'>): number =>
  totalMinor([f.amountMinor, -f.paidMinor, -f.creditedMinor, -f.writtenOffMinor]);

/** The part of the open amount that is not asked for: in dispute, or conceded and not yet credited; never more than is open. */
export const disputedMinor = (facts: ReceivableFacts): number => lesser(unaskedMinor(facts.disputes), openMinor(facts));

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

/** What is asked for: open, neither left out for a dispute nor covered by money that has not found its place. */
export const askedMinor = (facts: ReceivableFacts): number =>
  larger(0, totalMinor([openMinor(facts), -leftOutMinor(facts.disputes), -facts.coveredMinor]));

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
