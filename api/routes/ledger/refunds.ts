import { z } from 'zod';
import { businessDate, idParams, ourId } from '../../../contracts/platform/common.ts';
import * as contract from '../../../contracts/ledger/refunds.ts';
import { formatAmount } from '../../../domain/platform/money.ts';
import { listRefunds, readRefund } from '../../../store/ledger/credit-notes-read.ts';
import type { RefundView } from '../../../store/ledger/credit-notes-read.ts';
import { bookRefund } from '../../../store/ledger/acts/refunds.ts';
import { reverseRefund } from '../../../store/ledger/refund-reversals.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { route } from '../../route.ts';
import type { RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';
import { answerPending, pendingAnswer } from '../../pending-answer.ts';

/** Money paid back to customers. */
export function refundRoutes({ store }: Services): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/v1/refunds',
      verb: 'money.refund',
      tag: 'Refunds',
      summary:
        'Record money paid out to a customer, of a payment, a credit note, or what is unapplied; above what policy lets one alone book a second person is asked',
      body: contract.postRefund,
      idempotent: 'external-id',
      answers: {
        200: { description: 'This refund was posted before.', schema: contract.postRefundAnswer },
        201: { description: 'Posted.', schema: contract.postRefundAnswer },
        ...pendingAnswer,
      },
      async handle({ actor, body, language }) {
        const posted = await bookRefund(store, actor, contract.refundDocument(body));
        if ('act' in posted) return answerPending(store, actor, posted, language);
        const { id, currency, amountMinor, restored, created } = posted;
        const text = (minor: number): string => formatAmount(minor, currency);
        const shares = restored.map((share) => ({ receivableId: share.receivableId, amount: text(share.amountMinor) }));
        return { status: created ? 201 : 200, body: { id, amount: text(amountMinor), restored: shares } };
      },
    }),
    route({
      method: 'post',
      path: '/v1/refunds/{id}/reverse',
      verb: 'money.refund',
      tag: 'Refunds',
      summary: 'Take a refund back, once: its money is unapplied again',
      params: idParams,
      body: contract.reverseRefund,
      idempotent: 'key',
      answers: { 200: { description: 'Reversed.', schema: contract.reverseRefundAnswer } },
      async handle({ actor, params, body }) {
        const input = { reversedOn: body.reversedOn ?? null, reason: body.reason };
        return { status: 200, body: await reverseRefund(store, actor, params.id, input) };
      },
    }),
    ...reads(store),
  ];
}

function reads(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/refunds',
      verb: 'receivable.read',
      tag: 'Refunds',
      summary: 'Refunds, newest first',
      query: contract.refundQuery,
      answers: { 200: { description: 'A page of refunds.', schema: contract.refundPage } },
      async handle({ actor, query }) {
        const { limit, cursor, ...filter } = query;
        const after = cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([businessDate, ourId]));
        const rows = await listRefunds(store, actor, { ...filter, after }, limit);
        return { status: 200, body: pageFrom(rows, limit, show, (row) => [row.paidOn, row.id]) };
      },
    }),
    route({
      method: 'get',
      path: '/v1/refunds/{id}',
      verb: 'receivable.read',
      tag: 'Refunds',
      summary: 'A refund with what it was paid of',
      params: idParams,
      answers: { 200: { description: 'The refund.', schema: contract.refundAnswer } },
      async handle({ actor, params }) {
        return { status: 200, body: show(await readRefund(store, actor, params.id)) };
      },
    }),
  ];
}

const show = ({ amountMinor, sources, ...refund }: RefundView) => ({
  ...refund,
  amount: formatAmount(amountMinor, refund.currency),
  sources: sources.map(({ amountMinor: part, ...one }) => ({ ...one, amount: formatAmount(part, refund.currency) })),
});
