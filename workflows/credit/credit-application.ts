import { continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import { awaitsDecision, judgeResubmission, judgeWithdrawal } from '../../domain/credit/application.ts';
import type { ApplicationPlan, ApplicationStep } from '../../domain/credit/application.ts';
import { askConnectors } from './ask-connectors.ts';
import { listenForBell } from '../platform/bell.ts';
import { openDesk } from '../platform/desk.ts';
import {
  creditApplicationPlanQuery,
  decideApplicationUpdate,
  resubmitApplicationUpdate,
  withdrawApplicationUpdate,
} from '../platform/messages.ts';
import type { ProcessInput } from '../platform/messages.ts';
import { because, beginsUnplanned, newsCame, records } from '../platform/proxies.ts';
import { showStage } from '../platform/stage.ts';

type Take = (id: string, plan: ApplicationPlan) => Promise<ApplicationPlan>;

const step =
  (activity: typeof records.gatherFacts): Take =>
  (id, { seq, why }) =>
    because(why, activity, { id, seq });

/** What each step of the credit manual does; the facts decide, under lock, whether it is still called for. */
const take: Record<ApplicationStep, Take> = {
  gather: step(records.gatherFacts),
  ask: askWhoCanTell,
  score: step(records.scoreCustomer),
  route: step(records.routeApplication),
  grant: step(records.grantByPolicy),
  warn: step(records.warnOfExpiry),
  expire: step(records.expireApplication),
  close: step(records.reassessApplication),
};

/** Whoever can tell what is missing is asked. What comes of it, an answer or none, the facts say. */
async function askWhoCanTell(id: string, { seq, customerId, connectors }: ApplicationPlan): Promise<ApplicationPlan> {
  await askConnectors(customerId, connectors, workflowInfo().workflowId);
  return because('what was told is read', records.gatherFacts, { id, seq });
}

/**
 * An application for credit: the dossier is gathered, scored and routed, then decided tier by tier, and what was decided is granted in
 * the transaction of the last decision. People decide, withdraw and answer by updates, each with its answer.
 */
export async function creditApplication({ id, plan: given }: ProcessInput<ApplicationPlan>): Promise<void> {
  const bell = listenForBell();
  const begin = () => because(beginsUnplanned, records.reassessApplication, { id, seq: null });
  const desk = openDesk(given, bell, begin);
  setHandler(creditApplicationPlanQuery, () => desk.plan);
  desk.takes(decideApplicationUpdate, awaitsDecision, (decision, held) =>
    decision
      ? because(`a decision has come: ${decision.verdict}`, records.decideApplication, { id, decision, held })
      : because('a decision has come', records.decideApplication, { id, held }),
  );
  desk.takes(withdrawApplicationUpdate, judgeWithdrawal, (withdrawal, held) =>
    because('the applicant withdraws', records.withdrawApplication, { id, ...(withdrawal && { withdrawal }), held }),
  );
  desk.takes(resubmitApplicationUpdate, judgeResubmission, (resubmission, held) =>
    because('the applicant has answered', records.resubmitApplication, { id, ...(resubmission && { resubmission }), held }),
  );

  let plan = await desk.act(async (known) => known ?? begin());
  while (await desk.goesOn()) {
    const rang = await bell.ringsWithin(plan.waitMs, plan.why);
    const before = plan.state;
    plan = await desk.act((now) =>
      rang || !now ? because(newsCame, records.reassessApplication, { id, seq: now?.seq ?? null }) : take[now.step](id, now),
    );
    showStage(before, plan.state);
    if (await desk.renews()) await continueAsNew<typeof creditApplication>({ id, plan });
  }
}
