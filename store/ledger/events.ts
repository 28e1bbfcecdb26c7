import type { Instant } from '../../domain/platform/calendar.ts';
import { domainEvent } from '../platform/extension.ts';
import type { Work } from '../platform/transaction.ts';

/** What of a return's expected credit note on an invoice a correction of that invoice took the place of. */
export interface CorrectedReturn {
  returnId: string;
  invoiceId: string;
  minor: number;
  /** Nobody agreed to it but its sender. */
  alone: boolean;
}

/** More is open of items, or less of it in dispute. The caller holds their customers. */
export const openRose = domainEvent<[work: Work, receivables: readonly string[]]>('ledger: more is open of items');

/** Invoices were corrected or taken out, with what the corrections took for returned goods. The caller holds their customers. */
export const invoicesCorrected = domainEvent<[work: Work, invoices: readonly string[], taken: readonly CorrectedReturn[]]>(
  'ledger: invoices were corrected',
);

/** Invoices were posted or corrected, and are not imported as settled. */
export const invoicesPosted = domainEvent<[work: Work, invoices: readonly string[]]>('ledger: invoices were posted');

/** A credit note on an invoice was posted just now. */
export const notePosted = domainEvent<[work: Work, invoice: string]>('ledger: a credit note was posted');

/** Promises of a customer were judged broken, for the first time or once more. */
export const promisesBroken =
  domainEvent<[work: Work, customerId: string, promises: readonly string[]]>('ledger: promises were broken');

/** Promises that had been judged broken were not, by the value date of their money. */
export const promisesKeptAfterAll = domainEvent<
  [work: Work, customerId: string, promises: readonly { id: string; judgedAt: Instant }[]]
>('ledger: promises were kept after all');
