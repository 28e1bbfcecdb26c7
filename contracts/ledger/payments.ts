import { z } from 'zod';
import { allocationBases } from '../../domain/ledger/allocation.ts';
import type { PaymentDocument } from '../../domain/ledger/documents.ts';
import {
  amount,
  amountsIn,
  businessDate,
  currency,
  documentDate,
  externalId,
  faulty,
  filterFrom,
  filterTo,
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

const allocation = z.strictObject({
  invoice: externalId.meta({ description: "The caller's id of the invoice, or the number printed on it.", example: 'INV-1' }),
  instalment: z.int().min(1).max(999).optional().meta({ description: 'Without it: over the invoice by due date.' }),
  amount,
});

/** Money received. */
export const postPayment = z
  .strictObject({
    externalId,
    customer: externalId,
    amount,
    currency,
    receivedOn: documentDate,
    reference: line(500).optional().meta({
      description: "Text of the transfer; invoices named in it, by the caller's id or their printed number, are paid first.",
      example: 'Invoice 31002200000001',
    }),
    clearsOn: documentDate
      .optional()
      .meta({ description: 'Of a commercial bill: the day it clears. It pays at once, and counts as exposure until then.' }),
    order: externalId.optional().meta({
      description: 'The order it was paid for, in advance: it goes to the invoices of that order alone, and waits for them.',
      example: 'SO-1',
    }),
    converted: z.strictObject({ currency, amount }).optional().meta({
      description:
        'What the bank credited for it in another currency: it settles that. Without it, invoices that are named in another currency are settled by the rate on file of the day received.',
    }),
    onAccount: z
      .boolean()
      .optional()
      .meta({ description: 'True: it stays on account, on no item, until it is applied; without order and allocations.' }),
    allocations: z
      .array(allocation)
      .max(500)
      .optional()
      .meta({ description: "The debtor's choice. What they leave goes by due date [Civil Code 560]." }),
    reason: reason.optional(),
  })
  .superRefine(amountsIn('amount', 'allocations.*.amount'))
  .superRefine(({ currency: paid, converted }, context) => {
    if (converted && converted.currency === paid)
      context.addIssue({ code: 'custom', path: ['converted', 'currency'], ...refused('currency-mismatch', { currency: paid }) });
  })
  .superRefine(({ onAccount, order, allocations, converted }, context) => {
    if (onAccount !== true || (order === undefined && allocations === undefined && converted === undefined)) return;
    const path = [order !== undefined ? 'order' : allocations !== undefined ? 'allocations' : 'converted'];
    context.addIssue({ code: 'custom', path, ...refused('invalid', { fault: 'on-account-bound' }) });
  })
  .meta({
    id: 'PostPayment',
    example: {
      externalId: 'P-1',
      customer: 'C-1001',
      amount: '6000.00',
      currency: 'CNY',
      receivedOn: '2026-10-05',
      allocations: [{ invoice: 'INV-1', instalment: 1, amount: '6000.00' }],
    },
  });
export type PostPayment = z.output<typeof postPayment>;

type Allocations = { invoice: string; instalment?: number | undefined; amount: string }[];

/** Allocation lines in minor units. Throws Refusal where one does not fit its currency. */
export function allocationLines(lines: Allocations, code: string): NonNullable<PaymentDocument['allocations']> {
  return lines.map((one, index) => ({
    invoice: one.invoice,
    instalment: one.instalment ?? null,
    amountMinor: toMinor(one.amount, code, `/allocations/${index}/amount`),
  }));
}

/** The document a body stands for. Throws Refusal where an amount does not fit its currency. */
export function paymentDocument(body: PostPayment): PaymentDocument {
  return {
    externalId: body.externalId,
    customer: body.customer,
    amountMinor: toMinor(body.amount, body.currency, '/amount'),
    currency: body.currency,
    receivedOn: body.receivedOn,
    reference: body.reference ?? null,
    ...(body.clearsOn !== undefined && { clearsOn: body.clearsOn }),
    ...(body.order !== undefined && { order: body.order }),
    ...(body.converted && {
      converted: {
        currency: body.converted.currency,
        amountMinor: toMinor(body.converted.amount, body.converted.currency, '/converted/amount'),
      },
    }),
    ...(body.onAccount === true && { onAccount: true as const }),
    allocations: body.allocations ? allocationLines(body.allocations, body.currency) : null,
  };
}

/** Allocate what a payment still has: the debtor's choice, or by the law's order. */
export const allocatePayment = z
  .strictObject({ allocations: z.array(allocation).min(1).max(500).optional(), reason: reason.optional() })
  .meta({ id: 'AllocatePayment' });

export const reversePayment = z
  .strictObject({
    reversedOn: documentDate.optional().meta({ description: 'The business day of the reversal; today without it.' }),
    amount: amount
      .optional()
      .meta({ description: 'The part that the bank took back; without it, all that is left of the payment.' }),
    reason: reason.optional(),
  })
  .meta({ id: 'ReversePayment' });

const share = z.strictObject({
  receivableId: ourId,
  amount: money,
  recovered: money.optional().meta({ description: 'Of the amount, on what had been written off; absent when nothing.' }),
});

export const postPaymentAnswer = z
  .strictObject({ id: ourId, allocations: z.array(share), unapplied: money })
  .meta({ id: 'PostPaymentAnswer' });

export const reversePaymentAnswer = z
  .strictObject({
    id: ourId,
    reversedOn: businessDate,
    restored: z.array(z.strictObject({ receivableId: ourId, amount: money })).meta({ description: 'What is open again.' }),
  })
  .meta({ id: 'ReversePaymentAnswer' });

export const paymentQuery = z.strictObject({
  ...pageQuery,
  customer: externalId.optional(),
  receivedFrom: filterFrom.optional(),
  receivedTo: filterTo.optional(),
});

export const paymentAnswer = z
  .strictObject({
    id: ourId,
    externalId,
    customer: externalId,
    amount: money,
    currency,
    receivedOn: businessDate,
    reference: z.string().nullable(),
    order: externalId.nullable().meta({ description: 'The order it is bound to.' }),
    onAccount: z.boolean().meta({ description: 'It stays on account until it is applied.' }),
    unapplied: money,
    refunded: money.meta({ description: 'What of it we paid back.' }),
    returned: money.meta({ description: 'Parts of it that the bank took back.' }),
    allocations: z.array(
      z.strictObject({
        receivableId: ourId,
        invoice: externalId,
        instalment: z.int(),
        amount: money,
        recovered: money.meta({ description: 'Of the amount, on what had been written off.' }),
        basis: z
          .enum(allocationBases)
          .nullable()
          .meta({ description: 'What decided it: the debtor, the reference, the exact amount, the law.' }),
        reversedAt: instant.nullable(),
      }),
    ),
    reversedOn: businessDate.nullable(),
    exchange: z
      .strictObject({
        currency,
        amount: money,
        rate: z.string().nullable().meta({ description: 'Of the rate on file, as it was told; null: the bank told the amount.' }),
        inverse: z.boolean().meta({
          description:
            'False: the rate is one unit of what was paid in what it settles. True: the other way round; the amount was divided by it.',
        }),
        source: z.enum(['bank', 'file']),
        difference: money.meta({ description: 'What it was worth, less what it settled; above zero a gain.' }),
      })
      .nullable()
      .meta({ description: 'Set: it was paid in this currency, and settles in the other.' }),
    faulty,
    duplicate: duplicateView,
    postedAt: instant,
  })
  .meta({ id: 'Payment' });
export const paymentPage = pageOf(paymentAnswer);
