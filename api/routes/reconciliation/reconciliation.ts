import { z } from 'zod';
import { idParams, ourId } from '../../../contracts/platform/common.ts';
import * as contract from '../../../contracts/reconciliation/reconciliation.ts';
import { takeBack } from '../../../contracts/reconciliation/statements.ts';
import { formatAmount } from '../../../domain/platform/money.ts';
import { doubtfulMinor } from '../../../domain/reconciliation/difference.ts';
import { decideAdjustment, proposeAdjustment } from '../../../store/reconciliation/adjustments.ts';
import {
  decideMatch,
  postCustomerStatement,
  rematchStatement,
  withdrawCustomerStatement,
} from '../../../store/reconciliation/customer-statements.ts';
import {
  listCustomerStatements,
  listDifferences,
  readCustomerStatement,
  readDifference,
} from '../../../store/reconciliation/reconciliation-read.ts';
import type {
  CustomerStatementRow,
  CustomerStatementView,
  DifferenceView,
} from '../../../store/reconciliation/reconciliation-read.ts';
import { readStanding } from '../../../store/reconciliation/standing.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { route } from '../../route.ts';
import type { RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

/** The customer's books beside ours: statements of theirs, what differs, and how it is put right. */
export function reconciliationRoutes({ store }: Services): RouteSpec[] {
  return [standing(store), ...theirReads(store), ...theirWrites(store), ...differences(store), ...adjustments(store)];
}

const tag = 'Reconciliation';
const before = (cursor: string | undefined): string | undefined =>
  cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([ourId]))[0];

function standing(store: Services['store']): RouteSpec {
  return route({
    method: 'get',
    path: '/v1/reconciliation/{id}',
    verb: 'statement.read',
    tag,
    summary: "Where a customer's books and ours stand: what waits for an answer, what differs",
    params: idParams,
    answers: { 200: { description: 'The standing.', schema: contract.standingAnswer } },
    async handle({ actor, params }) {
      const { customer, standing: found } = await readStanding(store, actor, params.id);
      const text = ({ amountMinor, ...one }: { amountMinor: number; currency: string }) => ({
        ...one,
        amount: formatAmount(amountMinor, one.currency),
      });
      const doubtful = Object.entries(doubtfulMinor(found)).map(([currency, amountMinor]) => text({ currency, amountMinor }));
      return { status: 200, body: { customer, ...found, openDifferences: found.openDifferences.map(text), doubtful } };
    },
  });
}

function theirReads(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/customer-statements',
      verb: 'statement.read',
      tag,
      summary: 'Statements of customers, newest first',
      query: contract.customerStatementQuery,
      answers: { 200: { description: 'A page of statements.', schema: contract.customerStatementPage } },
      async handle({ actor, query: { limit, cursor, ...filter } }) {
        const rows = await listCustomerStatements(store.db, actor, { ...filter, after: before(cursor) }, limit);
        return { status: 200, body: pageFrom(rows, limit, showRow, (row) => [row.id]) };
      },
    }),
    route({
      method: 'get',
      path: '/v1/customer-statements/{id}',
      verb: 'statement.read',
      tag,
      summary: "A customer's statement: its lines, what answers each, what does not agree",
      params: idParams,
      answers: { 200: { description: 'The statement.', schema: contract.customerStatementAnswer } },
      async handle({ actor, params }) {
        return { status: 200, body: await shown(store, actor, params.id) };
      },
    }),
  ];
}

function theirWrites(store: Services['store']): RouteSpec[] {
  const answers = { 200: { description: 'As it stands now.', schema: contract.customerStatementAnswer } };
  return [
    route({
      method: 'post',
      path: '/v1/customer-statements',
      verb: 'statement.write',
      tag,
      summary: "Take in a statement of the customer's books; it is held against ours at once",
      body: contract.postCustomerStatement,
      idempotent: 'external-id',
      answers: {
        200: { description: 'This statement was taken in before.', schema: contract.customerStatementAnswer },
        201: { description: 'Taken in and matched.', schema: contract.customerStatementAnswer },
      },
      async handle({ actor, body }) {
        const document = contract.customerStatementDocument(body);
        const { id, created } = await postCustomerStatement(store, actor, document, body.reason ?? null);
        return { status: created ? 201 : 200, body: await shown(store, actor, id) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/customer-statements/{id}/rematch',
      verb: 'statement.write',
      tag,
      summary: 'Hold a statement against our books anew, as they are now',
      params: idParams,
      body: contract.rematch,
      idempotent: 'key',
      answers,
      async handle({ actor, params, body }) {
        const { id } = await rematchStatement(store, actor, params.id, body.reason ?? null);
        return { status: 200, body: await shown(store, actor, id) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/customer-statements/{id}/withdraw',
      verb: 'difference.settle',
      tag,
      summary: 'Take out a statement that should not have come; its differences were none',
      params: idParams,
      body: takeBack,
      idempotent: 'key',
      answers,
      async handle({ actor, params, body }) {
        const { id } = await withdrawCustomerStatement(store, actor, params.id, body.reason);
        return { status: 200, body: await shown(store, actor, id) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/customer-statements/{id}/matches/{match}/decision',
      verb: 'difference.settle',
      tag,
      summary: 'Say of a doubtful match whether it holds, once',
      params: contract.matchParams,
      body: contract.decideMatch,
      idempotent: 'key',
      answers,
      async handle({ actor, params, body }) {
        const { id } = await decideMatch(store, actor, params.id, { match: params.match, ...body });
        return { status: 200, body: await shown(store, actor, id) };
      },
    }),
  ];
}

function differences(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/differences',
      verb: 'statement.read',
      tag,
      summary: 'Differences between the books, newest first',
      query: contract.differenceQuery,
      answers: { 200: { description: 'A page of differences.', schema: contract.differencePage } },
      async handle({ actor, query: { limit, cursor, ...filter } }) {
        const rows = await listDifferences(store.db, actor, { ...filter, after: before(cursor) }, limit);
        return { status: 200, body: pageFrom(rows, limit, showDifference, (row) => [row.id]) };
      },
    }),
    route({
      method: 'get',
      path: '/v1/differences/{id}',
      verb: 'statement.read',
      tag,
      summary: 'A difference, with what was proposed and decided about it',
      params: idParams,
      answers: { 200: { description: 'The difference.', schema: contract.differenceAnswer } },
      async handle({ actor, params }) {
        return { status: 200, body: showDifference(await readDifference(store.db, actor, params.id)) };
      },
    }),
  ];
}

function adjustments(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/v1/differences/{id}/adjustments',
      verb: 'difference.settle',
      tag,
      summary: 'Propose how a difference is put right; another person decides',
      params: idParams,
      body: contract.proposeAdjustment,
      idempotent: 'key',
      answers: { 201: { description: 'Proposed.', schema: contract.adjustmentAnswer } },
      async handle({ actor, params, body }) {
        const { kind, receivable = null, payment = null, reason } = body;
        return { status: 201, body: await proposeAdjustment(store, actor, params.id, { kind, receivable, payment, reason }) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/adjustments/{id}/decision',
      verb: 'difference.settle',
      tag,
      summary: 'Decide on an adjustment somebody else proposed, once; approved, it is carried out at once',
      params: idParams,
      body: contract.decideAdjustment,
      idempotent: 'key',
      answers: { 200: { description: 'Decided.', schema: contract.adjustmentAnswer } },
      async handle({ actor, params, body }) {
        return { status: 200, body: await decideAdjustment(store, actor, params.id, body) };
      },
    }),
  ];
}

const shown = async (store: Services['store'], actor: Parameters<typeof readCustomerStatement>[1], id: string) =>
  show(await readCustomerStatement(store.db, actor, id));

const showRow = ({ totalMinor, ...row }: CustomerStatementRow) => ({ ...row, total: formatAmount(totalMinor, row.currency) });

function show({ lines, matches, differences: found, ...row }: CustomerStatementView) {
  const priced = <T extends { amountMinor: number; on: string }>({ amountMinor, on, ...one }: T) => ({
    ...one,
    date: on,
    amount: formatAmount(amountMinor, row.currency),
  });
  return {
    ...showRow(row),
    lines: lines.map(priced),
    matches: matches.map(({ differenceMinor, ours, ...match }) => ({
      ...match,
      ours: ours.map(priced),
      difference: formatAmount(differenceMinor, row.currency),
    })),
    differences: found.map(showDifference),
  };
}

function showDifference({ amountMinor, on, adjustments: made, ...one }: DifferenceView) {
  const text = (minor: number): string => formatAmount(minor, one.currency);
  return {
    ...one,
    date: on,
    amount: text(amountMinor),
    adjustments: made.map(({ amountMinor: part, ...adjustment }) => ({ ...adjustment, amount: text(part) })),
  };
}
