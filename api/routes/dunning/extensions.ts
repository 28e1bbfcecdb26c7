import { idParams } from '../../../contracts/platform/common.ts';
import { askExtension } from '../../../contracts/ledger/receivables.ts';
import { askForExtension } from '../../../store/dunning/acts/extensions.ts';
import { route } from '../../route.ts';
import type { RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';
import { answerPending, pendingAnswer } from '../../pending-answer.ts';

/** More time for a customer. */
export function extensionRoutes({ store }: Services): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/v1/receivables/{id}/extensions',
      verb: 'promise.record',
      tag: 'Receivables',
      summary:
        'Ask for a later due date, with the difficulty and what was agreed; a second person decides, and until then dunning goes on',
      params: idParams,
      body: askExtension,
      idempotent: 'key',
      answers: pendingAnswer,
      async handle({ actor, params, body, language }) {
        return answerPending(store, actor, await askForExtension(store, actor, params.id, body), language);
      },
    }),
  ];
}
