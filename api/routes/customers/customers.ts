import { z } from 'zod';
import { externalIdParams, idParams } from '../../../contracts/platform/common.ts';
import {
  customerAnswer,
  customerDocument,
  customerPage,
  customerQuery,
  mergeCustomer,
  putCustomer,
  putCustomerAnswer,
  timelinePage,
  timelineQuery,
} from '../../../contracts/customers/customers.ts';
import { formatAmount } from '../../../domain/platform/money.ts';
import { pendingChanges } from '../../../store/credit/acts/customer-changes.ts';
import { askForMerge } from '../../../store/reconciliation/acts/customer-merge.ts';
import { upsertCustomer } from '../../../store/customers/customers.ts';
import { listCustomers, readCustomer } from '../../../store/customers/customers-read.ts';
import type { CustomerRow } from '../../../store/customers/customers-read.ts';
import { readTimeline } from '../../../store/records/timeline.ts';
import type { TimelineEntry } from '../../../store/records/timeline.ts';
import { sayFact } from '../../../domain/records/fact-words.ts';
import type { Reading } from '../../../domain/records/said.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { readingOf } from '../../reading.ts';
import { route } from '../../route.ts';
import type { Language, RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';
import { answerPending, pendingAnswer } from '../../pending-answer.ts';

const timelineCursor = z.tuple([z.iso.datetime({ offset: true }), z.int()]);

/** Who owes: customers with their contacts, balances and timeline. */
export function customerRoutes({ store }: Services): RouteSpec[] {
  return [
    route({
      method: 'put',
      path: '/v1/customers/{id}',
      verb: 'customer.write',
      tag: 'Customers',
      summary: 'Create or correct a customer with its contacts',
      params: externalIdParams,
      body: putCustomer,
      idempotent: 'external-id',
      answers: {
        200: { description: 'Corrected, or unchanged.', schema: putCustomerAnswer },
        201: { description: 'Created.', schema: putCustomerAnswer },
      },
      async handle({ actor, params, body }) {
        const document = customerDocument(params.id, body);
        const { created, ...put } = await upsertCustomer(store, actor, document, body.reason ?? null);
        const pending = await pendingChanges(store.db, put.id);
        return { status: created ? 201 : 200, body: { ...put, pending } };
      },
    }),
    route({
      method: 'get',
      path: '/v1/customers',
      verb: 'customer.read',
      tag: 'Customers',
      summary: 'Customers by id, with what they owe',
      query: customerQuery,
      answers: { 200: { description: 'A page of customers.', schema: customerPage } },
      async handle({ actor, query }) {
        const { limit, cursor, ...filter } = query;
        const after = cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([z.string()]))[0];
        const rows = await listCustomers(store, actor, { ...filter, after }, limit);
        return { status: 200, body: pageFrom(rows, limit, withBalances, (row) => [row.externalId]) };
      },
    }),
    route({
      method: 'get',
      path: '/v1/customers/{id}',
      verb: 'customer.read',
      tag: 'Customers',
      summary: 'A customer with contacts and balances',
      params: idParams,
      answers: { 200: { description: 'The customer.', schema: customerAnswer } },
      async handle({ actor, params }) {
        return { status: 200, body: withBalances(await readCustomer(store, actor, params.id)) };
      },
    }),
    mergeRoute(store),
    route({
      method: 'get',
      path: '/v1/customers/{id}/timeline',
      verb: 'timeline.read',
      tag: 'Customers',
      summary: 'Every contact, decision, task, payment, dispute and promise in the order in which it happened, the latest first',
      params: idParams,
      query: timelineQuery,
      answers: { 200: { description: 'A page of the timeline.', schema: timelinePage } },
      async handle({ actor, params, query, language }) {
        const before = query.cursor === undefined ? null : decodeCursor(query.cursor, timelineCursor);
        const rows = await readTimeline(store.db, actor, params.id, query.limit, before);
        const show = showEntry(await readingOf(store), language);
        return { status: 200, body: pageFrom(rows, query.limit, show, (row) => [row.at, row.seq]) };
      },
    }),
  ];
}

const mergeRoute = (store: Services['store']): RouteSpec =>
  route({
    method: 'post',
    path: '/v1/customers/{id}/merge',
    verb: 'credit.decide',
    tag: 'Customers',
    summary: 'Ask for a customer to become part of another one, with all it owes and owed; a second person decides',
    params: idParams,
    body: mergeCustomer,
    idempotent: 'key',
    answers: pendingAnswer,
    async handle({ actor, params, body, language }) {
      const { evidence = null, ...asked } = body;
      return answerPending(store, actor, await askForMerge(store, actor, params.id, { ...asked, evidence }), language);
    },
  });

const showEntry =
  (reading: Reading, language: Language) =>
  ({ action, facts, ...row }: TimelineEntry) => ({ ...row, kind: action, words: sayFact(action, facts, language, reading) });

function withBalances<T extends CustomerRow>(row: T) {
  return {
    ...row,
    balances: row.balances.map(({ currency, openMinor, overdueMinor, disputedMinor, unappliedMinor, oldestDueDate }) => ({
      currency,
      open: formatAmount(openMinor, currency),
      overdue: formatAmount(overdueMinor, currency),
      disputed: formatAmount(disputedMinor, currency),
      unapplied: formatAmount(unappliedMinor, currency),
      oldestDueDate,
    })),
  };
}
