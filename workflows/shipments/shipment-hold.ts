import { continueAsNew, setHandler } from '@temporalio/workflow';
import { isShipmentHoldOpen } from '../../domain/shipments/hold.ts';
import type { ShipmentHoldPlan, ShipmentHoldStep } from '../../domain/shipments/hold.ts';
import { listenForBell } from '../platform/bell.ts';
import { openDesk } from '../platform/desk.ts';
import { decideShipmentHoldUpdate, shipmentHoldPlanQuery } from '../platform/messages.ts';
import type { ProcessInput } from '../platform/messages.ts';
import { because, beginsUnplanned, newsCame, records } from '../platform/proxies.ts';
import { showStage } from '../platform/stage.ts';

/** What each step of the manual does; the facts decide, under lock, whether it is still called for. */
const take = {
  tell: records.tellDepartments,
  notice: records.giveHoldNotice,
  answer: records.noteUnanswered,
  judge: records.reassessShipmentHold,
  close: records.reassessShipmentHold,
} satisfies Record<ShipmentHoldStep, unknown>;

/**
 * Goods that may not leave yet: the departments are told, the ground is named and proved, the customer is given notice and time to answer.
 * What news lets ship, ships; what people decide comes by updates, each with its answer.
 */
export async function shipmentHold({ id, plan: given }: ProcessInput<ShipmentHoldPlan>): Promise<void> {
  const bell = listenForBell();
  const begin = () => because(beginsUnplanned, records.reassessShipmentHold, { id, seq: null });
  const desk = openDesk(given, bell, begin);
  setHandler(shipmentHoldPlanQuery, () => desk.plan);
  desk.takes(decideShipmentHoldUpdate, isShipmentHoldOpen, (decision, held) =>
    decision
      ? because(`a person acts on it: ${decision.act}`, records.decideShipmentHold, { id, decision, held })
      : because('a person acts on it', records.decideShipmentHold, { id, held }),
  );

  let plan = await desk.act(async (known) => known ?? begin());
  while (await desk.goesOn()) {
    const rang = await bell.ringsWithin(plan.waitMs, plan.why);
    const before = plan.state;
    plan = await desk.act((now) =>
      rang || !now
        ? because(newsCame, records.reassessShipmentHold, { id, seq: now?.seq ?? null })
        : because(now.why, take[now.step], { id, seq: now.seq }),
    );
    showStage(before, plan.state);
    if (await desk.renews()) await continueAsNew<typeof shipmentHold>({ id, plan });
  }
}
