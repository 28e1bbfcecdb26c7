import type { BusinessDate, Calendar, Instant } from '../platform/calendar.ts';
import { larger, lesser, totalMinor } from '../platform/money.ts';
import type { Ladder, Rung, RungAction, RungState } from './ladder.ts';
import type { Outcome, Stage } from '../ledger/outcome.ts';
import type { PromiseState, DisputeFact, PromiseFact, Question } from '../ledger/claims.ts';
import { unaskedMinor, leftOutMinor } from '../ledger/claims.ts';

/** A rung that has left `planned`; the others follow from the ladder. */
export interface RungRecord {
  id: string;
  state: RungState;
  /** Business instant of that state; of a taken contact: when its message became `sending`. */
  at: Instant;
  reason: string | null;
}

/** A time in which the ladder stood still; its days shift the rungs that remain. `to` null: it still stands. */
export interface Pause {
  why: 'dispute' | 'promise' | 'covered' | 'closed';
  from: Instant;
  to: Instant | null;
}

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

/** What is asked for: open, neither left out for a dispute nor covered by money that has not found its place. */
export const askedMinor = (facts: ReceivableFacts): number =>
  larger(0, totalMinor([openMinor(facts), -leftOutMinor(facts.disputes), -facts.coveredMinor]));
