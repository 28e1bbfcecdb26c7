import { continueAsNew, setHandler } from '@temporalio/workflow';
import { isHoldOpen } from '../../domain/orders/order-hold.ts';
import type { OrderHoldPlan, OrderHoldStep } from '../../domain/orders/order-hold.ts';
import { listenForBell } from '../platform/bell.ts';
import { openDesk } from '../platform/desk.ts';
import { decideOrderHoldUpdate, orderHoldPlanQuery } from '../platform/messages.ts';
import type { ProcessInput } from '../platform/messages.ts';
import { because, beginsUnplanned, newsCame, records } from '../platform/proxies.ts';
import { showStage } from '../platform/stage.ts';

const take = {
  route: records.routeHeldOrder,
  warn: records.warnOfLapse,
  lapse: records.lapseHold,
  close: records.recheckHeldOrder,
} satisfies Record<OrderHoldStep, unknown>;

/**
 * An order that was not approved at entry: decided tier by tier by the people policy names, judged again whenever its account has news,
 * given up when it expires. People decide by updates, each with its answer.
 */
export async function orderHold({ id, plan: given }: ProcessInput<OrderHoldPlan>): Promise<void> {
  const bell = listenForBell();
  const begin = () => because(beginsUnplanned, records.recheckHeldOrder, { id, seq: null });
  const desk = openDesk(given, bell, begin);
  setHandler(orderHoldPlanQuery, () => desk.plan);
  desk.takes(decideOrderHoldUpdate, isHoldOpen, (decision, held) =>
    decision
      ? because(`a decision has come: ${decision.verdict}`, records.decideOrderHold, { id, decision, held })
      : because('a decision has come', records.decideOrderHold, { id, held }),
  );

  let plan = await desk.act(async (known) => known ?? begin());
  while (await desk.goesOn()) {
    const rang = await bell.ringsWithin(plan.waitMs, plan.why);
    const before = plan.state;
    plan = await desk.act((now) =>
      rang || !now
        ? because(newsCame, records.recheckHeldOrder, { id, seq: now?.seq ?? null })
        : because(now.why, take[now.step], { id, seq: now.seq }),
    );
    showStage(before, plan.state);
    if (await desk.renews()) await continueAsNew<typeof orderHold>({ id, plan });
  }
}
