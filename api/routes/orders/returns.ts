import { z } from 'zod';
import { externalIdParams, idParams, ourId } from '../../../contracts/platform/common.ts';
import * as contract from '../../../contracts/orders/returns.ts';
import { ordersCodeWords } from '../../../domain/orders/code-words.ts';
import { formatAmount, sumMinor } from '../../../domain/platform/money.ts';
import { postReturn, withdrawReturn } from '../../../store/orders/acts/goods-returns.ts';
import { listReturns, readReturn } from '../../../store/orders/returns-read.ts';
import type { ReturnView } from '../../../store/orders/returns-read.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { route } from '../../route.ts';
import type { Language, RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

/** Goods that came back: owed no more, or credited by a note that is expected. */
export function returnRoutes({ store }: Services): RouteSpec[] {
  return [...writes(store), ...reads(store)];
}

function writes(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'put',
      path: '/v1/returns/{id}',
      verb: 'shipment.write',
      tag: 'Orders',
      summary:
        'Post goods that came back: what was not invoiced is owed no more, of the rest a credit note is expected; above what policy lets an ERP book alone a second person is asked',
      params: externalIdParams,
      body: contract.putReturn,
      idempotent: 'external-id',
      answers: {
        200: { description: 'This return was posted before.', schema: contract.goodsReturn },
        201: { description: 'Posted.', schema: contract.goodsReturn },
      },
      async handle({ actor, params, body, language }) {
        const { id, created } = await postReturn(store, actor, { externalId: params.id, ...body });
        return { status: created ? 201 : 200, body: show(await readReturn(store.db, actor, id), language) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/returns/{id}/withdraw',
      verb: 'shipment.write',
      tag: 'Orders',
      summary: 'Take a return back: what it took is owed and asked for again',
      params: idParams,
      body: contract.withdrawReturn,
      idempotent: 'key',
      answers: { 200: { description: 'The return.', schema: contract.goodsReturn } },
      async handle({ actor, params, body, language }) {
        const { id } = await withdrawReturn(store, actor, params.id, body.reason);
        return { status: 200, body: show(await readReturn(store.db, actor, id), language) };
      },
    }),
  ];
}

function reads(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/returns',
      verb: 'order.read',
      tag: 'Orders',
      summary: 'Returns of goods, newest first',
      query: contract.returnQuery,
      answers: { 200: { description: 'A page of returns.', schema: contract.goodsReturnPage } },
      async handle({ actor, query: { limit, cursor, ...filter }, language }) {
        const after = cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([ourId]))[0];
        const rows = await listReturns(store.db, actor, { ...filter, after }, limit);
        const shown = (row: ReturnView) => show(row, language);
        return { status: 200, body: pageFrom(rows, limit, shown, (row) => [row.id]) };
      },
    }),
    route({
      method: 'get',
      path: '/v1/returns/{id}',
      verb: 'order.read',
      tag: 'Orders',
      summary: 'A return of goods, with what became of each line',
      params: idParams,
      answers: { 200: { description: 'The return.', schema: contract.goodsReturn } },
      async handle({ actor, params, language }) {
        return { status: 200, body: show(await readReturn(store.db, actor, params.id), language) };
      },
    }),
  ];
}

function show({ lines, ...view }: ReturnView, language: Language) {
  const text = (minor: number): string => formatAmount(minor, view.currency);
  const invoices = lines.flatMap((line) => line.invoices);
  const sum = (amounts: readonly number[]): string => text(sumMinor(amounts));
  return {
    ...view,
    stateText: ordersCodeWords['goods-return.state'][view.state][language],
    creditText: ordersCodeWords['goods-return.credit'][view.credit][language],
    amount: sum(lines.map((line) => line.worthMinor)),
    delivered: sum(lines.map((line) => line.deliveredMinor)),
    invoiced: sum(invoices.map((one) => one.amountMinor)),
    lines: lines.map(({ line, quantity, worthMinor, deliveredMinor, invoices: of }) => ({
      ...{ line, quantity, amount: text(worthMinor), delivered: text(deliveredMinor) },
      invoices: of.map(({ invoice, amountMinor }) => ({ invoice, amount: text(amountMinor) })),
    })),
  };
}
