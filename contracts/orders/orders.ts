import { z } from 'zod';
import { orderDecisions, reasonCodes } from '../../domain/orders/check.ts';
import { lineAmount, notInvoicedWhys, orderStates } from '../../domain/orders/order.ts';
import type { OrderDocument } from '../../domain/orders/order.ts';
import { issueFaults } from '../../domain/shipments/breach.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import {
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
  rate,
  reason,
  refused,
} from '../platform/common.ts';
import { fault } from '../platform/faults.ts';
import { decimal, lineNo, linesOnce, quantity } from '../platform/lines.ts';
import { shipmentReasonCodes } from '../../domain/credit/hold-clause.ts';

const unitPrice = z
  .string()
  .max(20)
  .regex(decimal)
  .meta({ description: 'Decimal string, at most six decimals, in the currency of the order.', example: '1000.00' });

/** What an ERP sends of an order. */
export const putOrder = z
  .strictObject({
    customer: externalId.meta({ description: "The caller's id of the customer.", example: 'C-1001' }),
    currency,
    requestedShipDate: documentDate,
    prepaid: z
      .boolean()
      .default(false)
      .meta({ description: 'Paid before it ships: it takes no credit, and waits until payments that name it cover it.' }),
    pricesWithTax: z.boolean().default(true).meta({
      description: 'Whether the unit prices hold the tax. When not, `taxRate` is added: what counts is what will be owed.',
    }),
    taxRate: rate.optional(),
    lines: z
      .array(z.strictObject({ line: lineNo, item: line(120), productLine: line(80).optional(), quantity, unitPrice }))
      .min(1)
      .max(1000)
      .refine(linesOnce, fault('duplicate')),
    reason: reason.optional(),
  })
  .refine(({ pricesWithTax, taxRate }) => pricesWithTax || taxRate !== undefined, {
    path: ['taxRate'],
    ...fault('tax-rate'),
  })
  .meta({
    id: 'PutOrder',
    example: {
      customer: 'C-1001',
      currency: 'CNY',
      requestedShipDate: '2026-12-01',
      lines: [{ line: 1, item: 'A-100', productLine: 'imaging', quantity: '2', unitPrice: '1000.00' }],
    },
  });

/** The document a body stands for. Throws Refusal where an amount cannot be kept, or the order is worth nothing. */
export function orderDocument(id: string, body: z.output<typeof putOrder>): OrderDocument {
  const lines = body.lines.map(({ productLine = null, ...one }, index) => {
    const tax = body.pricesWithTax ? '0' : (body.taxRate ?? '0');
    const amountMinor = lineAmount(one.quantity, one.unitPrice, body.currency, tax);
    if (amountMinor === null) throw new Refusal('amount-too-large', {}, { pointer: `/lines/${index}/unitPrice` });
    return { ...one, productLine, amountMinor };
  });
  const total = lines.reduce((sum, one) => sum + one.amountMinor, 0);
  if (total === 0) throw new Refusal('amount-not-positive', { value: '0' }, { pointer: '/lines' });
  if (!Number.isSafeInteger(total)) throw new Refusal('amount-too-large', {}, { pointer: '/lines' });
  const { customer, currency: code, requestedShipDate, prepaid, pricesWithTax, taxRate } = body;
  const tax = { ...(!pricesWithTax && { pricesWithTax }), ...(taxRate !== undefined && { taxRate }) };
  return { externalId: id, customer, currency: code, requestedShipDate, prepaid, ...tax, lines };
}

/** Why an order was decided so. */
export const orderReason = z
  .strictObject({
    code: z.enum(reasonCodes),
    message: z.string().meta({ description: 'In words, with what would change it; by Accept-Language.' }),
    figures: z.record(z.string(), z.union([z.string(), z.number(), z.null(), z.array(z.string())])),
  })
  .meta({ id: 'OrderReason' });

const judged = z
  .strictObject({
    before: money,
    after: money.meta({ description: 'With this order counted, whether it may or not.' }),
    limit: money.nullable().meta({ description: 'Null: none on file.' }),
    currency,
    version: z.int().meta({ description: 'Of the account, after this.' }),
  })
  .meta({ id: 'JudgedExposure' });

export const putOrderAnswer = z
  .strictObject({
    id: ourId,
    externalId,
    decision: z.enum(orderDecisions),
    state: z.enum(orderStates),
    changed: z.boolean(),
    reasons: z.array(orderReason),
    exposure: judged,
    orderHoldId: ourId.optional(),
    policyVersion: z.string().meta({ example: 'credit-rules/1' }),
  })
  .meta({ id: 'PutOrderAnswer' });

export const changeOrder = z.strictObject({ reason: reason.optional() }).meta({ id: 'ChangeOrder' });

/** Closing says what becomes of delivered goods that are not invoiced. */
export const closeOrder = z
  .strictObject({
    notInvoiced: z.enum(notInvoicedWhys).optional().meta({
      description:
        'Why what was delivered will not be invoiced: free of charge, returned, or price. Above the tolerance a second person decides. Without it what was delivered stays owed, with a task.',
    }),
    reason: reason.optional(),
  })
  .refine(({ notInvoiced, reason: said }) => notInvoiced === undefined || said !== undefined, {
    path: ['reason'],
    ...refused('reason-required'),
  })
  .meta({ id: 'CloseOrder' });

export const orderQuery = z.strictObject({
  ...pageQuery,
  customer: externalId.optional(),
  state: z.enum(orderStates).optional(),
  decision: z.enum(orderDecisions).optional(),
});

const bucketsOfLine = {
  held: money,
  prepaid: money,
  reserved: money,
  ordered: money,
  delivered: money,
  invoiced: money,
  cancelled: money,
  returned: money,
};

export const orderAnswer = z
  .strictObject({
    id: ourId,
    externalId,
    customer: externalId,
    currency,
    faulty,
    requestedShipDate: businessDate,
    prepaid: z.boolean(),
    pricesWithTax: z.boolean(),
    taxRate: z.string().nullable(),
    amount: money.meta({ description: 'What will be owed, tax and all.' }),
    decision: z.enum(orderDecisions),
    state: z.enum(orderStates),
    reservedUntil: instant.nullable().meta({ description: 'When what is reserved lapses, unless it ships before.' }),
    orderHoldId: ourId.nullable(),
    version: z.int(),
    lines: z.array(
      z.strictObject({
        line: z.int(),
        item: z.string(),
        productLine: z.string().nullable(),
        quantity: z.string(),
        shippedQuantity: z.string(),
        unitPrice: z.string(),
        amount: money,
        buckets: z.strictObject(bucketsOfLine).meta({ description: 'Where each cent of the line stands.' }),
      }),
    ),
    decisions: z.array(
      z.strictObject({
        version: z.int(),
        at: instant,
        decision: z.enum(orderDecisions),
        reasons: z.array(orderReason),
        by: z.string(),
        policyVersion: z.string(),
      }),
    ),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Order' });
export const orderPage = pageOf(orderAnswer);

/** Quantities of an order's lines, each line once. */
export const shippedLines = z
  .array(z.strictObject({ line: lineNo, quantity }))
  .min(1)
  .max(1000)
  .refine(linesOnce, fault('duplicate'));

/** Goods that left; the same shipment again may tell when they arrived and were accepted. */
export const postShipment = z
  .strictObject({
    externalId,
    order: externalId,
    request: externalId.optional().meta({
      description: 'The shipment request that let them leave. Policy says whose goods need one.',
      example: 'SR-1',
    }),
    lines: shippedLines,
    issuedOn: documentDate,
    deliveredOn: documentDate.optional(),
    acceptedOn: documentDate.optional(),
    reason: reason.optional(),
  })
  .meta({
    id: 'PostShipment',
    example: { externalId: 'DN-1', order: 'SO-1', lines: [{ line: 1, quantity: '2' }], issuedOn: '2026-09-01' },
  });

/** Something for which goods should not have left. */
export const breach = z
  .strictObject({
    code: z.enum([...issueFaults, ...shipmentReasonCodes]),
    message: z.string().meta({ description: 'In words; by Accept-Language.' }),
    figures: z.record(z.string(), z.union([z.string(), z.number(), z.null(), z.array(z.string())])),
  })
  .meta({ id: 'ShipmentBreach' });

export const postShipmentAnswer = z
  .strictObject({
    id: ourId,
    externalId,
    orderId: ourId,
    amount: money,
    currency,
    deliveredOn: businessDate.nullable(),
    acceptedOn: businessDate.nullable(),
    breaches: z.array(breach).meta({ description: 'Why these goods should not have left; empty when they might.' }),
    changed: z.boolean(),
  })
  .meta({ id: 'PostShipmentAnswer' });
