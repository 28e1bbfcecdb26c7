import { setHandler } from '@temporalio/workflow';
import type { RefreshPlan, RefreshStep } from '../../domain/credit/watch.ts';
import { askConnectors } from './ask-connectors.ts';
import { listenForBell } from '../platform/bell.ts';
import { refreshPlanQuery } from '../platform/messages.ts';
import type { ProcessInput } from '../platform/messages.ts';
import { because, beginsUnplanned, newsCame, records } from '../platform/proxies.ts';

const take: Record<RefreshStep, (id: string, plan: RefreshPlan) => Promise<RefreshPlan>> = {
  ask: askAll,
  close: (id, { seq }) => because(newsCame, records.planRefresh, { id, seq }),
};

async function askAll(id: string, { seq, connectors }: RefreshPlan): Promise<RefreshPlan> {
  await askConnectors(id, connectors, null);
  return because('what was told is read', records.planRefresh, { id, seq });
}

/** A refresh of what is known of a customer: asks the connectors that were called for, until none is left. */
export async function profileRefresh({ id, plan: given }: ProcessInput<RefreshPlan>): Promise<void> {
  const bell = listenForBell();
  let plan: RefreshPlan | null = given;
  setHandler(refreshPlanQuery, () => plan);

  if (!plan) {
    bell.quiet();
    plan = await because(beginsUnplanned, records.planRefresh, { id, seq: null });
  }
  while (plan.step !== 'close' || bell.rung) {
    const rang = await bell.ringsWithin(plan.waitMs, plan.why);
    const known: RefreshPlan = plan;
    plan = await (rang ? because(newsCame, records.planRefresh, { id, seq: known.seq }) : take[known.step](id, known));
  }
}
