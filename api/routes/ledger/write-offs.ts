import { z } from 'zod';
import { businessDate, idParams, ourId } from '../../../contracts/platform/common.ts';
import * as contract from '../../../contracts/ledger/write-offs.ts';
import { formatAmount } from '../../../domain/platform/money.ts';
import { askForReversal, askForWriteOff } from '../../../store/ledger/acts/write-offs.ts';
import { listWriteOffs, writeOffFigures } from '../../../store/ledger/write-offs-read.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { route } from '../../route.ts';
import type { RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';
import { answerPending, pendingAnswer } from '../../pending-answer.ts';

/** Debts given up: written off, taken back, and what came in afterwards. */
export function writeOffRoutes({ store }: Services): RouteSpec[] {
  return [...acts(store), ...reads(store)];
}

function acts(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/v1/receivables/{id}/write-off',
      verb: 'write-off',
      tag: 'Write-offs',
      summary: 'Ask for what is open, or part of it, to be written off, with a reason; a second person decides',
      params: idParams,
      body: contract.writeOff,
      idempotent: 'key',
      answers: pendingAnswer,
      async handle({ actor, params, body, language }) {
        const input = { amount: body.amount ?? null, reason: body.reason };
        return answerPending(store, actor, await askForWriteOff(store, actor, params.id, input), language);
      },
    }),
    route({
      method: 'post',
      path: '/v1/write-offs/{id}/reverse',
      verb: 'write-off',
      tag: 'Write-offs',
      summary:
        'Ask for a write-off to be taken back, with a reason: when a second person agrees, what was not recovered is open again and dunning goes on',
      params: idParams,
      body: contract.reverseWriteOff,
      idempotent: 'key',
      answers: pendingAnswer,
      async handle({ actor, params, body, language }) {
        return answerPending(store, actor, await askForReversal(store, actor, params.id, body.reason), language);
      },
    }),
  ];
}

function reads(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/write-offs',
      verb: 'receivable.read',
      tag: 'Write-offs',
      summary: 'Write-offs, newest first',
      query: contract.writeOffQuery,
      answers: { 200: { description: 'A page of write-offs.', schema: contract.writeOffPage } },
      async handle({ actor, query }) {
        const { limit, cursor, ...filter } = query;
        const after = cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([businessDate, ourId]));
        const rows = await listWriteOffs(store, actor, { ...filter, after }, limit);
        const show = ({ amountMinor, ...row }: (typeof rows)[number]) => ({
          ...row,
          amount: formatAmount(amountMinor, row.currency),
        });
        return { status: 200, body: pageFrom(rows, limit, show, (row) => [row.writtenOffOn, row.id]) };
      },
    }),
    route({
      method: 'get',
      path: '/v1/write-offs/figures',
      verb: 'receivable.read',
      tag: 'Write-offs',
      summary: 'Bad debt of a time: written off, taken back and recovered, by currency',
      query: contract.writeOffFiguresQuery,
      answers: { 200: { description: 'The figures.', schema: contract.writeOffFigures } },
      async handle({ actor, query }) {
        const { from, to } = query;
        const found = await writeOffFigures(store, actor, { ...query, customer: query.customer ?? null });
        const figures = found.map(({ currency, writtenOffMinor, takenBackMinor, recoveredMinor }) => ({
          currency,
          writtenOff: formatAmount(writtenOffMinor, currency),
          takenBack: formatAmount(takenBackMinor, currency),
          recovered: formatAmount(recoveredMinor, currency),
          net: formatAmount(writtenOffMinor - takenBackMinor - recoveredMinor, currency),
        }));
        return { status: 200, body: { from, to, figures } };
      },
    }),
  ];
}
