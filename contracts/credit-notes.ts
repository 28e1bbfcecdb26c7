import { z } from 'zod';
import type { CreditNoteDocument } from '../domain/collection/documents.ts';
import { amount, amountsIn, businessDate, currency, externalId, line, money, ourId, toMinor } from './common.ts';

/** A credit note on an invoice: it goes to the open instalments by due date. */
export const postCreditNote = z
  .strictObject({
    externalId,
    customer: externalId,
    invoice: externalId,
    amount,
    currency,
    issuedOn: businessDate,
    reason: line(500),
  })
  .superRefine(amountsIn('amount'))
  .meta({
    id: 'PostCreditNote',
    example: {
      externalId: 'CN-1',
      customer: 'C-1001',
      invoice: 'INV-1',
      amount: '500.00',
      currency: 'CNY',
      issuedOn: '2026-10-05',
      reason: 'Returned goods',
    },
  });

/** The document a body stands for. Throws Refusal where the amount does not fit its currency. */
export function creditNoteDocument(body: z.output<typeof postCreditNote>): CreditNoteDocument {
  const { amount: text, ...document } = body;
  return { ...document, amountMinor: toMinor(text, body.currency, '/amount') };
}

export const creditNoteAnswer = z
  .strictObject({
    id: ourId,
    allocations: z.array(z.strictObject({ receivableId: ourId, amount: money })),
    unapplied: money.meta({ description: 'More than the invoice had open: kept on the note, to be settled with the customer.' }),
  })
  .meta({ id: 'CreditNoteAnswer' });
