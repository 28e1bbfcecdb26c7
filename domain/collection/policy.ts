import type { ContactRules, Channel } from './governor.ts';
import type { Ladder, Rung, StrategyRow } from './ladder.ts';

/** Policy is data: these are the shapes of its documents, by kind. */
export interface LaddersPolicy {
  ladders: readonly Ladder[];
  strategy: readonly StrategyRow[];
}

export interface CollectionPolicy {
  /** By currency, decimal strings: below this open amount nothing is done. A currency not named has no minimum. */
  minBalance: Readonly<Record<string, string>>;
  /** Days after a promise's date before it is judged. */
  promiseGraceDays: number;
  /** Stages whose rung is brought forward to the next contact day by a broken promise; all but legal when absent. */
  promiseBringsForward?: readonly Rung['stage'][];
  /** Calendar days that the credit note of an upheld dispute is waited for; 30 when absent. */
  creditNoteDays?: number;
  /** A customer counts as new for this long after the first invoice. */
  newCustomerMonths: number;
}

export type MessageClass = 'notice' | 'reminder' | 'demand' | 'statement' | 'neutral';

export interface ContactPolicy extends ContactRules {
  /** Channels by class of message, the preferred first; the others are its fallbacks. */
  channels: Readonly<Record<MessageClass, readonly Channel[]>>;
  /** Hours to wait for a receipt before the next channel is tried. */
  receiptHours: number;
  /** Notices the law asks for also go to whoever has opted out of a channel. Unless it is true, a person gives them another way. */
  legalPassesOptOut?: boolean;
}

export interface WorkOrderKind {
  role: string;
  /** Working days until the deadline, and how many before it the warning comes. */
  deadlineWorkingDays: number;
  warnWorkingDays: number;
  /** Roles that get it, one after another, once the deadline has passed. */
  escalateTo: readonly string[];
  escalateWorkingDays: number;
  title: { en: string; zh: string };
}

export interface WorkOrderPolicy {
  kinds: Readonly<Record<string, WorkOrderKind>>;
}
