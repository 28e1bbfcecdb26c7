import type { ReviewPlan, ReviewStep } from '../../domain/credit/review.ts';

/** What a review's activities need of the store. */
export interface ReviewBook {
  reassess(input: { id: string; seq: number | null }): Promise<ReviewPlan>;
  take(step: ReviewStep, input: { id: string; seq: number }): Promise<ReviewPlan>;
}

/** The steps of a credit review: its application is started when it is due, and what came of it is noted. */
export function reviewActivities(book: ReviewBook) {
  const take =
    (step: ReviewStep) =>
    (input: { id: string; seq: number }): Promise<ReviewPlan> =>
      book.take(step, input);
  return {
    reassessReview: (input: { id: string; seq: number | null }): Promise<ReviewPlan> => book.reassess(input),
    startReview: take('start'),
    settleReview: take('settle'),
  };
}
