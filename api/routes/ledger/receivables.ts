import { z } from 'zod';
import { businessDate, idParams, ourId } from '../../../contracts/platform/common.ts';
import * as contract from '../../../contracts/ledger/receivables.ts';
import { sayFaulty } from '../../../domain/platform/faulty.ts';
import { formatAmount } from '../../../domain/platform/money.ts';
import { sayPlanReason } from '../../../domain/records/plan-words.ts';
import { limitationRule } from '../../../domain/ledger/limitation.ts';
import { settleDispute } from '../../../store/ledger/acts/disputes.ts';
import { openDispute } from '../../../store/ledger/disputes.ts';
import { confirmDueDate } from '../../../store/ledger/questions.ts';
import { cancelPromise, recordPromise } from '../../../store/ledger/promises.ts';
import { listReceivables, readReceivable } from '../../../store/dunning/receivable-read.ts';
import type { ReceivableDetail, ReceivableView } from '../../../store/dunning/receivable-read.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { route } from '../../route.ts';
import type { Language, RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';
import { answerPending, pendingAnswer } from '../../pending-answer.ts';

/** Each instalment owed: where it stands on its ladder, and the facts people add to it. */
export function receivableRoutes({ store }: Services): RouteSpec[] {
  return [...reads(store), ...facts(store), ...questions(store), ...promises(store)];
}

function reads(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/receivables',
      verb: 'receivable.read',
      tag: 'Receivables',
      summary: 'Receivables by due date',
      query: contract.receivableQuery,
      answers: { 200: { description: 'A page of receivables.', schema: contract.receivablePage } },
      async handle({ actor, query, language }) {
        const { limit, cursor, sort, ...filter } = query;
        const after = cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([businessDate, ourId]));
        const rows = await listReceivables(store, actor, { ...filter, after, descending: sort === '-dueDate' }, limit);
        return {
          status: 200,
          body: pageFrom(
            rows,
            limit,
            (row) => show(row, language, store.zone),
            (row) => [row.dueDate, row.id],
          ),
        };
      },
    }),
    route({
      method: 'get',
      path: '/v1/receivables/{id}',
      verb: 'receivable.read',
      tag: 'Receivables',
      summary: 'A receivable with its dunning procedure, money, disputes, promises and messages',
      params: idParams,
      answers: { 200: { description: 'The receivable.', schema: contract.receivableAnswer } },
      async handle({ actor, params, language }) {
        return { status: 200, body: showDetail(await readReceivable(store, actor, params.id), language, store.zone) };
      },
    }),
  ];
}

function facts(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/v1/receivables/{id}/disputes',
      verb: 'dispute.open',
      tag: 'Receivables',
      summary: 'Put part of a receivable, or all of it, in dispute',
      params: idParams,
      body: contract.openDispute,
      idempotent: 'key',
      answers: { 201: { description: 'Opened, with a task of its owner.', schema: contract.openedDispute } },
      async handle({ actor, params, body: { reason, ...dispute } }) {
        return { status: 201, body: await openDispute(store, actor, params.id, dispute, reason ?? null) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/disputes/{id}/resolution',
      verb: 'dispute.resolve',
      tag: 'Receivables',
      summary: 'Resolve a dispute, once; above what policy lets one alone concede a second person is asked',
      params: idParams,
      body: contract.resolveDispute,
      idempotent: 'key',
      answers: { 200: { description: 'Resolved.', schema: contract.disputeAnswer }, ...pendingAnswer },
      async handle({ actor, params, body: { reason, ...resolution }, language }) {
        const done = await settleDispute(store, actor, params.id, resolution, reason ?? null);
        if ('act' in done) return answerPending(store, actor, done, language);
        return { status: 200, body: { id: params.id, state: resolution.state } };
      },
    }),
  ];
}

function questions(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/v1/receivables/{id}/due-date-confirmation',
      verb: 'dispute.resolve',
      tag: 'Receivables',
      summary: 'Confirm a due date that is in doubt: from now on it counts. To correct it, send the invoice again',
      params: idParams,
      body: contract.confirmDueDate,
      idempotent: 'key',
      answers: { 200: { description: 'Confirmed.', schema: contract.dueDateAnswer } },
      async handle({ actor, params, body }) {
        return { status: 200, body: await confirmDueDate(store, actor, params.id, body.reason) };
      },
    }),
  ];
}

function promises(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/v1/receivables/{id}/promises',
      verb: 'promise.record',
      tag: 'Receivables',
      summary: 'Record a promise to pay',
      params: idParams,
      body: contract.recordPromise,
      idempotent: 'key',
      answers: { 201: { description: 'Recorded.', schema: contract.promiseAnswer } },
      async handle({ actor, params, body: { reason, ...promise } }) {
        return { status: 201, body: await recordPromise(store, actor, params.id, promise, reason ?? null) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/promises/{id}/cancel',
      verb: 'promise.record',
      tag: 'Receivables',
      summary: 'Cancel a pending promise, with a reason; the dunning procedure goes on',
      params: idParams,
      body: contract.cancelPromise,
      idempotent: 'key',
      answers: { 200: { description: 'Cancelled.', schema: contract.promiseAnswer } },
      async handle({ actor, params, body }) {
        return { status: 200, body: await cancelPromise(store, actor, params.id, body.reason) };
      },
    }),
  ];
}

function show(view: ReceivableView, language: Language, zone: string) {
  const { currency, plan } = view;
  const text = (minor: number): string => formatAmount(minor, currency);
  const { id, customer, invoice, instalment, kind, dueDate, stage, outcome, withdrawn, question, ladder, policyVersion, rungs } =
    view;
  return {
    ...{
      id,
      customer,
      invoice,
      instalment,
      kind,
      dueDate,
      currency,
      stage,
      outcome,
      withdrawn,
      question,
      ladder,
      policyVersion,
      rungs,
    },
    faulty: sayFaulty(view.faulty, language),
    amount: text(view.amountMinor),
    open: text(view.openMinor),
    disputed: text(view.disputedMinor),
    writtenOff: text(view.writtenOffMinor),
    recovered: text(view.recoveredMinor),
    discount: view.discount && {
      amount: text(view.discount.amountMinor),
      until: view.discount.until,
      granted: text(view.discount.grantedMinor),
    },
    plan: {
      step: plan.step,
      rung: plan.rung,
      at: plan.at,
      why: sayPlanReason('receivable', plan.why, language, zone),
      code: plan.why.code,
    },
    limitation: { expiresOn: view.limitationExpiresOn, restartedBy: null, article: limitationRule.article[language] },
  };
}

function showDetail(view: ReceivableDetail, language: Language, zone: string) {
  const priced = <T extends { amountMinor: number }>({ amountMinor, ...row }: T) => ({
    ...row,
    amount: formatAmount(amountMinor, view.currency),
  });
  return {
    ...show(view, language, zone),
    allocations: view.allocations.map(({ recoveredMinor, ...share }) => ({
      ...priced(share),
      recovered: formatAmount(recoveredMinor, view.currency),
    })),
    writeOffs: view.writeOffs.map(priced),
    disputes: view.disputes.map(priced),
    promises: view.promises.map(({ faulty, ...promise }) => ({
      ...priced(promise),
      faulty: sayFaulty(faulty, language, 'promise'),
    })),
    messages: view.messages,
  };
}
