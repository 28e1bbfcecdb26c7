import { idParams } from '../../../contracts/platform/common.ts';
import { discountClaimAnswer, sayOfDiscount } from '../../../contracts/ledger/receivables.ts';
import { askForLateDiscount, claimLateDiscount } from '../../../store/ledger/acts/discounts.ts';
import { route } from '../../route.ts';
import type { RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';
import { answerPending, pendingAnswer } from '../../pending-answer.ts';

/** What a person says of discounts that were taken after their last day. */
export function discountRoutes({ store }: Services): RouteSpec[] {
  return [
    route({
      method: 'post',
      path: '/v1/receivables/{id}/late-discount',
      verb: 'dispute.resolve',
      tag: 'Receivables',
      summary: 'Ask for a discount that was taken too late to be granted all the same; a second person decides',
      params: idParams,
      body: sayOfDiscount,
      idempotent: 'key',
      answers: pendingAnswer,
      async handle({ actor, params, body, language }) {
        return answerPending(store, actor, await askForLateDiscount(store, actor, params.id, body.reason), language);
      },
    }),
    route({
      method: 'post',
      path: '/v1/receivables/{id}/discount-claim',
      verb: 'dispute.resolve',
      tag: 'Receivables',
      summary: 'Claim what a discount taken too late would let off: from now on it is asked for',
      params: idParams,
      body: sayOfDiscount,
      idempotent: 'key',
      answers: { 200: { description: 'Claimed.', schema: discountClaimAnswer } },
      async handle({ actor, params, body }) {
        return { status: 200, body: await claimLateDiscount(store, actor, params.id, body.reason) };
      },
    }),
  ];
}
