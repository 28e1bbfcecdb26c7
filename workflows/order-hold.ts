import { continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import type { OrderHoldStep } from '../domain/credit/order-hold.ts';
import type { OrderHoldPlan } from '../domain/credit/process.ts';
import { listenForBell } from './bell.ts';
import { orderHoldPlanQuery } from './messages.ts';
import type { ProcessInput } from './messages.ts';
import { because, beginsUnplanned, newsCame, records } from './proxies.ts';

const take = {
  wait: records.recheckHeldOrder,
  lapse: records.lapseHold,
  close: records.recheckHeldOrder,
} satisfies Record<OrderHoldStep, unknown>;

/** An order that was not approved at entry: judged again whenever the account has news, until it is released, rejected or expires. */
export async function orderHold({ id, plan: given }: ProcessInput<OrderHoldPlan>): Promise<void> {
  const bell = listenForBell();
  let plan: OrderHoldPlan | null = given;
  setHandler(orderHoldPlanQuery, () => plan);

  if (!plan) {
    bell.quiet();
    plan = await because(beginsUnplanned, records.recheckHeldOrder, { id, seq: null });
  }
  while (plan.step !== 'close' || bell.rung) {
    const rang = await bell.ringsWithin(plan.waitMs, plan.why);
    const held = { id, seq: plan.seq };
    const next: OrderHoldPlan = await (rang
      ? because(newsCame, records.recheckHeldOrder, held)
      : because(plan.why, take[plan.step], held));
    plan = next;
    if (workflowInfo().continueAsNewSuggested && !bell.rung) await continueAsNew<typeof orderHold>({ id, plan });
  }
}
