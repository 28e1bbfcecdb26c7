import { idParams } from '../../../contracts/platform/common.ts';
import * as contract from '../../../contracts/approvals/pending-acts.ts';
import { askForClosing, askForWindow, listWindows } from '../../../store/ledger/acts/go-live.ts';
import { answerPending, pendingAnswer } from '../../pending-answer.ts';
import { route } from '../../route.ts';
import type { RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

/** The window of going live, in which opening figures are taken as they come: opened and closed by two people. */
export function goLiveWindowRoutes({ store }: Services): RouteSpec[] {
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
