import { z } from 'zod';
import { externalIdParams, idParams, ourId } from '../../../contracts/platform/common.ts';
import {
  changeOrder,
  closeOrder as closeBody,
  orderAnswer,
  orderDocument,
  orderPage,
  orderQuery,
  postShipment as shipmentBody,
  postShipmentAnswer,
  putOrder as putBody,
  putOrderAnswer,
} from '../../../contracts/orders/orders.ts';
import type { OrderReason } from '../../../domain/orders/check.ts';
import { sayReason } from '../../../domain/orders/words-orders.ts';
import { shownFigures } from '../../../domain/orders/figures.ts';
import { sayFaulty } from '../../../domain/platform/faulty.ts';
import { formatAmount } from '../../../domain/platform/money.ts';
import { sayShipmentReason } from '../../../domain/shipments/words.ts';
import { closeOrder } from '../../../store/orders/acts/not-invoiced.ts';
import type { OrderDecided } from '../../../store/orders/check.ts';
import { endOrder, putOrder, reopenOrder } from '../../../store/orders/orders.ts';
import { listOrders, readOrder } from '../../../store/orders/orders-read.ts';
import type { OrderView } from '../../../store/orders/orders-read.ts';
import { postShipment } from '../../../store/shipments/shipments.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { route } from '../../route.ts';
import type { Language, RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

/** Orders, judged as they come, and what was shipped of them. */
export function orderRoutes({ store }: Services): RouteSpec[] {
  return [...writes(store), ...ends(store), ...reads(store)];
}

function writes(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'put',
      path: '/v1/orders/{id}',
      verb: 'order.write',
      tag: 'Orders',
      summary: 'May this order be taken? Judged and reserved before the answer',
      params: externalIdParams,
      body: putBody,
      idempotent: 'external-id',
      credential: 'judged-by-verb',
      answers: {
        200: { description: 'Changed and judged again, or unchanged.', schema: putOrderAnswer },
        201: { description: 'Judged.', schema: putOrderAnswer },
      },
      async handle({ actor, params, body, language }) {
        const order = orderDocument(params.id, body);
        const credential = actor.kind === 'key' ? actor.id : null;
        const decided = await putOrder(store, actor, order, body.reason ?? null, credential);
        return { status: decided.created ? 201 : 200, body: show(params.id, body.currency, decided, language) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/shipments',
      verb: 'shipment.write',
      tag: 'Orders',
      summary: 'Post a goods issue, and later its delivery and acceptance',
      body: shipmentBody,
      idempotent: 'external-id',
      answers: {
        200: { description: 'Known before; what it newly tells is kept.', schema: postShipmentAnswer },
        201: { description: 'Posted.', schema: postShipmentAnswer },
      },
      async handle({ actor, body, language }) {
        const { reason = null, deliveredOn = null, acceptedOn = null, request = null, ...issue } = body;
        const posted = await postShipment(store, actor, { ...issue, request, deliveredOn, acceptedOn }, reason);
        const { created, amountMinor, breaches, ...shown } = posted;
        const said = breaches.map((one) => ({
          code: one.code,
          message: sayShipmentReason(one, posted.currency, language),
          figures: shownFigures(one.figures, posted.currency),
        }));
        return {
          status: created ? 201 : 200,
          body: { ...shown, amount: formatAmount(amountMinor, posted.currency), breaches: said },
        };
      },
    }),
  ];
}

function ends(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/v1/orders/{id}/cancel',
      verb: 'order.write',
      tag: 'Orders',
      summary: 'Cancel an order: what is not delivered no longer counts',
      params: idParams,
      body: changeOrder,
      idempotent: 'key',
      answers: { 200: { description: 'The order.', schema: orderAnswer } },
      async handle({ actor, params, body, language }) {
        const { order } = await endOrder(store, actor, params.id, { as: 'cancelled', reason: body.reason ?? null });
        return { status: 200, body: showOrder(await readOrder(store.db, actor, order.id), language) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/orders/{id}/close',
      verb: 'order.write',
      tag: 'Orders',
      summary: 'Close an order: nothing more will be shipped of it; what was delivered is still owed, or it is said why not',
      params: idParams,
      body: closeBody,
      idempotent: 'key',
      answers: { 200: { description: 'The order.', schema: orderAnswer } },
      async handle({ actor, params, body, language }) {
        const { notInvoiced: why, reason = null } = body;
        const notInvoiced = why === undefined ? null : { why, reason: reason ?? '' };
        const { order } = await closeOrder(store, actor, params.id, { reason, notInvoiced });
        return { status: 200, body: showOrder(await readOrder(store.db, actor, order.id), language) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/orders/{id}/reopen',
      verb: 'order.write',
      tag: 'Orders',
      summary: 'Open an order again: what was cancelled of it is judged as if it came now',
      params: idParams,
      body: changeOrder,
      idempotent: 'key',
      answers: { 200: { description: 'Judged.', schema: putOrderAnswer } },
      async handle({ actor, params, body, language }) {
        const { order, ...decided } = await reopenOrder(store, actor, params.id, body.reason ?? null);
        return { status: 200, body: show(order.externalId, order.currency, decided, language) };
      },
    }),
  ];
}

function reads(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/orders',
      verb: 'order.read',
      tag: 'Orders',
      summary: 'Orders, newest first',
      query: orderQuery,
      answers: { 200: { description: 'A page of orders.', schema: orderPage } },
      async handle({ actor, query, language }) {
        const { limit, cursor, ...filter } = query;
        const after = cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([ourId]))[0];
        const rows = await listOrders(store.db, actor, { ...filter, after }, limit);
        return {
          status: 200,
          body: pageFrom(
            rows,
            limit,
            (row) => showOrder(row, language),
            (row) => [row.id],
          ),
        };
      },
    }),
    route({
      method: 'get',
      path: '/v1/orders/{id}',
      verb: 'order.read',
      tag: 'Orders',
      summary: 'An order: where each cent of it stands, and every decision on it',
      params: idParams,
      answers: { 200: { description: 'The order.', schema: orderAnswer } },
      async handle({ actor, params, language }) {
        return { status: 200, body: showOrder(await readOrder(store.db, actor, params.id), language) };
      },
    }),
  ];
}

/** Reasons of a check in words, with their figures. */
export const showReasons = (reasons: readonly OrderReason[], currency: string, language: Language) =>
  reasons.map((reason) => ({
    code: reason.code,
    message: sayReason(reason, currency, language),
    figures: shownFigures(reason.figures, currency),
  }));

function show(externalId: string, currency: string, decided: OrderDecided, language: Language) {
  const {
    id,
    decision,
    state,
    changed,
    reasons,
    beforeMinor,
    afterMinor,
    limitMinor,
    limitCurrency,
    version,
    orderHoldId,
    policyVersion,
  } = decided;
  const text = (minor: number): string => formatAmount(minor, limitCurrency);
  return {
    id,
    externalId,
    decision,
    state,
    changed,
    reasons: showReasons(reasons, currency, language),
    exposure: {
      before: text(beforeMinor),
      after: text(afterMinor),
      limit: limitMinor === null ? null : text(limitMinor),
      currency: limitCurrency,
      version,
    },
    ...(orderHoldId !== null && { orderHoldId }),
    policyVersion,
  };
}

function showOrder({ amountMinor, lines, decisions, ...order }: OrderView, language: Language) {
  const text = (minor: number): string => formatAmount(minor, order.currency);
  return {
    ...order,
    faulty: sayFaulty(order.faulty, language),
    amount: text(amountMinor),
    lines: lines.map(({ amountMinor: whole, minor, ...line }) => ({
      ...line,
      amount: text(whole),
      buckets: Object.fromEntries(Object.entries(minor).map(([bucket, part]) => [bucket, text(part)])),
    })),
    decisions: decisions.map(({ reasons, currency, ...one }) => ({ ...one, reasons: showReasons(reasons, currency, language) })),
  };
}
