import { z } from 'zod';
import { actKinds } from '../../domain/approvals/act.ts';
import { contactRoles, debtorClasses, termsFrom } from '../../domain/ledger/documents.ts';
import { isDiscountPercent } from '../../domain/ledger/discount.ts';
import type { CustomerDocument, Terms } from '../../domain/ledger/documents.ts';
import {
  businessDate,
  currency,
  externalId,
  instant,
  line,
  money,
  ourId,
  pageOf,
  pageQuery,
  rate,
  reason,
} from '../platform/common.ts';
import { fault } from '../platform/faults.ts';
import { evidence, masterFacts } from './master-facts.ts';
import { customerTypes } from '../../domain/customers/customer.ts';

/** The most days that terms can have, counted from where their discount counts; without any the discount is not judged. */
const longestDays = ({
  days,
  months,
  day,
}: {
  days?: number | undefined;
  months?: number | undefined;
  day?: number | undefined;
}) => ((days ?? months ?? day) === undefined ? Infinity : (days ?? 0) + 31 * ((months ?? 0) + (day === undefined ? 0 : 1)));

export const terms = z
  .strictObject({
    days: z.int().min(0).max(720).optional().meta({ description: 'Calendar days; 0 without it.', example: 60 }),
    from: z.enum(termsFrom).default('invoiceDate').meta({ description: 'What they count from.' }),
    months: z.int().min(1).max(24).optional().meta({ description: "Whole months, the month's end clipped." }),
    day: z.int().min(1).max(31).optional().meta({
      description:
        'A fixed day, clipped to the end of the month: of the month reached by `months`, else the next one. End of next month: months 1, day 31.',
    }),
    discountPercent: z.string().max(5).refine(isDiscountPercent, fault('discount-percent')).optional().meta({
      description:
        'What is let off, in per cent, when the money comes within `discountDays`: above 0, at most 50, two decimals. Never of instalments.',
      example: '2',
    }),
    discountDays: z.int().min(0).max(365).optional().meta({
      description: 'Calendar days from where the terms count; a last day that is a rest day rolls as due dates do.',
    }),
  })
  .superRefine(({ discountPercent, discountDays }, context) => {
    if ((discountPercent === undefined) === (discountDays === undefined)) return;
    const path = [discountPercent === undefined ? 'discountPercent' : 'discountDays'];
    context.addIssue({ code: 'custom', path, ...fault('field-missing') });
  })
  .refine((all) => all.discountDays === undefined || all.discountDays <= longestDays(all), {
    ...fault('discount-days'),
    path: ['discountDays'],
  })
  .refine(({ days, months, day }) => (days ?? months ?? day) !== undefined, { ...fault('field-missing'), path: ['days'] })
  .meta({ id: 'Terms' });

/** Terms as the ledger counts them. */
export const termsOf = ({ days = 0, ...rest }: z.output<typeof terms>): Terms => ({ days, ...rest });

const contact = z
  .strictObject({
    id: externalId.meta({ description: "The caller's id of the person, unique within the customer.", example: 'c1' }),
    name: line(120),
    role: z.enum(contactRoles),
    email: z.email().max(254).optional(),
    mobile: z
      .string()
      .max(20)
      .refine((text) => /^\+[1-9]\d{6,14}$/.test(text), fault('mobile'))
      .optional()
      .meta({ description: 'E.164.', example: '+8613800138000' }),
    wecom: line(64).optional(),
    language: z.enum(['zh', 'en']),
  })
  .meta({ id: 'Contact' });

const noIdTwice = (ids: readonly string[]) => new Set(ids).size === ids.length;

/** What an ERP sends of a customer. */
export const putCustomer = z
  .strictObject({
    name: line(200),
    type: z.enum(customerTypes),
    tier: line(20).optional().meta({ description: 'Hospital tier or dealer level.', example: '3A' }),
    region: line(40).meta({ example: 'SH' }),
    currency,
    terms,
    taxId: line(40).optional(),
    taxRate: rate.optional(),
    group: externalId.optional().meta({ description: "The caller's id of the corporate family.", example: 'G-1' }),
    payer: externalId.optional().meta({ description: "The caller's id of who pays instead.", example: 'C-9' }),
    owner: line(120).optional().meta({ description: 'Login of the account owner in sales.', example: 'sales-login' }),
    debtorClass: z.enum(debtorClasses).optional().meta({ description: 'As the SME payment regulation sees the debtor.' }),
    creditorWasSme: z.boolean().optional().meta({ description: 'Whether we were an SME, and said so, when contracting.' }),
    ladder: line(60)
      .optional()
      .meta({ description: "Dunning procedure of this customer, before the company's matrix.", example: 'general-30' }),
    contacts: z
      .array(contact)
      .max(200)
      .refine((contacts) => noIdTwice(contacts.map((one) => one.id)), fault('duplicate'))
      .default([]),
    facts: masterFacts.default({}),
    reason: reason.optional(),
  })
  .meta({
    id: 'PutCustomer',
    example: {
      name: '上海示例医院',
      type: 'hospital',
      tier: '3A',
      region: 'SH',
      currency: 'CNY',
      terms: { days: 60, from: 'invoiceDate' },
      taxId: '123100000000000001',
      contacts: [{ id: 'c1', name: '王会计', role: 'finance', email: 'finance@example.com', language: 'zh' }],
    },
  });
export type PutCustomer = z.output<typeof putCustomer>;

/** The document a body stands for. */
export function customerDocument(id: string, body: PutCustomer): CustomerDocument {
  return {
    externalId: id,
    name: body.name,
    type: body.type,
    tier: body.tier ?? null,
    region: body.region,
    currency: body.currency,
    terms: termsOf(body.terms),
    taxId: body.taxId ?? null,
    taxRate: body.taxRate ?? null,
    group: body.group ?? null,
    payer: body.payer ?? null,
    owner: body.owner ?? null,
    ladder: body.ladder ?? null,
    debtorClass: body.debtorClass ?? null,
    creditorWasSme: body.creditorWasSme ?? null,
    contacts: body.contacts.map((one) => ({
      ...one,
      email: one.email ?? null,
      mobile: one.mobile ?? null,
      wecom: one.wecom ?? null,
    })),
    facts: body.facts,
  };
}

/** Asks for a customer to become part of another one. */
export const mergeCustomer = z
  .strictObject({
    into: externalId.meta({ description: 'The customer that takes it over.', example: 'C-2' }),
    reason,
    evidence: evidence.optional(),
  })
  .meta({ id: 'MergeCustomer', example: { into: 'C-2', reason: 'Merged by agreement of 1 March' } });

export const putCustomerAnswer = z
  .strictObject({
    id: ourId,
    externalId,
    changed: z.boolean().meta({ description: 'False: the same content was there already.' }),
    version: z.int(),
    pending: z.array(z.strictObject({ act: ourId, kind: z.enum(actKinds) })).meta({
      description: 'What of it gives credit or time away: it stays as it was until a second person agrees to the act.',
    }),
  })
  .meta({ id: 'PutCustomerAnswer' });

export const customerQuery = z.strictObject({
  ...pageQuery,
  type: z.enum(customerTypes).optional(),
  region: line(40).optional(),
  owner: line(120).optional(),
  q: line(100).optional().meta({ description: 'Part of the name or the beginning of the id.' }),
});

const balance = z
  .strictObject({
    currency,
    open: money,
    overdue: money,
    disputed: money,
    unapplied: money.meta({ description: 'Money received and not yet allocated.' }),
    oldestDueDate: businessDate.nullable(),
  })
  .meta({ id: 'Balance' });

export const customerRow = z
  .strictObject({
    id: ourId,
    externalId,
    name: z.string(),
    type: z.enum(customerTypes),
    tier: z.string().nullable(),
    region: z.string().nullable(),
    currency,
    terms,
    owner: z.string().nullable(),
    version: z.int(),
    mergedInto: externalId.nullable().meta({
      description: 'Set: the customer that took this one over. What it owed, and what is posted under its id, is there.',
    }),
    balances: z.array(balance),
  })
  .meta({ id: 'CustomerRow' });
export const customerPage = pageOf(customerRow);

export const customerAnswer = z
  .strictObject({
    ...customerRow.shape,
    taxId: z.string().nullable(),
    taxRate: z.string().nullable(),
    group: z.string().nullable(),
    payer: z.string().nullable(),
    debtorClass: z.enum(debtorClasses).nullable(),
    creditorWasSme: z.boolean().nullable(),
    ladder: z.string().nullable(),
    contacts: z.array(
      z.strictObject({
        id: z.string(),
        name: z.string(),
        role: z.enum(contactRoles),
        email: z.string().nullable(),
        mobile: z.string().nullable(),
        wecom: z.string().nullable(),
        language: z.enum(['zh', 'en']),
      }),
    ),
    facts: z.record(z.string(), z.unknown()),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Customer' });

export const timelineQuery = z.strictObject({ ...pageQuery });

export const timelinePage = pageOf(
  z
    .strictObject({
      seq: z.int().meta({ description: 'Place in the record; also the order.' }),
      at: instant,
      kind: z.string().meta({ example: 'payment.posted' }),
      subject: z.strictObject({ kind: z.string(), id: z.string() }),
      words: z.string().meta({ description: 'What happened, in the language of the request.' }),
      actor: z.strictObject({ kind: z.enum(['key', 'user', 'system']), id: z.string() }),
      reason: z.string().nullable(),
    })
    .meta({ id: 'TimelineEntry' }),
);
