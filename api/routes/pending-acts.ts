import { z } from 'zod';
import { idParams, ourId } from '../../contracts/common.ts';
import * as contract from '../../contracts/pending-acts.ts';
import { actStateWords, actTitles } from '../../domain/approvals/act.ts';
import type { Actor } from '../../domain/platform/actor.ts';
import { sayReason } from '../../domain/records/said.ts';
import { saySubject } from '../../domain/records/subject-words.ts';
import { formatAmount } from '../../domain/platform/money.ts';
import { readableRecord } from '../../domain/platform/readable.ts';
import { decideAct, withdrawAct } from '../../store/approvals/decide.ts';
import { askForClosing, askForWindow, listWindows } from '../../store/ledger/acts/go-live.ts';
import type { ActAnswer } from '../../store/approvals/pending.ts';
import { listActs, readAct } from '../../store/approvals/read.ts';
import type { ActListed, ActView } from '../../store/approvals/read.ts';
import type { Store } from '../../store/platform/transaction.ts';
import { decodeCursor, pageFrom } from '../cursor.ts';
import { route } from '../route.ts';
import type { JsonAnswer, Language, RouteSpec } from '../route.ts';
import type { Services } from '../services.ts';

/** What every route that may ask for an act declares beside its own answers. */
export const pendingAnswer = {
  202: { description: 'Waits for a second person; see the pending act.', schema: contract.pendingAct },
};

/** The answer of a route that asked for an act: where it waits, and for whom. */
export async function answerPending(store: Store, actor: Actor, { act }: ActAnswer, language: Language): Promise<JsonAnswer> {
  return {
    status: 202,
    headers: { Location: `/v1/pending-acts/${act}` },
    body: show(await readAct(store, { ...actor, role: 'system' }, act), language),
  };
}

/** Acts that give money, time or credit away, and wait for a second person; and the window of going live. */
export function pendingActRoutes({ store }: Services): RouteSpec[] {
  return [...reads(store), ...decisions(store), ...windows(store)];
}

function reads(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/pending-acts',
      verb: 'act.read',
      tag: 'Pending acts',
      summary: 'Acts that wait, or waited, for a second person, the newest first',
      query: contract.actQuery,
      answers: { 200: { description: 'A page of acts.', schema: contract.actPage } },
      async handle({ actor, query: { limit, cursor, ...filter }, language }) {
        const after = cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([ourId]))[0];
        const rows = await listActs(store, actor, { ...filter, after }, limit);
        return {
          status: 200,
          body: pageFrom(
            rows,
            limit,
            (row) => showListed(row, language),
            (row) => [row.id],
          ),
        };
      },
    }),
    route({
      method: 'get',
      path: '/v1/pending-acts/{id}',
      verb: 'act.read',
      tag: 'Pending acts',
      summary: 'A pending act with what is asked for, its evidence and its route',
      params: idParams,
      answers: { 200: { description: 'The act.', schema: contract.pendingAct } },
      async handle({ actor, params, language }) {
        return { status: 200, body: show(await readAct(store, actor, params.id), language) };
      },
    }),
  ];
}

function decisions(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/v1/pending-acts/{id}/decision',
      verb: 'credit.decide',
      tag: 'Pending acts',
      summary: 'Decide at your tier; the last approval carries it out',
      params: idParams,
      body: contract.actDecision,
      idempotent: 'key',
      answers: { 200: { description: 'Decided; the act as it is now.', schema: contract.pendingAct } },
      async handle({ actor, params, body, language }) {
        const { id } = await decideAct(store, actor, params.id, body);
        return { status: 200, body: show(await readAct(store, actor, id), language) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/pending-acts/{id}/withdraw',
      verb: 'signed-in',
      tag: 'Pending acts',
      summary: 'Take back what you asked for',
      params: idParams,
      body: contract.withdrawAct,
      idempotent: 'key',
      answers: { 200: { description: 'Withdrawn.', schema: contract.pendingAct } },
      async handle({ actor, params, body, language }) {
        const { id } = await withdrawAct(store, actor, params.id, body.reason);
        return { status: 200, body: show(await readAct(store, actor, id), language) };
      },
    }),
  ];
}

function windows(store: Services['store']): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/go-live-windows',
      verb: 'act.read',
      tag: 'Pending acts',
      summary: 'The windows in which opening limits come in, the newest first',
      answers: { 200: { description: 'All windows.', schema: contract.goLiveWindows } },
      async handle() {
        return { status: 200, body: { data: await listWindows(store.db), nextCursor: null } };
      },
    }),
    route({
      method: 'post',
      path: '/v1/go-live-windows',
      verb: 'credit.decide',
      tag: 'Pending acts',
      summary: 'Ask for a go-live window; another person opens it',
      body: contract.openWindow,
      idempotent: 'key',
      answers: pendingAnswer,
      async handle({ actor, body, language }) {
        return answerPending(store, actor, await askForWindow(store, actor, body), language);
      },
    }),
    route({
      method: 'post',
      path: '/v1/go-live-windows/{id}/close',
      verb: 'credit.decide',
      tag: 'Pending acts',
      summary: 'End a go-live window: it takes nothing any more, and another person closes it',
      params: idParams,
      body: contract.closeWindow,
      idempotent: 'key',
      answers: pendingAnswer,
      async handle({ actor, params, body, language }) {
        return answerPending(store, actor, await askForClosing(store, actor, params.id, body.reason), language);
      },
    }),
  ];
}

function showListed(row: ActListed, language: Language) {
  const { amountMinor, currency, ...act } = row;
  return {
    ...act,
    title: actTitles[row.kind][language],
    about: saySubject(row.about, language),
    reason: sayReason(act.reason, language),
    decisionReason: act.decisionReason && sayReason(act.decisionReason, language),
    stateText: actStateWords[row.state][language],
    amount: amountMinor === null || currency === null ? null : formatAmount(amountMinor, currency),
    currency,
    outcome: act.outcome && readableRecord(act.outcome, currency ?? 'CNY'),
  };
}

const show = ({ route: seats, ...row }: ActView, language: Language) => ({ ...showListed(row, language), route: seats });
