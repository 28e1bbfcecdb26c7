import type { DunningStage } from './outcome.ts';

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
  promiseBringsForward?: readonly DunningStage[];
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

/** Calendar days from today that a promise may name at most. */
export const promiseDays = ({ promiseMaxDays = 90 }: CollectionPolicy): number => promiseMaxDays;
