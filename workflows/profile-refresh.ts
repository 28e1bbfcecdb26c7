import { ActivityFailure, isCancellation, setHandler } from '@temporalio/workflow';
import type { ConnectorName } from '../domain/credit/facts.ts';
import type { RefreshPlan, RefreshStep } from '../domain/credit/watch.ts';
import { listenForBell } from './bell.ts';
import { refreshPlanQuery } from './messages.ts';
import type { ProcessInput } from './messages.ts';
import { because, beginsUnplanned, connectors, newsCame, records } from './proxies.ts';

const take: Record<RefreshStep, (id: string, plan: RefreshPlan) => Promise<RefreshPlan>> = {
  ask: askAll,
  close: (id, { seq }) => because(newsCame, records.planRefresh, { id, seq }),
};

/** Each in its turn; what came of it, an answer or none, is on record. */
async function askAll(id: string, { seq, connectors: names }: RefreshPlan): Promise<RefreshPlan> {
  for (const connector of names) await ask(id, connector);
  return because('what was told is read', records.planRefresh, { id, seq });
}

/** A worker that died in the last try leaves the call open: it is ended here, so that nobody waits for it. */
async function ask(customerId: string, connector: ConnectorName): Promise<void> {
  const call = { customerId, connector, askedFor: null };
  try {
    await because(`${connector} is asked`, connectors.askConnector, call);
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    await because(`${connector} could not be asked`, records.giveUpConnector, call);
  }
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
