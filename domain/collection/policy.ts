import type { ContactRules, Channel } from './governor.ts';
import type { Ladder, Rung, StrategyRow } from './ladder.ts';

/** Policy is data: these are the shapes of its documents, by kind. */
export interface LaddersPolicy {
  ladders: readonly Ladder[];
  strategy: readonly StrategyRow[];
}

export type Bilingual = Readonly<Record<'zh' | 'en', string>>;

/** A ramp: so many taken-over customers a day, the oldest and largest debts first. */
export interface FirstContactRule {
  perDay: number;
  /** The first letter is a statement of open items, in the place of a reminder or demand. */
  statementFirst: boolean;
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
  /** Days between a due date before its invoice and the end of the terms, beyond which a person looks first. 60 when absent. */
  dueDoubtDays?: number;
  /** Calendar days from today that a promise to pay may name at most; a later day is an extension of the term. 90 when absent. */
  promiseMaxDays?: number;
  /** How taken-over customers are contacted first, unless the setting of going live says otherwise; as planned when absent. */
  firstContact?: FirstContactRule;
  /** Calendar days by which a correction may move a due date later before a second person is asked. 7 when absent. */
  reDatingDays?: number;
  /** Calendar days after a discount's last day on which money still counts as in time. None when absent. */
  discountGraceDays?: number;
  /** In hundredths of a per cent of what is open: up to this a payment in another currency settles it all, and the difference is booked. */
  exchangeToleranceBasis?: number;
  /** By currency, decimal strings: credit notes, refunds and smaller invoices above it wait for a second person. */
  bookedAlone?: Readonly<Record<string, string>>;
  /** A customer counts as new for this long after the first invoice. */
  newCustomerMonths: number;
}

export type MessageClass = 'notice' | 'reminder' | 'demand' | 'statement' | 'neutral';

/** When another channel than a customer's own is used. */
export interface FallbackRule {
  /** The first stage that matters enough. */
  fromStage: Rung['stage'];
  /** Fallbacks of one customer in seven days, whatever they are about. */
  perWeek: number;
}

export interface ContactPolicy extends ContactRules {
  /** Channels by class of message, the preferred first; the others are its fallbacks. */
  channels: Readonly<Record<MessageClass, readonly Channel[]>>;
  /** Hours to wait for a receipt before the next channel is tried. */
  receiptHours: number;
  /** From reminders on, once a week, when absent. */
  fallback?: FallbackRule;
  /** Notices the law asks for also go to whoever has opted out of a channel. Unless it is true, a person gives them another way. */
  legalPassesOptOut?: boolean;
}

/**
 * What opening or completing a task does beside: `hold` holds the customer's orders and shipments while the item is overdue; `review` opens a
 * review of the credit; `propose-hold` asks whoever may decide for a hold; of `decide-hold`, whoever completes the task says whether.
 */
export const taskEffects = ['hold', 'review', 'propose-hold', 'decide-hold'] as const;
export type TaskEffect = (typeof taskEffects)[number];

/** What comes of a task that nobody does, the worst first. */
export const taskHarms = ['breach', 'goods', 'contact', 'decision', 'risk', 'money', 'books', 'data'] as const;
export type TaskHarm = (typeof taskHarms)[number];

export interface WorkOrderKind {
  role: string;
  /** `books` when absent. */
  harm?: TaskHarm;
  /** One open task a customer, with all its items that are due for it; each its own when absent. */
  perCustomer?: boolean;
  /** Working days until the deadline, and how many before it the warning comes. */
  deadlineWorkingDays: number;
  warnWorkingDays: number;
  /** Roles that get it, one after another, once the deadline has passed. */
  escalateTo: readonly string[];
  escalateWorkingDays: number;
  title: { en: string; zh: string };
  /** Of kinds a dunning procedure names. */
  effects?: readonly TaskEffect[];
}

export interface WorkOrderPolicy {
  kinds: Readonly<Record<string, WorkOrderKind>>;
}

/** Calendar days from today that a promise may name at most. */
export const promiseDays = ({ promiseMaxDays = 90 }: CollectionPolicy): number => promiseMaxDays;
