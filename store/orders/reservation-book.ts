import { sql } from 'kysely';
import { realWaitMs } from '../../domain/platform/clock.ts';
import { workflowId } from '../../domain/platform/subject.ts';
import type { ReservationPlan } from '../../domain/orders/process.ts';
import { countsFromOf, planReservation } from '../../domain/orders/reservation.ts';
import type { ReservationFacts, ReservationVerdict } from '../../domain/orders/reservation.ts';
import { moveAll } from '../../domain/orders/order.ts';
import type { Tx } from '../platform/database.ts';
import { settleDeposits } from '../ledger/deposits.ts';
import { systemActor, write } from '../platform/transaction.ts';
import type { Moment, Store } from '../platform/transaction.ts';
import { againRequest, checkWithin, rulesInForce } from './check.ts';
import { changeOf, moveOrder, readOrderCase } from './orders.ts';
import type { OrderCase } from './orders.ts';

type Input = { id: string; seq: number | null };
const actor = systemActor('reservation');

/**
 * Reads the order anew and answers until when its reservation holds. An order that comes near enough to count is judged again: what it
 * was approved by may be gone.
 */
export async function reassessReservation(store: Store, { id, seq }: Input): Promise<ReservationPlan> {
  return write<ReservationPlan>(store, actor, async ({ tx, at }) => {
    const found = await lockReservation(tx, id);
    if (!found) return { value: unknown(seq), audit: null };
    const facts = await factsIn(store, found.order);
    const verdict = planReservation(facts, at.now);
    if (verdict.step !== 'wait' || !verdict.due) return planned(found.order, verdict, at, found.asked);
    await checkWithin(tx, store, againRequest('enter', actor, found.order, 'horizon'));
    const now = await lockReservation(tx, id);
    if (!now) return { value: unknown(seq), audit: null };
    return planned(now.order, planReservation(await factsIn(store, now.order), at.now), at, now.asked);
  });
}

/** What is still reserved at its end is cancelled, only if the stored plan is the one asked for and its moment has come. */
export async function lapseReservation(store: Store, { id, seq }: Input): Promise<ReservationPlan> {
  return write<ReservationPlan>(store, actor, async (work) => {
    const { tx, at } = work;
    const found = await lockReservation(tx, id);
    if (!found) return { value: unknown(seq), audit: null };
    const { order, asked } = found;
    const verdict = planReservation(await factsIn(store, order), at.now);
    if (verdict.step !== 'lapse' || !verdict.due || (seq !== null && seq !== order.version))
      return planned(order, verdict, at, asked);
    const { orderedMinor } = factsOf(order);
    // What is committed to ship still may; without it the order is over and must be put again.
    await tx
      .updateTable('sales_order')
      .set({
        state: orderedMinor === 0 ? 'lapsed' : 'open',
        version: order.version + 1,
        updated_at: at.now,
        reserved_until: null,
      })
      .where('id', '=', id)
      .execute();
    await moveOrder(work, id, moveAll(order.lines, ['reserved'], 'cancelled'), 'order.lapsed');
    const after = await readOrderCase(tx, id);
    const { value, answer } = planned(after, planReservation(await factsIn(store, after), at.now), at, asked);
    const { audit, events } = changeOf(order, after, 'order.lapsed', null);
    const freed = await settleDeposits(work, [id]);
    return { value, answer, ...freed, audit: [...audit, ...freed.audit], events: [...events, ...freed.events] };
  });
}

async function lockReservation(tx: Tx, id: string): Promise<{ order: OrderCase; asked: number } | null> {
  const { rows } = await sql<{ asked: number }>`
    select coalesce(w.asked, 0) as asked from sales_order o left join wake w on w.subject = 'reservation-' || o.id
    where o.id = ${id}::uuid for no key update of o`.execute(tx);
  const [row] = rows;
  return row ? { order: await readOrderCase(tx, id), asked: row.asked } : null;
}

const sumOf = (order: OrderCase, bucket: 'reserved' | 'ordered'): number =>
  order.lines.reduce((sum, line) => sum + line.minor[bucket], 0);

const factsOf = (order: OrderCase): Omit<ReservationFacts, 'countsFrom'> => ({
  state: order.state,
  reservedMinor: sumOf(order, 'reserved'),
  orderedMinor: sumOf(order, 'ordered'),
  reservedUntil: order.reservedUntil,
});

const factsIn = async (store: Store, order: OrderCase): Promise<ReservationFacts> => ({
  ...factsOf(order),
  countsFrom: order.beyondHorizon
    ? countsFromOf(order.requestedShipDate, (await rulesInForce(store)).horizonDays, store.zone)
    : null,
});

const whys = {
  wait: 'judged again when its ship date comes near',
  lapse: 'reserved until its end',
  close: 'nothing is reserved any more',
} as const;

function planned(order: OrderCase, { step, at: moment }: ReservationVerdict, at: Moment, asked: number) {
  const value: ReservationPlan = {
    seq: order.version,
    step,
    at: moment,
    waitMs: realWaitMs(at.clock, moment, at.now),
    why: whys[step],
  };
  return { value, audit: null, answer: { subject: workflowId('reservation', order.id), asked, at: moment } };
}

const unknown = (seq: number | null): ReservationPlan => ({
  seq: seq ?? 0,
  step: 'close',
  at: null,
  waitMs: null,
  why: 'the database does not know this order',
});
