import { z } from 'zod';
import type { RefundDocument } from '../../domain/ledger/documents.ts';
import { filterFrom, filterTo } from '../platform/dates.ts';
import {
  amount,
  amountsIn,
  businessDate,
  currency,
  documentDate,
  externalId,
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

/** Money paid out to a customer. */
export const postRefund = z
  .strictObject({
    externalId,
    customer: externalId,
    amount,
    currency,
    paidOn: documentDate,
    payment: externalId.optional().meta({
      description: 'The payment it is paid of: what lies on nothing first, then what it paid last is open again.',
      example: 'P-1',
    }),
    creditNote: externalId.optional().meta({
      description: 'The credit note it is paid of. Without both: of all unapplied money of the customer, the oldest first.',
      example: 'CN-1',
    }),
    reason: line(500),
  })
  .superRefine(amountsIn('amount'))
  .superRefine((refund, context) => {
    if (refund.payment !== undefined && refund.creditNote !== undefined)
      context.addIssue({ code: 'custom', path: ['creditNote'], ...refused('invalid', { fault: 'two-sources' }) });
  })
  .meta({
    id: 'PostRefund',
    example: {
      externalId: 'RF-1',
      customer: 'C-1001',
      amount: '100.00',
      currency: 'CNY',
      paidOn: '2026-10-08',
      reason: 'Paid twice',
    },
  });

/** The document a body stands for. Throws Refusal where the amount does not fit its currency. */
export function refundDocument(body: z.output<typeof postRefund>): RefundDocument {
  const { amount: text, payment = null, creditNote = null, ...document } = body;
  return { ...document, payment, creditNote, amountMinor: toMinor(text, body.currency, '/amount') };
}

export const postRefundAnswer = z
  .strictObject({
    id: ourId,
    amount: money,
    restored: z.array(z.strictObject({ receivableId: ourId, amount: money })).meta({ description: 'What is open again.' }),
  })
  .meta({ id: 'PostRefundAnswer' });

export const reverseRefund = z
  .strictObject({
    reversedOn: documentDate.optional().meta({ description: 'The business day of the reversal; today without it.' }),
    reason,
  })
  .meta({ id: 'ReverseRefund', example: { reason: 'The bank returned it: account closed' } });
export const reverseRefundAnswer = z.strictObject({ id: ourId, reversedOn: businessDate }).meta({ id: 'ReverseRefundAnswer' });

export const refundQuery = z.strictObject({
  ...pageQuery,
  customer: externalId.optional(),
  from: filterFrom.optional(),
  to: filterTo.optional(),
});

export const refundAnswer = z
  .strictObject({
    id: ourId,
    externalId,
    customer: externalId,
    amount: money,
    currency,
    paidOn: businessDate,
    reason: z.string(),
    sources: z.array(z.strictObject({ payment: externalId.nullable(), creditNote: externalId.nullable(), amount: money })),
    reversedOn: businessDate.nullable(),
    postedAt: instant,
  })
  .meta({ id: 'Refund' });
export const refundPage = pageOf(refundAnswer);
