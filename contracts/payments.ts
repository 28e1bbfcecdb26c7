import { z } from 'zod';
import type { PaymentDocument } from '../domain/collection/documents.ts';
import {
  amount,
  amountsIn,
  businessDate,
  currency,
  externalId,
  instant,
  line,
  money,
  ourId,
  pageOf,
  pageQuery,
  reason,
  toMinor,
} from './common.ts';

const allocation = z.strictObject({
  invoice: externalId.meta({ description: "The caller's id of the invoice.", example: 'INV-1' }),
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
    receivedOn: businessDate,
    reference: line(500)
      .optional()
      .meta({ description: 'Text of the transfer; invoices named in it are paid first.', example: 'INV-1' }),
    clearsOn: businessDate
      .optional()
      .meta({ description: 'Of a commercial bill: the day it clears. It pays at once, and counts as exposure until then.' }),
    allocations: z
      .array(allocation)
      .max(500)
      .optional()
      .meta({ description: "The debtor's choice. What they leave goes by due date [Civil Code 560]." }),
    reason: reason.optional(),
  })
  .superRefine(amountsIn('amount', 'allocations.*.amount'))
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
    allocations: body.allocations ? allocationLines(body.allocations, body.currency) : null,
  };
}

/** Allocate what a payment still has: the debtor's choice, or by the law's order. */
export const allocatePayment = z
  .strictObject({ allocations: z.array(allocation).min(1).max(500).optional(), reason: reason.optional() })
  .meta({ id: 'AllocatePayment' });

export const reversePayment = z
  .strictObject({
    reversedOn: businessDate.optional().meta({ description: 'The business day of the reversal; today without it.' }),
    reason: reason.optional(),
  })
  .meta({ id: 'ReversePayment' });

export const postPaymentAnswer = z
  .strictObject({ id: ourId, allocations: z.array(z.strictObject({ receivableId: ourId, amount: money })), unapplied: money })
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
  receivedFrom: businessDate.optional(),
  receivedTo: businessDate.optional(),
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
    unapplied: money,
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
    postedAt: instant,
  })
  .meta({ id: 'Payment' });
export const paymentPage = pageOf(paymentAnswer);
