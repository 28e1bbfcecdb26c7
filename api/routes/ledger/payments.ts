import { z } from 'zod';
import { businessDate, idParams, ourId } from '../../../contracts/platform/common.ts';
import {
  allocatePayment as allocateBody,
  allocationLines,
  paymentAnswer,
  paymentDocument,
  paymentPage,
  paymentQuery,
  postPayment as postBody,
  postPaymentAnswer,
  reversePayment as reverseBody,
  reversePaymentAnswer,
} from '../../../contracts/ledger/payments.ts';
import { sayFaulty } from '../../../domain/platform/faulty.ts';
import { formatAmount } from '../../../domain/platform/money.ts';
import { allocatePayment, reversePayment } from '../../../store/ledger/payment-changes.ts';
import { postPayment } from '../../../store/ledger/payments.ts';
import type { PostedPayment } from '../../../store/ledger/payments.ts';
import { listPayments, readPayment } from '../../../store/ledger/payments-read.ts';
import type { PaymentView } from '../../../store/ledger/payments-read.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { route } from '../../route.ts';
import type { Language, RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

/** Money in: payments, what they paid, and their reversal. */
export function paymentRoutes({ store }: Services): RouteSpec[] {
  return [...writes(store), ...reads(store)];
}

function writes(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/v1/payments',
      verb: 'payment.write',
      tag: 'Payments',
      summary: "Post a payment; the debtor's choice decides what it pays, then the law's order",
      body: postBody,
      idempotent: 'external-id',
      answers: {
        200: { description: 'This payment was posted before.', schema: postPaymentAnswer },
        201: { description: 'Posted.', schema: postPaymentAnswer },
      },
      async handle({ actor, body }) {
        const { created, ...posted } = await postPayment(store, actor, paymentDocument(body), body.reason ?? null);
        return { status: created ? 201 : 200, body: showPosted(posted) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/payments/{id}/reverse',
      verb: 'payment.reverse',
      tag: 'Payments',
      summary: 'Reverse a payment once, or a part of it: what it paid is open again',
      params: idParams,
      body: reverseBody,
      idempotent: 'key',
      answers: { 200: { description: 'Reversed.', schema: reversePaymentAnswer } },
      async handle({ actor, params, body }) {
        const input = { reversedOn: body.reversedOn ?? null, reason: body.reason ?? null, amount: body.amount ?? null };
        const { id, currency, reversedOn, restored } = await reversePayment(store, actor, params.id, input);
        return { status: 200, body: { id, reversedOn, restored: shares(restored, currency) } };
      },
    }),
    route({
      method: 'post',
      path: '/v1/payments/{id}/allocate',
      verb: 'money.apply',
      tag: 'Payments',
      summary: 'Allocate what a payment still has unapplied',
      params: idParams,
      body: allocateBody,
      idempotent: 'key',
      answers: { 200: { description: 'The payment with all its allocations.', schema: postPaymentAnswer } },
      async handle({ actor, params, body }) {
        const lines = (currency: string) => (body.allocations ? allocationLines(body.allocations, currency) : null);
        return { status: 200, body: showPosted(await allocatePayment(store, actor, params.id, lines, body.reason ?? null)) };
      },
    }),
  ];
}

function reads(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/payments',
      verb: 'receivable.read',
      tag: 'Payments',
      summary: 'Payments, newest first',
      query: paymentQuery,
      answers: { 200: { description: 'A page of payments.', schema: paymentPage } },
      async handle({ actor, query, language }) {
        const { limit, cursor, ...filter } = query;
        const after = cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([businessDate, ourId]));
        const rows = await listPayments(store, actor, { ...filter, after }, limit);
        return {
          status: 200,
          body: pageFrom(
            rows,
            limit,
            (row) => show(row, language),
            (row) => [row.receivedOn, row.id],
          ),
        };
      },
    }),
    route({
      method: 'get',
      path: '/v1/payments/{id}',
      verb: 'receivable.read',
      tag: 'Payments',
      summary: 'A payment with every allocation it ever had',
      params: idParams,
      answers: { 200: { description: 'The payment.', schema: paymentAnswer } },
      async handle({ actor, params, language }) {
        return { status: 200, body: show(await readPayment(store, actor, params.id), language) };
      },
    }),
  ];
}

const shares = (rows: PostedPayment['allocations'], currency: string) =>
  rows.map(({ receivableId, amountMinor }) => ({ receivableId, amount: formatAmount(amountMinor, currency) }));

const laidShares = (rows: PostedPayment['allocations'], currency: string) =>
  rows.map(({ receivableId, amountMinor, recoveredMinor = 0 }) => ({
    receivableId,
    amount: formatAmount(amountMinor, currency),
    ...(recoveredMinor > 0 && { recovered: formatAmount(recoveredMinor, currency) }),
  }));

const showPosted = ({ id, currency, allocations, unappliedMinor }: PostedPayment) => ({
  id,
  allocations: laidShares(allocations, currency),
  unapplied: formatAmount(unappliedMinor, currency),
});

const show = (
  { amountMinor, unappliedMinor, refundedMinor, returnedMinor, allocations, exchange, ...payment }: PaymentView,
  language: Language,
) => ({
  ...payment,
  faulty: sayFaulty(payment.faulty, language),
  exchange: exchange && {
    currency: exchange.currency,
    amount: formatAmount(exchange.amountMinor, exchange.currency),
    rate: exchange.rate,
    inverse: exchange.inverse,
    source: exchange.source,
    difference: formatAmount(exchange.differenceMinor, payment.currency),
  },
  refunded: formatAmount(refundedMinor, payment.currency),
  returned: formatAmount(returnedMinor, payment.currency),
  amount: formatAmount(amountMinor, payment.currency),
  unapplied: formatAmount(unappliedMinor, payment.currency),
  allocations: allocations.map(({ amountMinor: part, recoveredMinor, ...one }) => ({
    ...one,
    amount: formatAmount(part, payment.currency),
    recovered: formatAmount(recoveredMinor, payment.currency),
  })),
});
