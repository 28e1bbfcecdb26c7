import { sql } from 'kysely';
import { planOrderHold } from '../../domain/orders/order-hold.ts';
import type { OrderHoldPlan, OrderHoldStep } from '../../domain/orders/order-hold.ts';
import { moveAll } from '../../domain/orders/order.ts';
import { wholeOffer } from '../../domain/orders/release.ts';
import { systemActor, write } from '../platform/transaction.ts';
import type { Store, Work } from '../platform/transaction.ts';
import { bindDeposits, settleDeposits } from '../ledger/deposits.ts';
import { openWorkOrder } from '../tasks/work-orders.ts';
import { followOrders, openRound, standDown } from '../approvals/approvals.ts';
import { noChange, unheard } from '../approvals/decision-update.ts';
import type { Change } from '../approvals/decision-update.ts';
import { wayOfHold } from './hold-desk.ts';
import { askForRates } from '../ledger/missing-rates.ts';
import {
  HOLD_ACTOR,
  closeHold,
  decidedOfHold,
  factsOfHold,
  heldOf,
  lockHold,
  processOfHold,
  settleHold,
  tellHold,
  unknownHold,
} from './order-hold-facts.ts';
import type { OrderHoldCase } from './order-hold-facts.ts';
import { changeOf, moveOrder, readOrderCase, recheckOrder } from './orders.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

const actor = systemActor(HOLD_ACTOR);

/**
 * Reads the facts anew: judges the order again when its account has news and its hold is not forced, and follows what became of the work
 * orders of its seats.
 */
export function reassessHold(store: Store, input: { id: string; seq: number | null }): Promise<OrderHoldPlan> {
  return write(store, actor, async (work) => {
    const { tx } = work;
    const locked = await lockHold(tx, input.id);
    if (!locked) return { value: unknownHold(input), audit: null };
    const beside = await depositsOf(work, locked);
    const found = (await judgedAnew(work, locked)) ? ((await lockHold(tx, input.id)) ?? locked) : locked;
    addEffects(beside, await ratesOf(work, found));
    if (found.state !== 'open') return settleHold(work, found, { audit: [], effects: beside, events: [] });
    const followed = await followOrders(work, decidedOfHold(found), found.seats);
    const change: Change = { audit: [], effects: followed, events: [] };
    addEffects(change.effects, beside);
    for (const { tier, role, to } of followed.escalated) {
      const { audit, event } = tellHold(found, 'order-hold.escalated', { after: { tier, role, to } }, { tier, role, to });
      change.audit.push(audit);
      change.events.push(event);
    }
    return settleHold(work, found, change);
  });
}

/** Money that came before a prepaid order and names it is a deposit for it. */
async function depositsOf(work: Work, { state, order, customerId }: OrderHoldCase): Promise<Effects> {
  if (state !== 'open' || !order.prepaid) return noEffects();
  return bindDeposits(work, { customerId, externalId: order.externalId, currency: order.currency });
}

/** The check has rung the hold itself, under the lock of the account: read again, all that was asked by then it has judged. */
async function judgedAnew(work: Work, found: OrderHoldCase): Promise<boolean> {
  const { tx, at } = work;
  if (found.state !== 'open' || found.forced || heldOf(found) === 0 || found.expiresAt <= at.now) return false;
  if (found.judged === (await judgedBy(work, found))) return false;
  await recheckOrder(work, found.order.id, { actor });
  await sql`update order_hold set judged = ${await judgedBy(work, found)} where id = ${found.id}::uuid`.execute(tx);
  return true;
}

/** An order that no rate lets count against its limit asks for that rate. */
function ratesOf(work: Work, { state, reasons, order, customerId }: OrderHoldCase): Promise<Effects> {
  const isAsked = state === 'open' && reasons.some(({ code }) => code === 'rate-missing');
  return askForRates(work, isAsked ? [{ customerId, currency: order.currency }] : []);
}

/** What a verdict on the order rests on, in versions: accounts of its payer and group, the rates between their currencies, profile, rules, day. */
async function judgedBy({ tx, at, store }: Work, { order }: OrderHoldCase): Promise<string> {
  const { current } = await store.policies.current();
  const { rows } = await sql<{ accounts: number; profile: number; rates: number }>`
    with s as (
      select s.version, s.currency from credit_account a left join credit_account g on g.id = a.group_account
        join credit_account s on s.kind = 'payer' and s.code = a.code or s.kind = 'group' and s.code = g.code
      where a.id = ${order.accountId}::uuid),
    c as (select distinct currency from s)
    select (select coalesce(sum(version), 0)::bigint from s) as accounts,
      coalesce((select version from credit_profile where customer_id = ${order.customerId}::uuid), 0) as profile,
      (select count(*) from (select base, quote from exchange_rate union all select base, quote from exchange_rate_before) e
        join c as one on one.currency = e.base join c as other on other.currency = e.quote) as rates`.execute(tx);
  return [rows[0]?.accounts, rows[0]?.rates, rows[0]?.profile, current['credit-rules'].version, at.today].join('/');
}

/** Takes the planned step, only if the stored plan is the one asked for and its moment has come. */
export function takeHoldStep(store: Store, step: OrderHoldStep, input: { id: string; seq: number }): Promise<OrderHoldPlan> {
  return write(store, actor, async (work) => {
    const { tx, at } = work;
    const found = unheard(await lockHold(tx, input.id));
    if (!found) return { value: unknownHold(input), audit: null };
    const verdict = planOrderHold(await factsOfHold(store, found), at.now);
    const called = verdict.due && verdict.step === step && input.seq >= found.seq;
    return settleHold(work, found, called ? await takers[step](work, found) : noChange());
  });
}

type Taker = (work: Work, found: OrderHoldCase) => Promise<Change>;

const takers: Record<OrderHoldStep, Taker> = { route, warn, lapse, close: () => Promise.resolve(noChange()) };

/**
 * The approval matrix names the tiers for what is held. An order that was changed or opened again since begins a new round: who approved another order
 * has not approved this one.
 */
async function route(work: Work, found: OrderHoldCase): Promise<Change> {
  const { tx, at } = work;
  const { id, order, customerId, askedBy, askedVersion } = found;
  const first = found.routedAt === null;
  const effects = first ? noEffects() : await standDown(work, processOfHold(id), 'order-changed');
  const heldMinor = heldOf(found);
  const way = await wayOfHold(work, {
    ...{ kind: 'order-hold', customerId, currency: order.currency },
    amountMinor: heldMinor,
  });
  const next = { ...found, round: first ? found.round : found.round + 1, requestedBy: askedBy };
  await sql`
    update order_hold set round = ${next.round}, requested_by = ${next.requestedBy}, routed_at = ${at.now}::timestamptz,
      routed_version = ${askedVersion}, routed_minor = ${heldMinor}::bigint, route_row = ${way.row}, policy_version = ${way.policyVersion},
      warned_at = null, offer = ${JSON.stringify(wholeOffer)}::jsonb where id = ${id}::uuid`.execute(tx);
  addEffects(effects, await openRound(work, decidedOfHold(next), way.tiers));
  const { audit, event } = tellHold(
    next,
    'order-hold.routed',
    { policyVersion: way.policyVersion, after: { round: next.round, row: way.row, tiers: way.tiers, heldMinor } },
    { round: next.round },
  );
  return { audit: [audit], effects, events: [event] };
}

/** Whoever looks after the customer can still bring money, security or an approver. */
async function warn(work: Work, found: OrderHoldCase): Promise<Change> {
  const { tx, at } = work;
  await sql`update order_hold set warned_at = ${at.now}::timestamptz where id = ${found.id}::uuid`.execute(tx);
  const { order, expiresAt } = found;
  const process = processOfHold(found.id);
  const effects = await openWorkOrder(work, {
    key: `${process}/expiring/${found.round}`,
    kind: 'order-hold-expiring',
    customerId: found.customerId,
    process,
    subject: `order ${order.externalId}`,
    reason: { order: order.externalId, expiresAt, heldMinor: heldOf(found), currency: order.currency },
  });
  const { audit, event } = tellHold(found, 'order-hold.expiring', { after: { expiresAt } }, { expiresAt });
  return { audit: [audit], effects, events: [event] };
}

/** The hold has expired: what is held of the order is cancelled. */
async function lapse(work: Work, found: OrderHoldCase): Promise<Change> {
  const { tx, at } = work;
  const before = found.order;
  const left = before.lines.some(({ minor }) => minor.reserved + minor.ordered + minor.prepaid + minor.delivered > 0);
  await tx
    .updateTable('sales_order')
    .set({ state: left ? before.state : 'lapsed', version: before.version + 1, updated_at: at.now })
    .where('id', '=', before.id)
    .execute();
  await moveOrder(work, before.id, moveAll(before.lines, ['held'], 'cancelled'), 'order.lapsed');
  const order = changeOf(before, await readOrderCase(tx, before.id), 'order.lapsed', 'hold-expired');
  const closed = await closeHold(work, found, 'lapsed', { by: 'policy', reason: 'hold-expired' });
  addEffects(closed.effects, await settleDeposits(work, [before.id]));
  return { audit: [...order.audit, ...closed.audit], effects: closed.effects, events: [...order.events, ...closed.events] };
}
