import { defineQuery, workflowInfo } from '@temporalio/workflow';
import { awaitsDecision, judgeResubmission, judgeWithdrawal } from '../../domain/credit/application.ts';
import type { ApplicationAnswer, ApplicationPlan, SentAnswer, SentDecision } from '../../domain/credit/application.ts';
import { decision } from '../platform/decisions.ts';
import { defineProcess, step } from '../platform/process.ts';
import { callActivity, records } from '../platform/proxies.ts';
import { askConnectors } from './ask-connectors.ts';
import { decideApplicationUpdate, resubmitApplicationUpdate, withdrawApplicationUpdate } from './updates.ts';

const decide = decision<ApplicationPlan, SentDecision | null, ApplicationAnswer>({
  update: decideApplicationUpdate,
  judge: awaitsDecision,
  commit: (id, told, held) =>
    told
      ? callActivity(records.decideApplication, { id, decision: told, held }, { summary: `a decision has come: ${told.verdict}` })
      : callActivity(records.decideApplication, { id, held }, { summary: 'a decision has come' }),
});

const withdraw = decision<ApplicationPlan, SentAnswer | null, ApplicationAnswer>({
  update: withdrawApplicationUpdate,
  judge: judgeWithdrawal,
  commit: (id, withdrawal, held) =>
    callActivity(
      records.withdrawApplication,
      { id, ...(withdrawal && { withdrawal }), held },
      { summary: 'the applicant withdraws' },
    ),
});

const resubmit = decision<ApplicationPlan, SentAnswer | null, ApplicationAnswer>({
  update: resubmitApplicationUpdate,
  judge: judgeResubmission,
  commit: (id, resubmission, held) =>
    callActivity(
      records.resubmitApplication,
      { id, ...(resubmission && { resubmission }), held },
      { summary: 'the applicant has answered' },
    ),
});

/** Whoever can tell what is missing is asked. What comes of it, an answer or none, the facts say. */
async function askWhoCanTell(id: string, { seq, customerId, connectors }: ApplicationPlan): Promise<ApplicationPlan> {
  await askConnectors(customerId, connectors, workflowInfo().workflowId);
  return callActivity(records.gatherFacts, { id, seq }, { summary: 'what was told is read' });
}

/**
 * An application for credit: the credit file is gathered, scored and routed, then decided tier by tier, and what was decided is granted in
 * the transaction of the last decision. The facts decide, under lock, whether a step is still called for.
 */
export const creditApplication = defineProcess<ApplicationPlan>({
  query: defineQuery('creditApplicationPlan'),
  reassess: records.reassessApplication,
  decisions: [decide, withdraw, resubmit],
  steps: {
    gather: step(records.gatherFacts),
    ask: askWhoCanTell,
    score: step(records.scoreCustomer),
    route: step(records.routeApplication),
    grant: step(records.grantByPolicy),
    warn: step(records.warnOfExpiry),
    expire: step(records.expireApplication),
    close: step(records.reassessApplication),
  },
  stage: { of: (plan) => plan.state },
});
