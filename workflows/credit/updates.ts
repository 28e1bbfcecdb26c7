import { defineUpdate } from '@temporalio/workflow';
import type { DecisionAct } from '../../domain/approvals/seats.ts';
import type { ApplicationAnswer, SentAnswer, SentDecision } from '../../domain/credit/application.ts';

/**
 * What people decide, each with its answer. The engine is told the id of the decision, which is that of the update, and nothing else: who
 * decides what, and why, stands in our record alone. Versions before told who and what; null since.
 */
export const decideApplicationUpdate = defineUpdate<ApplicationAnswer, [SentDecision | null]>(
  'decideApplication' satisfies DecisionAct,
);
export const withdrawApplicationUpdate = defineUpdate<ApplicationAnswer, [SentAnswer | null]>(
  'withdrawApplication' satisfies DecisionAct,
);
export const resubmitApplicationUpdate = defineUpdate<ApplicationAnswer, [SentAnswer | null]>(
  'resubmitApplication' satisfies DecisionAct,
);
