import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { workflowId } from '../../domain/platform/subject.ts';
import type { OrderReason } from '../../domain/orders/check.ts';
import { horizonOf } from '../../domain/credit/exposure.ts';
import { countsFromOf } from '../../domain/orders/reservation.ts';
import { moveAll, moveSome } from '../../domain/orders/order.ts';
import type { LineFacts, LineMove, OrderDocument, OrderState } from '../../domain/orders/order.ts';
import type { Tx } from '../platform/database.ts';
import { settleDeposits } from '../ledger/deposits.ts';
import { commitMark } from '../platform/idempotency.ts';
import { isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import { write } from '../platform/transaction.ts';
import type { Store, Work } from '../platform/transaction.ts';
import { lockAccounts } from '../credit/accounts.ts';
import { againRequest, checkOrder, checkWithin, putRequest, rulesInForce } from './check.ts';
import type { OrderDecided } from './check.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, joinEffects } from '../platform/effects.ts';
import { endDelivered } from './delivered-tasks.ts';

/** Puts an order: judged, and what it may take reserved, before this answers. The same content again changes nothing. */
export const putOrder = (
  store: Store,
  actor: Actor,
  order: OrderDocument,
  reason: string | null,
  credential: string | null = null,
): Promise<OrderDecided> => checkOrder(store, putRequest(actor, order, reason, credential));

/** An order with its lines, as read under its lock. */
export interface OrderCase {
  id: string;
  externalId: string;
  customerId: string;
  customer: string;
  accountId: string;
  currency: string;
  requestedShipDate: BusinessDate;
  prepaid: boolean;
  /** It ships later than counts, and was approved so. */
  beyondHorizon: boolean;
  amountMinor: number;
  decision: 'approved' | 'held' | 'rejected';
  state: OrderState;
  reservedUntil: Instant | null;
  version: number;
  putBy: string;
  lines: LineFacts[];
}

/** Locks the order `{id}` means, among those the actor may see, and reads it. Throws Refusal `not-found`. */
export async function lockOrder(tx: Tx, actor: Actor, id: string): Promise<OrderCase> {
  const { rows } = await sql<{ id: string }>`
    select o.id from sales_order o join customer c on c.id = o.customer_id
    where ${seesCustomer(actor)} and (o.external_id = ${id} or o.id = ${isOurId(id) ? id : null}::uuid)
    order by o.external_id = ${id} desc limit 1 for no key update of o`.execute(tx);
  const found = rows[0];
  if (!found) throw new Refusal('not-found', { id });
  return readOrderCase(tx, found.id);
}

/** An order as it stands; lock it first to judge by it. */
export async function readOrderCase(tx: Tx, id: string): Promise<OrderCase> {
  const { rows } = await sql<OrderCase>`
    select o.id, o.external_id as "externalId", o.customer_id as "customerId", c.external_id as customer, o.account_id as "accountId", o.currency,
      o.requested_ship_date as "requestedShipDate", o.prepaid, o.beyond_horizon as "beyondHorizon", o.amount_minor as "amountMinor", o.decision, o.state, o.reserved_until as "reservedUntil",
      o.version, o.put_by as "putBy",
      (select jsonb_agg(jsonb_build_object('line', l.line, 'quantity', trim_scale(l.quantity)::text, 'shippedQuantity', trim_scale(l.shipped_quantity)::text,
        'amountMinor', l.amount_minor, 'minor', jsonb_build_object('held', l.held_minor, 'prepaid', l.prepaid_minor, 'reserved', l.reserved_minor,
        'ordered', l.ordered_minor, 'delivered', l.delivered_minor, 'invoiced', l.invoiced_minor, 'cancelled', l.cancelled_minor,
        'returned', l.returned_minor)) order by l.line)
        from order_line l where l.order_id = o.id) as lines
    from sales_order o join customer c on c.id = o.customer_id where o.id = ${id}::uuid`.execute(tx);
  const order = rows[0];
  if (!order) throw new Refusal('not-found', { id });
  return order;
}

/** Moves cents of an order's lines, and what that does to its account, with entries under `cause`. The order is locked by the caller. */
export async function moveOrder({ tx, at }: Work, orderId: string, moves: readonly LineMove[], cause: string): Promise<void> {
  if (moves.length === 0) return;
  await sql`select order_move(${orderId}::uuid, ${JSON.stringify(moves)}::jsonb, ${cause}, ${at.now}::timestamptz)`.execute(tx);
}

const OPEN_BUCKETS = ['held', 'prepaid', 'reserved', 'ordered'] as const;

/**
 * Cancels an order, or closes it: what is neither delivered nor invoiced of it no longer counts. Again changes nothing.
 * Throws Refusal `order-closed` when it ended in another way.
 */
export async function endOrder(
  store: Store,
  actor: Actor,
  id: string,
  { as, reason }: { as: 'cancelled' | 'closed'; reason: string | null },
): Promise<{ order: OrderCase; changed: boolean }> {
  return write<{ order: OrderCase; changed: boolean }>(store, actor, async (work) => {
    const { tx, at } = work;
    const before = await lockOrder(tx, actor, id);
    if (before.state === as) return { value: { order: before, changed: false }, audit: null };
    if (before.state !== 'open' && before.state !== 'lapsed')
      throw new Refusal('order-closed', { order: before.externalId, state: before.state });
    await tx
      .updateTable('sales_order')
      .set({ state: as, version: before.version + 1, updated_at: at.now })
      .where('id', '=', before.id)
      .execute();
    await moveOrder(work, before.id, moveAll(before.lines, OPEN_BUCKETS, 'cancelled'), `order.${as}`);
    const order = await readOrderCase(tx, before.id);
    const { audit, events } = changeOf(before, order, `order.${as}`, reason);
    const freed = await settleDeposits(work, [before.id]);
    return {
      value: { order, changed: true },
      ...freed,
      audit: [...audit, ...freed.audit],
      events: [...events, ...freed.events],
    };
  });
}

/** The audit entry and event of an order that changed. */
export function changeOf(before: OrderCase, after: OrderCase, action: string, reason: string | null) {
  const about = { subjectKind: 'order', subjectId: after.id, customerId: after.customerId };
  const seen = ({ state, decision, version, lines }: OrderCase) => ({ state, decision, version, lines });
  return {
    audit: [{ ...about, action, reason, before: seen(before), after: { externalId: after.externalId, ...seen(after) } }] as const,
    events: [{ ...about, kind: action, data: { externalId: after.externalId, state: after.state } }],
  };
}

/**
 * Opens an order again: what was cancelled of it is judged as if it came now, so that closing and reopening passes no limit twice.
 * Throws Refusal `not-open` when nothing of it was cancelled.
 */
export async function reopenOrder(
  store: Store,
  actor: Actor,
  id: string,
  reason: string | null,
): Promise<OrderDecided & { order: OrderCase }> {
  return write(store, actor, async (work) => {
    const { tx } = work;
    const order = await lockOrder(tx, actor, id);
    if (moveAll(order.lines, ['cancelled'], 'reserved').length === 0) throw new Refusal('not-open', { state: order.state });
    const decided = await checkWithin(tx, store, againRequest('reopen', actor, order, reason));
    const effects = await settleDeposits(work, [order.id]);
    addEffects(effects, await endDelivered(work, [order.id], 'reopened'));
    for (const mark of commitMark()) await mark.execute(tx);
    const value = { ...decided, order: await readOrderCase(tx, order.id) };
    const [first, ...more] = effects.audit;
    return first ? { value, ...effects, audit: [first, ...more] } : { value, audit: null };
  });
}

/** What a person decided of a held order. */
export interface OrderRelease {
  /** What may go, in minor units by line; `all`: everything held; none: it is rejected. The rest is cancelled. */
  lines: 'all' | readonly { line: number; amountMinor: number }[];
  /** `prepaid`: goes only against money paid before, and counts nowhere. */
  as: 'reserved' | 'prepaid';
  reason: string;
}

/**
 * Judges a held order anew inside a transaction, or carries out what a person decided of it (`release`: no limit is asked). The caller
 * has judged who may; the effects of a release are the caller's to hand back, a check writes its own.
 * Throws Refusal `not-open` when nothing of the order is held, `amount-exceeds-open` for more than is held of a line.
 */
export async function recheckOrder(
  work: Work,
  orderId: string,
  { actor, release }: { actor: Actor; release?: OrderRelease },
): Promise<{ decided: OrderDecided | null; order: OrderCase; effects: Effects }> {
  const { tx, at, store } = work;
  await sql`select from sales_order where id = ${orderId}::uuid for no key update`.execute(tx);
  const before = await readOrderCase(tx, orderId);
  if (moveAll(before.lines, ['held'], 'reserved').length === 0) throw new Refusal('not-open', { state: before.decision });
  if (!release) {
    const decided = await checkWithin(tx, store, againRequest('recheck', actor, before, null));
    return { decided, order: await readOrderCase(tx, orderId), effects: { audit: [], asks: [], posts: [], events: [] } };
  }
  await lockAccounts(tx, [before.accountId]);
  const freed = releaseMoves(before, release);
  const rest = before.lines.flatMap((line): LineMove[] => {
    const left = line.minor.held - (freed.find((move) => move.line === line.line)?.amount ?? 0);
    return left > 0 ? [{ line: line.line, from: 'held', to: 'cancelled', amount: left }] : [];
  });
  const rejected = freed.length === 0;
  const reservedUntil = rejected || release.as === 'prepaid' ? null : await reservedUntilOf(work, before.requestedShipDate);
  const { horizonDays } = await rulesInForce(store);
  const beyond = reservedUntil !== null && before.requestedShipDate > horizonOf(at.today, horizonDays);
  await settleRelease(work, before, { rejected, reservedUntil, beyond, prepaid: !rejected && release.as === 'prepaid' });
  await moveOrder(work, orderId, [...freed, ...rest], rejected ? 'order.rejected' : 'order.released');
  const order = await readOrderCase(tx, orderId);
  await keepRelease(work, { order, actor, rejected, release });
  const change = changeOf(before, order, rejected ? 'order.rejected' : 'order.released', release.reason);
  const unbound = await settleDeposits(work, [orderId]);
  const subject = workflowId('reservation', orderId);
  const first = beyond ? countsFromOf(before.requestedShipDate, horizonDays, store.zone) : reservedUntil;
  const posts = first ? [{ subject, kind: 'reservation' as const, at: first, customerId: order.customerId }] : [];
  return {
    decided: null,
    order,
    effects: joinEffects({ audit: [...change.audit], asks: [], posts, events: change.events }, unbound),
  };
}

function releaseMoves(order: OrderCase, { lines, as }: OrderRelease): LineMove[] {
  if (lines === 'all') return moveAll(order.lines, ['held'], as);
  return lines.flatMap(({ line: no, amountMinor }, index) => {
    const line = order.lines.find((one) => one.line === no);
    if (!line || amountMinor > line.minor.held)
      throw new Refusal(
        'amount-exceeds-open',
        { value: amountMinor, open: line?.minor.held ?? 0 },
        { pointer: `/lines/${index}` },
      );
    return moveSome(line, amountMinor, ['held'], as);
  });
}

async function reservedUntilOf({ tx, at, store }: Work, shipDate: BusinessDate): Promise<Instant> {
  const { reservationDays } = await rulesInForce(store);
  const from = shipDate > at.today ? shipDate : at.today;
  const { rows } = await sql<{ until: Instant }>`
    select (${from}::date + ${reservationDays}::int + 1)::timestamp at time zone ${store.zone} as until`.execute(tx);
  return rows[0]?.until ?? at.now;
}

async function settleRelease(
  { tx, at }: Work,
  order: OrderCase,
  {
    rejected,
    reservedUntil,
    beyond,
    prepaid,
  }: { rejected: boolean; reservedUntil: Instant | null; beyond: boolean; prepaid: boolean },
): Promise<void> {
  await tx
    .updateTable('sales_order')
    .set({
      decision: rejected ? 'rejected' : 'approved',
      state: rejected ? 'cancelled' : 'open',
      prepaid: prepaid || order.prepaid,
      reserved_until: reservedUntil,
      beyond_horizon: beyond,
      version: order.version + 1,
      updated_at: at.now,
    })
    .where('id', '=', order.id)
    .execute();
}

/** The decision of a person beside those of the checks; what was approved is what the tolerance of later changes is measured by. */
async function keepRelease(
  { tx, at, store }: Work,
  { order, actor, rejected, release }: { order: OrderCase; actor: Actor; rejected: boolean; release: OrderRelease },
): Promise<void> {
  const cancelled = order.lines.reduce((sum, line) => sum + line.minor.cancelled, 0);
  const reasons: OrderReason[] = [
    { code: 'released', figures: { by: actor.id, amountMinor: order.amountMinor - cancelled, reason: release.reason } },
  ];
  const { version } = await rulesInForce(store);
  await sql`
    with a as (
      update sales_order set approved_minor = ${rejected ? null : order.amountMinor - cancelled}::bigint, approved_on = ${rejected ? null : at.today}::date
      where id = ${order.id}::uuid returning account_id)
    insert into order_decision (order_id, version, at, decision, amount_minor, reasons, before_minor, after_minor, currency, account_version, policy_version, actor)
    select ${order.id}::uuid, ${order.version}::int, ${at.now}::timestamptz, ${order.decision}, ${order.amountMinor}::bigint, ${JSON.stringify(reasons)}::jsonb,
      e.exposure, e.exposure, c.currency, c.version, ${version}, ${actor.id}
    from a join credit_account c on c.id = a.account_id,
      lateral (select c.reserved_minor + c.ordered_minor + c.delivered_minor + c.open_minor + c.bills_minor - c.deposits_minor as exposure) e`.execute(
    tx,
  );
}
