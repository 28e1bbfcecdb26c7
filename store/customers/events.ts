import type { CreditFields, CustomerDocument, Terms } from '../../domain/ledger/documents.ts';
import type { Tx } from '../platform/database.ts';
import { domainEvent, extensionPoint } from '../platform/extension.ts';
import type { RowResult } from '../platform/rows.ts';
import type { Effects } from '../platform/effects.ts';
import type { Work } from '../platform/transaction.ts';

/** A customer's fields that give credit, as they are and as they were sent. */
export interface SentFields {
  code: string;
  before: CreditFields;
  sent: CreditFields;
}

/** What of a customer's document stays as it was until a second person agrees: longer terms, and what else gives credit. */
export interface Waits {
  terms: Terms | null;
  credit: Partial<CreditFields> | null;
}

/** A customer that was written, with what waits of it. */
export interface Sent {
  customerId: string;
  code: string;
  waits: Waits;
}

/** Who sent customers, and when. */
export interface Sending extends Work {
  reason: string | null;
}

/** What of customers' documents gives credit or time away, and how a second person is asked for it. */
export const givingAway = extensionPoint<{
  /** The go-live window is open: everything comes in as it is. */
  opening(work: Work): Promise<boolean>;
  /** Which fields that were sent give something, by customer. Its customers are locked. */
  fields(work: Work, changes: readonly SentFields[]): Promise<ReadonlyMap<string, Partial<CreditFields>>>;
  /** Asks a second person for what waits; what waited and is not sent any more is overtaken. */
  ask(sending: Sending, sent: readonly Sent[]): Promise<Effects>;
}>('customers: what gives credit away');

/** Others pay for a customer than did before: codes of the payer before and of the one now, as far as there are any. */
export const payerChanged = domainEvent<[tx: Tx, customerId: string, payers: readonly string[]]>('customers: a payer changed');

/** Documents of customers were taken; results stand in their order. */
export const customersWritten = domainEvent<
  [work: Work, documents: readonly CustomerDocument[], results: readonly RowResult<{ id: string }>[]]
>('customers: customers were written');
