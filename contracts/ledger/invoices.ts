import { z } from 'zod';
import { instalmentKinds } from '../../domain/ledger/documents.ts';
import type { InvoiceDocument } from '../../domain/ledger/documents.ts';
import {
  amountOrZero,
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
  rate,
  reason,
  refused,
  toMinor,
} from '../platform/common.ts';
import { duplicateView } from './duplicates.ts';
import { fault } from '../platform/faults.ts';
import { terms, termsOf } from '../customers/customers.ts';
import { outcomes, stages } from '../../domain/ledger/outcome.ts';

const instalment = z.strictObject({
  no: z.int().min(1).max(999).meta({ description: 'Number of the instalment: it keeps its identity by it.', example: 1 }),
  amount: amountOrZero,
  dueDate: documentDate,
  kind: z.enum(instalmentKinds).default('other').meta({
    description:
      'Instalments of one kind are one debt, whose limitation counts from the last of them; other kinds are debts of their own.',
  }),
});

/** What an ERP sends of an invoice. */
export const putInvoice = z
  .strictObject({
    customer: externalId.meta({ description: "The caller's id of the customer.", example: 'C-1001' }),
    number: line(80).meta({ description: 'Number printed on it.', example: '31002200000001' }),
    issueDate: documentDate,
    currency,
    amount: amountOrZero.meta({ description: 'Zero closes at once: nothing is owed.' }),
    tax: z
      .strictObject({ rate, amount: money.refine((text) => !text.startsWith('-'), refused('amount-not-positive')) })
      .optional(),
    contract: externalId.optional(),
    order: externalId.optional(),
    terms: terms.optional().meta({ description: "Of an invoice without instalments; else the customer's." }),
    deliveredOn: documentDate.optional().meta({ description: 'Where terms count from delivery.' }),
    ladder: line(60)
      .optional()
      .meta({ description: "Dunning procedure of this invoice, before the customer's.", example: 'general-30' }),
    instalments: z
      .array(instalment)
      .min(1)
      .max(120)
      .refine((parts) => new Set(parts.map((part) => part.no)).size === parts.length, fault('duplicate'))
      .optional()
      .meta({ description: 'Each is one receivable; together they are the amount. Without them: one, due by terms.' }),
    reason: reason.optional(),
  })
  .superRefine(amountsIn('amount', 'tax.amount', 'instalments.*.amount'))
  .meta({
    id: 'PutInvoice',
    example: {
      customer: 'C-1001',
      number: '31002200000001',
      issueDate: '2026-09-01',
      currency: 'CNY',
      amount: '12000.00',
      instalments: [
        { no: 1, amount: '6000.00', dueDate: '2026-10-01' },
        { no: 2, amount: '6000.00', dueDate: '2026-11-01' },
      ],
    },
  });
export type PutInvoice = z.output<typeof putInvoice>;

/** The document a body stands for. Throws Refusal where an amount does not fit its currency. */
export function invoiceDocument(id: string, body: PutInvoice): InvoiceDocument {
  const minor = (text: string, pointer: string): number => toMinor(text, body.currency, pointer);
  return {
    externalId: id,
    customer: body.customer,
    number: body.number,
    issueDate: body.issueDate,
    currency: body.currency,
    amountMinor: minor(body.amount, '/amount'),
    taxRate: body.tax?.rate ?? null,
    taxMinor: body.tax ? minor(body.tax.amount, '/tax/amount') : null,
    contract: body.contract ?? null,
    order: body.order ?? null,
    ladder: body.ladder ?? null,
    terms: body.terms ? termsOf(body.terms) : null,
    deliveredOn: body.deliveredOn ?? null,
    instalments:
      body.instalments?.map((part, index) => ({
        no: part.no,
        amountMinor: minor(part.amount, `/instalments/${index}/amount`),
        dueDate: part.dueDate,
        kind: part.kind,
      })) ?? null,
  };
}

const receivableBrief = z.strictObject({
  id: ourId,
  instalment: z.int(),
  dueDate: businessDate,
  open: money,
  stage: z.enum(stages),
});

export const putInvoiceAnswer = z
  .strictObject({ id: ourId, externalId, changed: z.boolean(), receivables: z.array(receivableBrief) })
  .meta({ id: 'PutInvoiceAnswer' });

export const invoiceQuery = z.strictObject({
  ...pageQuery,
  customer: externalId.optional(),
  number: line(80).optional().meta({ description: 'The number printed on the invoice.' }),
  issuedFrom: filterFrom.optional(),
  issuedTo: filterTo.optional(),
});

export const invoiceAnswer = z
  .strictObject({
    id: ourId,
    externalId,
    customer: externalId,
    number: z.string(),
    issueDate: businessDate,
    currency,
    amount: money,
    open: money,
    tax: z.strictObject({ rate: z.string(), amount: money }).nullable(),
    contract: z.string().nullable(),
    order: z.string().nullable(),
    ladder: z.string().nullable(),
    faulty,
    version: z.int(),
    duplicate: duplicateView,
    receivables: z.array(
      z.strictObject({
        ...receivableBrief.shape,
        faulty,
        amount: money,
        kind: z.enum(instalmentKinds),
        outcome: z.enum(outcomes).nullable(),
      }),
    ),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Invoice' });
export const invoicePage = pageOf(invoiceAnswer);
