import { z } from 'zod';
import type { CreditNoteDocument } from '../../domain/ledger/documents.ts';
import {
  amount,
  amountsIn,
  businessDate,
  currency,
  documentDate,
  externalId,
  faulty,
  instant,
  line,
  money,
  ourId,
  pageOf,
  pageQuery,
  reason,
  refused,
  toMinor,
} from '../platform/common.ts';
import { duplicateView } from './duplicates.ts';
import { filterFrom, filterTo } from '../platform/dates.ts';

/** A credit note on an invoice: it goes to the open instalments by due date; of a paid one, on account. */
export const postCreditNote = z
  .strictObject({
    externalId,
    customer: externalId,
    invoice: externalId
      .optional()
      .meta({ description: "The caller's id of the invoice, or its printed number. Without it the note must be `onAccount`." }),
    onAccount: z
      .boolean()
      .optional()
      .meta({ description: 'What is beyond the invoice, or has none, is meant to stay on account. Else it is refused.' }),
    amount,
    currency,
    issuedOn: documentDate,
    reason: line(500),
  })
  .superRefine(amountsIn('amount'))
  .superRefine((note, context) => {
    if (note.invoice === undefined && note.onAccount !== true)
      context.addIssue({ code: 'custom', path: ['invoice'], ...refused('invoice-or-account') });
  })
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
  const { amount: text, invoice = null, onAccount, ...document } = body;
  const kept = onAccount === true ? { onAccount } : {};
  return { ...document, invoice, ...kept, amountMinor: toMinor(text, body.currency, '/amount') };
}

export const creditNoteAnswer = z
  .strictObject({
    id: ourId,
    allocations: z.array(z.strictObject({ receivableId: ourId, amount: money })),
    unapplied: money.meta({ description: 'On account: it lowers the exposure until it is applied or refunded.' }),
  })
  .meta({ id: 'CreditNoteAnswer' });

export const creditNoteQuery = z.strictObject({
  ...pageQuery,
  customer: externalId.optional(),
  from: filterFrom.optional().meta({ description: 'Issued on this day or later.' }),
  to: filterTo.optional(),
  kind: z.enum(['note', 'discount']).optional(),
  unapplied: z.enum(['true']).optional().meta({ description: 'Only those with something on account.' }),
});

export const creditNoteView = z
  .strictObject({
    id: ourId,
    externalId,
    customer: externalId,
    invoice: externalId.nullable(),
    onAccount: z.boolean(),
    kind: z.enum(['note', 'discount']).meta({ description: 'A discount is what was let off for money in time.' }),
    amount: money,
    currency,
    issuedOn: businessDate,
    reason: z.string(),
    unapplied: money.meta({ description: 'On account: neither applied nor paid out.' }),
    refunded: money,
    allocations: z.array(
      z.strictObject({
        receivableId: ourId,
        invoice: externalId,
        instalment: z.int(),
        amount: money,
        reversedAt: instant.nullable(),
      }),
    ),
    reversedOn: businessDate.nullable(),
    faulty,
    duplicate: duplicateView,
    postedAt: instant,
  })
  .meta({ id: 'CreditNote' });
export const creditNotePage = pageOf(creditNoteView);

export const reverseCreditNote = z
  .strictObject({
    reversedOn: documentDate.optional().meta({ description: 'The business day of the reversal; today without it.' }),
    reason,
  })
  .meta({ id: 'ReverseCreditNote', example: { reason: 'The goods never came back' } });
export const reverseCreditNoteAnswer = z
  .strictObject({
    id: ourId,
    reversedOn: businessDate,
    restored: z.array(z.strictObject({ receivableId: ourId, amount: money })).meta({ description: 'What is open again.' }),
  })
  .meta({ id: 'ReverseCreditNoteAnswer' });
