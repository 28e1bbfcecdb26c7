import { z } from 'zod';
import { idParams, ourId } from '../../../contracts/platform/common.ts';
import * as contract from '../../../contracts/approvals/pending-acts.ts';
import { decideAct, withdrawAct } from '../../../store/approvals/decide.ts';
import { listActs, readAct } from '../../../store/approvals/read.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { showAct, showListed } from '../../pending-answer.ts';
import { route } from '../../route.ts';
import type { RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

/** Acts that give money, time or credit away, and wait for a second person. */
export function pendingActRoutes({ store }: Services): RouteSpec[] {
  return [...reads(store), ...decisions(store)];
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
        return { status: 200, body: showAct(await readAct(store, actor, params.id), language) };
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
        return { status: 200, body: showAct(await readAct(store, actor, id), language) };
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
        return { status: 200, body: showAct(await readAct(store, actor, id), language) };
      },
    }),
  ];
}
