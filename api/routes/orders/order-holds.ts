import { z } from 'zod';
import { idParams, instant, ourId, toMinor } from '../../../contracts/platform/common.ts';
import * as contract from '../../../contracts/orders/order-holds.ts';
import { formatAmount } from '../../../domain/platform/money.ts';
import { sayPlanReason } from '../../../domain/records/plan-words.ts';
import { readableRecord } from '../../../domain/platform/readable.ts';
import { orderHoldStateWords } from '../../../domain/orders/hold-words.ts';
import type { AskedLine, HoldAnswer } from '../../../domain/orders/order-hold.ts';
import { deciderOf } from '../../../store/access/hats.ts';
import { findOrderHold, listOrderHolds, readOrderHold } from '../../../store/orders/order-holds-read.ts';
import type { OrderHoldListed, OrderHoldView } from '../../../store/orders/order-holds-read.ts';
import { momentOf } from '../../../store/platform/transaction.ts';
import { decideOrderHoldUpdate } from '../../../workflows/orders/updates.ts';
import { answerDecision, pendingAnswer } from '../../deciding.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { updateIdOf } from '../../idempotency.ts';
import { route } from '../../route.ts';
import type { Language, RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';
import { showReasons } from './orders.ts';

const place = z.tuple([instant, ourId]);

/** Held orders: looked at, and decided by the people policy names. */
export function orderHoldRoutes(services: Services): RouteSpec[] {
  return [...looking(services), deciding(services)];
}

function looking({ store }: Services): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/order-holds',
      verb: 'credit.read',
      tag: 'Orders',
      summary: 'Held orders, the newest first',
      query: contract.orderHoldQuery,
      answers: { 200: { description: 'A page of held orders.', schema: contract.orderHoldPage } },
      async handle({ actor, query: { limit, cursor, ...filter }, language }) {
        const after = cursor === undefined ? undefined : decodeCursor(cursor, place);
        const rows = await listOrderHolds(store.db, actor, { ...filter, after }, limit);
        const body = pageFrom(
          rows,
          limit,
          (row) => showListed(row, language, store.zone),
          (row) => [row.openedAt, row.id],
        );
        return { status: 200, body };
      },
    }),
    route({
      method: 'get',
      path: '/v1/order-holds/{id}',
      verb: 'credit-file.read',
      tag: 'Orders',
      summary:
        'A held order with its reasons, its route and the credit file that its deciders read; {id} is ours, or that of the order',
      params: idParams,
      answers: { 200: { description: 'The held order.', schema: contract.orderHoldAnswer } },
      async handle({ actor, params, language }) {
        return { status: 200, body: show(await readOrderHold(store, actor, params.id), language, store.zone) };
      },
    }),
  ];
}

function deciding({ store, commands }: Services): RouteSpec {
  return route({
    method: 'post',
    path: '/v1/order-holds/{id}/decision',
    verb: 'hold.decide',
    tag: 'Orders',
    summary: 'Decide at your tier: release all or part, release against prepayment, or reject',
    params: idParams,
    body: contract.orderHoldDecision,
    idempotent: 'key',
    answers: {
      200: { description: 'Carried out; the route as it stands.', schema: contract.orderHoldDecided },
      ...pendingAnswer,
    },
    async handle({ actor, params, body, req, language }) {
      const { id, customerId, state, currency } = await findOrderHold(store.db, actor, params.id);
      const { today } = await momentOf(store.db, store);
      const { verdict, reason, exposureVersion, round = null } = body;
      const asked = {
        process: { kind: 'order-hold' as const, id, customerId, stage: state },
        input: {
          ...{ verdict, reason, exposureVersion, round },
          by: await deciderOf(store.db, actor, today),
          lines: body.lines?.map((line, index) => askedLine(line, currency, `/lines/${index}/amount`)) ?? null,
        },
        updateId: updateIdOf(actor, req),
      };
      const shown = ({ state: now, round: of, route: seats }: HoldAnswer) => ({ state: now, round: of, route: [...seats] });
      return answerDecision({ store, commands }, language, decideOrderHoldUpdate, asked, shown);
    },
  });
}

type BodyLine = NonNullable<z.output<typeof contract.orderHoldDecision>['lines']>[number];

const askedLine = ({ line, quantity, amount }: BodyLine, currency: string, pointer: string): AskedLine => ({
  line,
  quantity: quantity ?? null,
  amountMinor: amount === undefined ? null : toMinor(amount, currency, pointer),
});

function showListed(row: OrderHoldListed, language: Language, zone: string) {
  const { id, order, orderId, customer, customerName, state, currency, forced, requestedBy, round } = row;
  const { openedAt, expiresAt, closedAt } = row;
  return {
    ...{ id, order, orderId, customer, customerName, state, currency, forced, requestedBy, round },
    ...{ openedAt, expiresAt, closedAt },
    stateText: orderHoldStateWords[language][state],
    amount: formatAmount(row.amountMinor, currency),
    held: formatAmount(row.heldMinor, currency),
    reasons: showReasons(row.reasons, currency, language),
    plan: { step: row.step, at: row.at, code: row.why.code, why: sayPlanReason('order-hold', row.why, language, zone) },
  };
}

function show(view: OrderHoldView, language: Language, zone: string) {
  const text = (minor: number): string => formatAmount(minor, view.currency);
  const { offer, route: seats, earlierRounds, exposureVersion, policyVersion, outcome, dossierHash, dossier } = view;
  return {
    ...showListed(view, language, zone),
    lines: view.lines.map(({ line, item, quantity, shippedQuantity, amountMinor, minor }) => ({
      ...{ line, item, quantity, shippedQuantity },
      amount: text(amountMinor),
      held: text(minor.held),
    })),
    offer: {
      as: offer.as,
      lines: offer.lines === 'all' ? null : offer.lines.map(({ line, amountMinor }) => ({ line, amount: text(amountMinor) })),
    },
    ...{ route: seats, earlierRounds, exposureVersion, policyVersion, dossierHash, dossier },
    outcome: outcome && readableRecord(outcome, view.currency),
  };
}
