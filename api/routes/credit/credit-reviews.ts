import { z } from 'zod';
import { instant, ourId } from '../../../contracts/platform/common.ts';
import { newReview, openedReview, reviewPage, reviewQuery } from '../../../contracts/credit/credit-reviews.ts';
import { readableRecord } from '../../../domain/platform/readable.ts';
import { listReviews, requestReview } from '../../../store/credit/reviews.ts';
import { decodeCursor, pageFrom } from '../../cursor.ts';
import { route } from '../../route.ts';
import type { RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

const place = z.tuple([instant, ourId]);

/** Reviews of credit: by date, after a warning or a broken promise, before a limit ends, or asked for. */
export function creditReviewRoutes({ store }: Services): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/credit-reviews',
      verb: 'credit.read',
      tag: 'Credit reviews',
      summary: 'Reviews, those due first',
      query: reviewQuery,
      answers: { 200: { description: 'A page of reviews.', schema: reviewPage } },
      async handle({ actor, query: { limit, cursor, ...filter } }) {
        const after = cursor === undefined ? undefined : decodeCursor(cursor, place);
        const rows = await listReviews(store.db, actor, { ...filter, after }, limit);
        return {
          status: 200,
          body: pageFrom(
            rows,
            limit,
            ({ currency, detail, ...row }) => ({ ...row, detail: readableRecord(detail, currency) }),
            (row) => [row.dueAt, row.id],
          ),
        };
      },
    }),
    route({
      method: 'post',
      path: '/v1/credit-reviews',
      verb: 'credit.apply',
      tag: 'Credit reviews',
      summary: "Have a customer's credit reviewed now",
      body: newReview,
      idempotent: 'key',
      answers: { 202: { description: 'Its application starts at once.', schema: openedReview } },
      async handle({ actor, body }) {
        return { status: 202, body: await requestReview(store, actor, body.customer, body.reason) };
      },
    }),
  ];
}
