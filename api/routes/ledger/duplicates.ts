import { idParams } from '../../../contracts/platform/common.ts';
import { bothRightAnswer, sayOfDuplicate } from '../../../contracts/ledger/duplicates.ts';
import type { DoubtedKind } from '../../../domain/ledger/duplicates.ts';
import { askForDuplicate } from '../../../store/ledger/acts/duplicates.ts';
import { confirmBothRight } from '../../../store/ledger/duplicates.ts';
import { route } from '../../route.ts';
import type { RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';
import { answerPending, pendingAnswer } from '../../pending-answer.ts';

/** What a person says of documents that came under two keys. A payment or credit note that is a duplicate is reversed. */
export function duplicateRoutes({ store }: Services): RouteSpec[] {
  return [
    bothRight(store, '/v1/invoices/{id}/both-right', 'invoice', 'Invoices'),
    bothRight(store, '/v1/payments/{id}/both-right', 'payment', 'Payments'),
    bothRight(store, '/v1/credit-notes/{id}/both-right', 'credit-note', 'Credit notes'),
    route({
      method: 'post',
      path: '/v1/invoices/{id}/duplicate',
      verb: 'dispute.resolve',
      tag: 'Invoices',
      summary: 'Ask for an invoice that is here twice to be taken out; a second person decides. Money on it becomes unapplied',
      params: idParams,
      body: sayOfDuplicate,
      idempotent: 'key',
      answers: pendingAnswer,
      async handle({ actor, params, body, language }) {
        return answerPending(store, actor, await askForDuplicate(store, actor, params.id, body.reason), language);
      },
    }),
  ];
}

const bothRight = (store: Services['store'], path: string, kind: DoubtedKind, tag: RouteSpec['tag']): RouteSpec =>
  route({
    method: 'post',
    path,
    verb: 'dispute.resolve',
    tag,
    summary: 'Say of a document that looks like another one that both are right: from now on it counts',
    params: idParams,
    body: sayOfDuplicate,
    idempotent: 'key',
    answers: { 200: { description: 'Both are right.', schema: bothRightAnswer } },
    async handle({ actor, params, body }) {
      return { status: 200, body: await confirmBothRight(store, actor, kind, params.id, body.reason) };
    },
  });
