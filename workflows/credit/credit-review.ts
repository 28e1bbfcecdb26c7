import { defineQuery } from '@temporalio/workflow';
import type { ReviewPlan } from '../../domain/credit/review.ts';
import { defineProcess, step } from '../platform/process.ts';
import { records } from '../platform/proxies.ts';

/** Credit is looked at again: at its date, after a warning or a broken promise. It starts an application and notes what came of it. */
export const creditReview = defineProcess<ReviewPlan>({
  query: defineQuery('creditReviewPlan'),
  reassess: records.reassessReview,
  steps: {
    start: step(records.startReview),
    settle: step(records.settleReview),
    wait: step(records.reassessReview),
    close: step(records.reassessReview),
  },
  stage: { of: (plan) => plan.state },
});
