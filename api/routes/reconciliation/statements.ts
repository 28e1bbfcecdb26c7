import { z } from 'zod';
import { businessDate, idParams, ourId } from '../../../contracts/platform/common.ts';
import * as contract from '../../../contracts/reconciliation/statements.ts';
import { formatAmount } from '../../../domain/platform/money.ts';
import { answerStatement } from '../../../store/reconciliation/statement-answers.ts';
import { readMovements } from '../../../store/reconciliation/movements.ts';
import type { Movement } from '../../../store/reconciliation/movements.ts';
import { listStatements, readStatement } from '../../../store/reconciliation/statements-read.ts';
import type { StatementRow, StatementView } from '../../../store/reconciliation/statements-read.ts';
import { issueStatement, withdrawStatement } from '../../../store/reconciliation/statements.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { route } from '../../route.ts';
import type { RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

/** What we say a customer owes, and what the customer answers. */
export function statementRoutes({ store }: Services): RouteSpec[] {
  return [...reads(store), movements(store), ...writes(store)];
}

function reads(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/statements',
      verb: 'statement.read',
      tag: 'Reconciliation',
      summary: 'Statements of ours, newest first',
      query: contract.statementQuery,
      answers: { 200: { description: 'A page of statements.', schema: contract.statementPage } },
      async handle({ actor, query }) {
        const { limit, cursor, ...filter } = query;
        const after = cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([ourId]))[0];
        const rows = await listStatements(store.db, actor, { ...filter, after }, limit);
        return { status: 200, body: pageFrom(rows, limit, showRow, (row) => [row.id]) };
      },
    }),
    route({
      method: 'get',
      path: '/v1/statements/{id}',
      verb: 'statement.read',
      tag: 'Reconciliation',
      summary: 'A statement of ours with its lines and its answer',
      params: idParams,
      answers: { 200: { description: 'The statement.', schema: contract.statementAnswer } },
      async handle({ actor, params }) {
        return { status: 200, body: show(await readStatement(store.db, actor, params.id)) };
      },
    }),
  ];
}

const movements = (store: Services['store']): RouteSpec =>
  route({
    method: 'get',
    path: '/v1/customers/{id}/movements',
    verb: 'statement.read',
    tag: 'Reconciliation',
    summary: 'What moved the balance of a customer between two days: opening, each line with the balance after it, closing',
    params: idParams,
    query: contract.movementQuery,
    answers: { 200: { description: 'A page of lines, the oldest first.', schema: contract.movementPage } },
    async handle({ actor, params, query }) {
      const { limit, cursor, ...filter } = query;
      const after = cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([businessDate, z.string()]));
      const { rows, openingMinor, closingMinor, ...span } = await readMovements(
        store,
        actor,
        params.id,
        { ...filter, after },
        limit,
      );
      const text = (minor: number): string => formatAmount(minor, span.currency);
      const show = ({ on, kind, takenBack, number, amountMinor, balanceMinor }: Movement) => ({
        ...{ date: on, kind, takenBack, number, amount: text(amountMinor), balance: text(balanceMinor) },
      });
      const page = pageFrom(rows, limit, show, (row) => [row.on, row.place]);
      return { status: 200, body: { ...span, opening: text(openingMinor), closing: text(closingMinor), ...page } };
    },
  });

function writes(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/v1/statements',
      verb: 'statement.write',
      tag: 'Reconciliation',
      summary: 'Make a statement of what a customer owes on a day; it takes the place of one that waits for an answer',
      body: contract.issueStatement,
      idempotent: 'key',
      answers: {
        200: { description: 'This statement waits for its answer already.', schema: contract.statementAnswer },
        201: { description: 'Made; a task says who sends it.', schema: contract.statementAnswer },
      },
      async handle({ actor, body }) {
        const { customer, currency = null, asOf = null, respondBy = null, reason = null } = body;
        const { id, created } = await issueStatement(store, actor, { customer, currency, asOf, respondBy }, reason);
        return { status: created ? 201 : 200, body: show(await readStatement(store.db, actor, id)) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/statements/{id}/answers',
      verb: 'statement.write',
      tag: 'Reconciliation',
      summary: "Record the customer's answer, once: confirmed, or all but the lines named",
      params: idParams,
      body: contract.answerStatement,
      idempotent: 'key',
      answers: { 201: { description: 'Recorded, with what each disputed line came to.', schema: contract.answeredStatement } },
      async handle({ actor, params, body }) {
        const answered = await answerStatement(store, actor, params.id, contract.answerOf(body), body.reason ?? null);
        return { status: 201, body: answered };
      },
    }),
    route({
      method: 'post',
      path: '/v1/statements/{id}/withdraw',
      verb: 'statement.write',
      tag: 'Reconciliation',
      summary: 'Take a statement of ours back before it is answered',
      params: idParams,
      body: contract.takeBack,
      idempotent: 'key',
      answers: { 200: { description: 'Nobody need answer it.', schema: contract.statementAnswer } },
      async handle({ actor, params, body }) {
        const { id } = await withdrawStatement(store, actor, params.id, body.reason);
        return { status: 200, body: show(await readStatement(store.db, actor, id)) };
      },
    }),
  ];
}

const showRow = ({ totalMinor, ...row }: StatementRow) => ({ ...row, total: formatAmount(totalMinor, row.currency) });

function show({ lines, answer, ...row }: StatementView) {
  const text = (minor: number): string => formatAmount(minor, row.currency);
  return {
    ...showRow(row),
    lines: lines.map(({ amountMinor, on, ...line }) => ({ ...line, date: on, amount: text(amountMinor) })),
    answer: answer && {
      ...answer,
      disputed: answer.disputed.map(({ theirsMinor, ...line }) => ({ ...line, amount: text(theirsMinor) })),
    },
  };
}
