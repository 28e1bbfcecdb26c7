import { sql } from 'kysely';
import { realWaitMs } from '../../domain/kernel/clock.ts';
import { workflowId } from '../../domain/kernel/subject.ts';
import { endOfHold, planOrderHold } from '../../domain/credit/order-hold.ts';
import type { OrderHoldFacts, OrderHoldState, OrderHoldVerdict } from '../../domain/credit/order-hold.ts';
import { moveAll } from '../../domain/credit/order.ts';
import type { OrderHoldPlan } from '../../domain/credit/process.ts';
import type { Tx } from '../database.ts';
import { systemActor, write } from '../transaction.ts';
import type { Moment, Store, Unchanged, Written } from '../transaction.ts';
import { changeOf, moveOrder, readOrderCase, recheckOrder } from './orders.ts';
import type { OrderCase } from './orders.ts';

type Input = { id: string; seq: number | null };
type Outcome = Written<OrderHoldPlan> | Unchanged<OrderHoldPlan>;
const actor = systemActor('order-hold');

/** Judges a held order anew, unless its hold is forced, and answers until when it is held. One that holds nothing any more has ended. */
export async function recheckHeldOrder(store: Store, { id, seq }: Input): Promise<OrderHoldPlan> {
  return write<OrderHoldPlan>(store, actor, async (tx, at) => {
    const found = await lockHold(tx, id);
    if (!found) return { value: unknown(seq), audit: null };
    const facts = factsOf(found);
    if (found.forced || facts.state !== 'open' || facts.heldMinor === 0 || facts.expiresAt <= at.now)
      return settle(tx, at, found);
    const { order } = await recheckOrder(tx, store, at, found.order.id, { actor });
    // The check has rung this hold itself, under the lock of the account: all that was asked by now it has judged.
    return settle(tx, at, { ...found, order, asked: await askedOf(tx, id) });
  });
}

/** The hold has expired: what is held of the order is cancelled, only if the stored plan is the one asked for. */
export async function lapseHold(store: Store, { id, seq }: Input): Promise<OrderHoldPlan> {
  return write<OrderHoldPlan>(store, actor, async (tx, at) => {
    const found = await lockHold(tx, id);
    if (!found) return { value: unknown(seq), audit: null };
    const verdict = planOrderHold(factsOf(found), at.now);
    if (verdict.step !== 'lapse' || !verdict.due || (seq !== null && seq < found.seq)) return settle(tx, at, found);
    const before = found.order;
    const moves = moveAll(before.lines, ['held'], 'cancelled');
    const left = before.lines.some(({ minor }) => minor.reserved + minor.ordered + minor.prepaid + minor.delivered > 0);
    await tx
      .updateTable('sales_order')
      .set({ state: left ? before.state : 'lapsed', version: before.version + 1, updated_at: at.now })
      .where('id', '=', before.id)
      .execute();
    await moveOrder(tx, at, before.id, moves, 'order.lapsed');
    const order = await readOrderCase(tx, before.id);
    const ended = await settle(tx, at, { ...found, order });
    const change = changeOf(before, order, 'order.lapsed', 'hold-expired');
    return ended.audit === null
      ? { ...ended, ...change }
      : { ...ended, audit: [...change.audit, ...ended.audit], events: [...change.events, ...(ended.events ?? [])] };
  });
}

interface Found {
  id: string;
  customerId: string;
  state: OrderHoldState;
  forced: boolean;
  expiresAt: string;
  seq: number;
  asked: number;
  order: OrderCase;
}

/** Locks the order, then its hold, and reads both. */
async function lockHold(tx: Tx, id: string): Promise<Found | null> {
  await sql`select from sales_order where id = (select order_id from order_hold where id = ${id}::uuid) for no key update`.execute(
    tx,
  );
  const { rows } = await sql<Omit<Found, 'order'> & { orderId: string }>`
    select h.id, h.order_id as "orderId", h.customer_id as "customerId", h.state, h.forced, h.expires_at as "expiresAt", h.seq,
      coalesce(w.asked, 0) as asked
    from order_hold h left join wake w on w.subject = 'order-hold-' || h.id where h.id = ${id}::uuid for no key update of h`.execute(
    tx,
  );
  const row = rows[0];
  return row ? { ...row, order: await readOrderCase(tx, row.orderId) } : null;
}

async function askedOf(tx: Tx, id: string): Promise<number> {
  const row = await tx.selectFrom('wake').select('asked').where('subject', '=', workflowId('order-hold', id)).executeTakeFirst();
  return row?.asked ?? 0;
}

const factsOf = ({ state, expiresAt, order }: Found): OrderHoldFacts => ({
  state,
  expiresAt,
  orderState: order.state,
  decision: order.decision,
  heldMinor: order.lines.reduce((sum, line) => sum + line.minor.held, 0),
});

/** Writes how the hold ended, if it has, and answers its plan. */
async function settle(tx: Tx, at: Moment, found: Found): Promise<Outcome> {
  const facts = factsOf(found);
  const end = endOfHold(facts);
  if (!end) return { ...planned(found, planOrderHold(facts, at.now), at), audit: null };
  const seq = found.seq + 1;
  await tx
    .updateTable('order_hold')
    .set({
      state: end,
      seq,
      closed_at: at.now,
      plan_step: 'close',
      plan_at: null,
      outcome: JSON.stringify({ decision: facts.decision }),
    })
    .where('id', '=', found.id)
    .execute();
  const about = { subjectKind: 'order-hold', subjectId: found.id, customerId: found.customerId };
  const after = { ...found, state: end, seq };
  return {
    ...planned(after, planOrderHold(factsOf(after), at.now), at),
    audit: [
      {
        ...about,
        action: `order-hold.${end}`,
        before: { state: found.state },
        after: { state: end, order: found.order.externalId },
      },
    ],
    events: [{ ...about, kind: `order-hold.${end}`, data: { order: found.order.externalId } }],
  };
}

const whys = {
  wait: 'news is awaited',
  lapse: 'held until news of the account, or until it expires',
  close: 'nothing is held any more',
} as const;

function planned(found: Found, { step, at: moment }: OrderHoldVerdict, at: Moment) {
  const value: OrderHoldPlan = {
    seq: found.seq,
    step,
    at: moment,
    waitMs: realWaitMs(at.clock, moment, at.now),
    why: whys[step],
  };
  return { value, answer: { subject: workflowId('order-hold', found.id), asked: found.asked, at: moment } };
}

const unknown = (seq: number | null): OrderHoldPlan => ({
  seq: seq ?? 0,
  step: 'close',
  at: null,
  waitMs: null,
  why: 'the database does not know this hold',
});
