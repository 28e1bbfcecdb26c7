import { z } from 'zod';
import { reviewCauses, reviewStates } from '../../domain/credit/review.ts';
import { externalId, instant, ourId, pageOf, pageQuery, reason } from '../platform/common.ts';

export const reviewQuery = z.strictObject({
  ...pageQuery,
  customer: externalId.optional(),
  state: z.enum(reviewStates).optional(),
});
export const review = z
  .strictObject({
    id: ourId,
    customer: z.string(),
    cause: z.enum(reviewCauses),
    state: z.enum(reviewStates),
    dueAt: instant,
    application: z.string().nullable().meta({ description: 'The application it started.' }),
    detail: z.record(z.string(), z.unknown()),
    closedAt: instant.nullable(),
  })
  .meta({ id: 'CreditReview' });
export const reviewPage = pageOf(review);
export const newReview = z
  .strictObject({ customer: externalId, reason })
  .meta({ id: 'NewCreditReview', example: { customer: 'C-1001', reason: 'Management has changed' } });
export const openedReview = z.strictObject({ id: ourId, workflowId: z.string() });
