import { continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import type { ReviewPlan, ReviewStep } from '../../domain/credit/review.ts';
import { listenForBell } from '../platform/bell.ts';
import { creditReviewPlanQuery } from '../platform/messages.ts';
import type { ProcessInput } from '../platform/messages.ts';
import { because, beginsUnplanned, newsCame, records } from '../platform/proxies.ts';
import { showStage } from '../platform/stage.ts';

const take = {
  start: records.startReview,
  settle: records.settleReview,
  wait: records.reassessReview,
  close: records.reassessReview,
} satisfies Record<ReviewStep, unknown>;

/** Credit is looked at again: at its date, after a warning or a broken promise. It starts an application and notes what came of it. */
export async function creditReview({ id, plan: given }: ProcessInput<ReviewPlan>): Promise<void> {
  const bell = listenForBell();
  let plan: ReviewPlan | null = given;
  setHandler(creditReviewPlanQuery, () => plan);

  if (!plan) {
    bell.quiet();
    plan = await because(beginsUnplanned, records.reassessReview, { id, seq: null });
  }
  while (plan.step !== 'close' || bell.rung) {
    const rang = await bell.ringsWithin(plan.waitMs, plan.why);
    const held = { id, seq: plan.seq };
    const next: ReviewPlan = await (rang
      ? because(newsCame, records.reassessReview, held)
      : because(plan.why, take[plan.step], held));
    showStage(plan.state, next.state);
    plan = next;
    if (workflowInfo().continueAsNewSuggested && !bell.rung) await continueAsNew<typeof creditReview>({ id, plan });
  }
}
