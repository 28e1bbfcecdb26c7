import { continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import type { NightPlan, NightStep } from '../../domain/credit/watch.ts';
import { listenForBell } from '../platform/bell.ts';
import { nightPlanQuery } from '../platform/messages.ts';
import type { ProcessInput } from '../platform/messages.ts';
import { because, beginsUnplanned, newsCame, records } from '../platform/proxies.ts';

const take = {
  watch: records.watchCustomers,
  close: records.reassessNight,
} satisfies Record<NightStep, unknown>;

/** One night: every customer's books, warnings and data are looked at, some customers at a time; the last step plans the next night. */
export async function nightly({ id, plan: given }: ProcessInput<NightPlan>): Promise<void> {
  const bell = listenForBell();
  let plan: NightPlan | null = given;
  setHandler(nightPlanQuery, () => plan);

  if (!plan) {
    bell.quiet();
    plan = await because(beginsUnplanned, records.reassessNight, { id, seq: null });
  }
  while (plan.step !== 'close' || bell.rung) {
    const rang = await bell.ringsWithin(plan.waitMs, plan.why);
    const held = { id, seq: plan.seq };
    const next: NightPlan = await (rang
      ? because(newsCame, records.reassessNight, held)
      : because(plan.why, take[plan.step], held));
    plan = next;
    if (workflowInfo().continueAsNewSuggested && !bell.rung) await continueAsNew<typeof nightly>({ id, plan });
  }
}
