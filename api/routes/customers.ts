import { z } from 'zod';
import { externalIdParams, idParams } from '../../contracts/common.ts';
import {
  customerAnswer,
  customerDocument,
  customerPage,
  customerQuery,
  putCustomer,
  putCustomerAnswer,
  timelinePage,
  timelineQuery,
} from '../../contracts/customers.ts';
import { formatAmount } from '../../domain/kernel/money.ts';
import { upsertCustomer } from '../../store/customers.ts';
import { listCustomers, readCustomer } from '../../store/customers-read.ts';
import type { CustomerRow } from '../../store/customers-read.ts';
import { readTimeline } from '../../store/timeline.ts';
import { sayFact } from '../../domain/collection/fact-words.ts';
import { decodeCursor, pageFrom } from '../cursor.ts';
import { route } from '../route.ts';
import type { RouteSpec } from '../route.ts';
import type { Services } from '../services.ts';

/** Who owes: customers with their contacts, balances and timeline. */
export function customerRoutes({ store }: Services): RouteSpec[] {
  return [
    route({
      method: 'put',
      path: '/v1/customers/{externalId}',
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
        const document = customerDocument(params.externalId, body);
        const { created, ...put } = await upsertCustomer(store, actor, document, body.reason ?? null);
        return { status: created ? 201 : 200, body: put };
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
    route({
      method: 'get',
      path: '/v1/customers/{id}/timeline',
      verb: 'timeline.read',
      tag: 'Customers',
      summary: 'Every contact, decision, task, payment, dispute and promise in one order, newest first',
      params: idParams,
      query: timelineQuery,
      answers: { 200: { description: 'A page of the timeline.', schema: timelinePage } },
      async handle({ actor, params, query, language }) {
        const before = query.cursor === undefined ? null : decodeCursor(query.cursor, z.tuple([z.int()]))[0];
        const rows = await readTimeline(store.db, actor, params.id, query.limit, before);
        const show = ({ action, facts, ...row }: (typeof rows)[number]) => ({
          ...row,
          kind: action,
          words: sayFact(action, facts, language),
        });
        return { status: 200, body: pageFrom(rows, query.limit, show, (row) => [row.seq]) };
      },
    }),
  ];
}

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
