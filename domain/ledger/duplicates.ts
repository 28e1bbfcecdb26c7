import type { BusinessDate } from '../platform/calendar.ts';

/** What may come twice under two keys. */
export const doubtedKinds = ['invoice', 'payment', 'credit-note'] as const;
export type DoubtedKind = (typeof doubtedKinds)[number];

/** What became of the doubt whether two documents are one. */
export const duplicateStates = ['suspected', 'both-right', 'duplicate', 'corrected'] as const;
export type DuplicateState = (typeof duplicateStates)[number];

/** A document as it is compared with others of its customer. */
export interface ComparedDocument {
  customerId: string;
  currency: string;
  /** Issue day, or the day the money came. */
  on: BusinessDate;
  amountMinor: number;
  /** What is printed on it or written in it: an invoice's number, the text of a transfer, the reason of a credit note. */
  text: string;
  /** What else tells two apart, such as the invoice of a credit note. */
  apart?: string | null;
}

/** A text without case, width of letters, spaces and punctuation: "Inv. 0012" is "INV-0012". */
export const plainText = (text: string): string => {
  const folded = text.normalize('NFKC').trim().toUpperCase();
  return folded.replaceAll(/[\s\p{P}]+/gu, '') || folded;
};

/** Documents with the same key are the same document, whatever their senders call them. Null: it cannot be told, or nothing hangs on it. */
export const sameAs = ({ customerId, currency, on, amountMinor, text, apart }: ComparedDocument): string | null =>
  amountMinor === 0 || text.trim() === ''
    ? null
    : JSON.stringify([customerId, currency, on, amountMinor, plainText(text), apart ?? null]);
