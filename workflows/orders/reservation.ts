import { continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import type { ReservationStep } from '../../domain/orders/reservation.ts';
import type { ReservationPlan } from '../../domain/orders/process.ts';
import { listenForBell } from '../platform/bell.ts';
import { reservationPlanQuery } from '../platform/messages.ts';
import type { ProcessInput } from '../platform/messages.ts';
import { because, beginsUnplanned, newsCame, records } from '../platform/proxies.ts';

const take = {
  wait: records.reassessReservation,
  lapse: records.lapseReservation,
  close: records.reassessReservation,
} satisfies Record<ReservationStep, unknown>;

/** What an approved order keeps of a limit, until it ships, is cancelled or changed; after its time it lapses and must be ordered again. */
export async function reservation({ id, plan: given }: ProcessInput<ReservationPlan>): Promise<void> {
  const bell = listenForBell();
  let plan: ReservationPlan | null = given;
  setHandler(reservationPlanQuery, () => plan);

  if (!plan) {
    bell.quiet();
    plan = await because(beginsUnplanned, records.reassessReservation, { id, seq: null });
  }
  while (plan.step !== 'close' || bell.rung) {
    const rang = await bell.ringsWithin(plan.waitMs, plan.why);
    const held = { id, seq: plan.seq };
    const next: ReservationPlan = await (rang
      ? because(newsCame, records.reassessReservation, held)
      : because(plan.why, take[plan.step], held));
    plan = next;
    if (workflowInfo().continueAsNewSuggested && !bell.rung) await continueAsNew<typeof reservation>({ id, plan });
  }
}
