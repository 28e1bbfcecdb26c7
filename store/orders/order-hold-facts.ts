import { sql } from 'kysely';
import type { AuditFact } from '../../domain/platform/audit.ts';
import { addMs } from '../../domain/platform/calendar.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import { realWaitMs } from '../../domain/platform/clock.ts';
import { workflowId } from '../../domain/platform/subject.ts';
import type { OrderReason } from '../../domain/orders/check.ts';
import { sayHoldWhy } from '../../domain/orders/hold-words.ts';
import { endOfHold, planOrderHold } from '../../domain/orders/order-hold.ts';
import type {
  OrderHoldFacts,
  OrderHoldPlan,
  OrderHoldState,
  OrderHoldStep,
  OrderHoldVerdict,
} from '../../domain/orders/order-hold.ts';
import type { Offer } from '../../domain/orders/release.ts';
import type { Tx } from '../platform/database.ts';
import type { EventFact, Moment, Store, Unchanged, Written, Work } from '../platform/transaction.ts';
import { answeredOf, readSeats, seatsOf, standDown } from '../approvals/approvals.ts';
import type { Decided, SeatCase } from '../approvals/approvals.ts';
import { addChange } from '../approvals/decision-update.ts';
import type { Change } from '../approvals/decision-update.ts';
import { readOrderCase } from './orders.ts';
import type { OrderCase } from './orders.ts';

/** A hold with its order and its seats, as their rows stand. */
export interface OrderHoldCase {
  id: string;
  customerId: string;
  region: string | null;
  owner: string | null;
  state: OrderHoldState;
  forced: boolean;
  reasons: readonly OrderReason[];
  /** Whoever asked for what this round decides. */
  requestedBy: string;
  openedAt: Instant;
  expiresAt: Instant;
  warnedAt: Instant | null;
  round: number;
  routedAt: Instant | null;
  routedVersion: number | null;
  routedMinor: number | null;
  policyVersion: string | null;
  offer: Offer;
  judged: string | null;
  seq: number;
  step: OrderHoldStep;
  at: Instant | null;
  asked: number;
  /** What the process has answered so far. */
  heard: number;
  order: OrderCase;
  /** Whoever last put the order or had it opened again, and which version that was. */
  askedBy: string;
  askedVersion: number;
  seats: SeatCase[];
  answered: string[];
}

/** Who judges held orders anew by itself. */
export const HOLD_ACTOR = 'order-hold';

export const processOfHold = (id: string): string => workflowId('order-hold', id);

/** Locks the customer, its order, then the hold, and reads them with the seats: the order of locks for everybody. Null: no such hold. */
export async function lockHold(tx: Tx, id: string): Promise<OrderHoldCase | null> {
  await sql`select from customer where id = (select customer_id from order_hold where id = ${id}::uuid) for no key update`.execute(
    tx,
  );
  await sql`select from sales_order where id = (select order_id from order_hold where id = ${id}::uuid) for no key update`.execute(
    tx,
  );
  const { rows } = await sql<Omit<OrderHoldCase, 'order' | 'seats' | 'answered'> & { orderId: string }>`
    select h.id, h.customer_id as "customerId", c.region, c.owner, h.state, h.forced, h.reasons, h.requested_by as "requestedBy",
      h.opened_at as "openedAt", h.expires_at as "expiresAt", h.warned_at as "warnedAt", h.round, h.routed_at as "routedAt",
      h.routed_version as "routedVersion", h.routed_minor as "routedMinor", h.policy_version as "policyVersion", h.offer, h.judged, h.seq,
      h.plan_step as step, h.plan_at as at, coalesce(w.asked, 0) as asked, coalesce(w.answered, 0) as heard, o.id as "orderId", coalesce(q.actor, h.requested_by) as "askedBy", coalesce(q.version, 0) as "askedVersion"
    from order_hold h join customer c on c.id = h.customer_id join sales_order o on o.id = h.order_id
      left join wake w on w.subject = 'order-hold-' || h.id
      left join lateral (select d.actor, d.version from order_decision d where d.order_id = o.id and d.decision = 'held' and d.actor <> ${HOLD_ACTOR}
        order by d.version desc limit 1) q on true
    where h.id = ${id}::uuid for no key update of h`.execute(tx);
  const row = rows[0];
  if (!row) return null;
  const { orderId, ...hold } = row;
  const process = processOfHold(id);
  const [order, seats, answered] = [
    await readOrderCase(tx, orderId),
    await readSeats(tx, process, hold.round),
    await answeredOf(tx, process),
  ];
  return { ...hold, order, seats, answered };
}

/** What of the order is held. */
export const heldOf = ({ order }: Pick<OrderHoldCase, 'order'>): number =>
  order.lines.reduce((sum, line) => sum + line.minor.held, 0);

/** Whether the way was laid for the order as it is: as it was last asked for, and for no less than is held. */
const isRouted = (found: OrderHoldCase): boolean =>
  found.routedVersion === found.askedVersion && heldOf(found) <= (found.routedMinor ?? 0);

/** What the pure plan looks at. */
export async function factsOfHold(store: Store, found: OrderHoldCase): Promise<OrderHoldFacts> {
  const { current } = await store.policies.current();
  const { warnDays } = current['credit-rules'].content.holds;
  const { state, expiresAt, seats, order } = found;
  return {
    ...{ state, expiresAt, seats },
    orderState: order.state,
    decision: order.decision,
    heldMinor: heldOf(found),
    routed: isRouted(found),
    warnAt: addMs(expiresAt, -warnDays * 86_400_000),
    warned: found.warnedAt !== null,
  };
}

/** Who decides on it, for the seats of its round. */
export const decidedOfHold = (found: OrderHoldCase): Decided => ({
  process: processOfHold(found.id),
  customerId: found.customerId,
  round: found.round,
  requestedBy: found.requestedBy,
  subject: `order ${found.order.externalId}`,
  about: {
    order: found.order.externalId,
    heldMinor: heldOf(found),
    currency: found.order.currency,
    reasons: found.reasons.map(({ code }) => code),
  },
  work: 'release',
});

const aboutHold = ({ id, customerId }: Pick<OrderHoldCase, 'id' | 'customerId'>) => ({
  subjectKind: 'order-hold',
  subjectId: id,
  customerId,
});

/** A fact about a hold, with the event that tells it. */
export function tellHold(
  found: OrderHoldCase,
  action: string,
  { after, ...fact }: Partial<AuditFact> & { after?: Record<string, unknown> } = {},
  data: Record<string, unknown> = {},
): { audit: AuditFact; event: EventFact } {
  const order = found.order.externalId;
  return {
    audit: { ...aboutHold(found), action, ...fact, after: { order, ...after } },
    event: { ...aboutHold(found), kind: action, data: { order, ...data } },
  };
}

/** Writes how the hold ended, and stands down what is still open of it. */
export async function closeHold(
  work: Work,
  found: OrderHoldCase,
  state: Exclude<OrderHoldState, 'open'>,
  outcome: { by: string; reason: string | null } & Record<string, unknown>,
): Promise<Change> {
  const { tx, at } = work;
  await sql`
    update order_hold set state = ${state}, closed_at = ${at.now}::timestamptz, outcome = ${JSON.stringify(outcome)}::jsonb
    where id = ${found.id}::uuid`.execute(tx);
  const effects = await standDown(work, processOfHold(found.id), state);
  const { audit, event } = tellHold(
    found,
    `order-hold.${state}`,
    { reason: outcome.reason, before: { state: found.state }, after: { state, ...outcome } },
    { by: outcome.by },
  );
  return { audit: [audit], effects, events: [event] };
}

/** The plan as the workflow holds it. */
function planOf(found: OrderHoldCase, verdict: OrderHoldVerdict, at: Moment): OrderHoldPlan {
  return {
    seq: found.seq,
    step: verdict.step,
    at: verdict.at,
    waitMs: realWaitMs(at.clock, verdict.at, at.now),
    why: sayHoldWhy(verdict.why, 'en'),
    reason: verdict.why,
    state: found.state,
    round: found.round,
    requestedBy: found.requestedBy,
    seats: seatsOf(found.seats),
    answered: found.answered,
  };
}

async function again(tx: Tx, id: string): Promise<OrderHoldCase> {
  const found = await lockHold(tx, id);
  if (!found) throw new Error('a hold was gone in the middle of its transaction');
  return found;
}

/**
 * Reads the hold again as the transaction leaves it, ends it when its order holds nothing any more, stores what it calls for next, and
 * answers the bell. `seq` counts each change of what anybody may see.
 */
export async function settleHold(
  work: Work,
  before: OrderHoldCase,
  change: Change,
): Promise<Written<OrderHoldPlan> | Unchanged<OrderHoldPlan>> {
  const { tx, at, store } = work;
  let found = await again(tx, before.id);
  const end = endOfHold(await factsOfHold(store, found));
  if (end) {
    const reason = found.order.state === 'open' ? `order-${found.order.decision}` : `order-${found.order.state}`;
    addChange(change, await closeHold(work, found, end, { by: 'check', reason }));
    found = await again(tx, before.id);
  }
  const verdict = planOrderHold(await factsOfHold(store, found), at.now);
  const moved =
    change.audit.length > 0 || change.effects.audit.length > 0 || found.step !== verdict.step || !sameInstant(found, verdict);
  const seq = moved ? found.seq + 1 : found.seq;
  // A closed hold hears no more: what its own end rang is answered with it.
  const asked = found.state === 'open' ? before.asked : found.asked;
  const answer = { subject: processOfHold(found.id), asked, at: verdict.at };
  const value = planOf({ ...found, seq }, verdict, at);
  if (!moved) return { value, audit: null, answer };
  await sql`
    update order_hold set seq = ${seq}, plan_step = ${verdict.step}, plan_at = ${verdict.at}, plan_why = ${JSON.stringify(verdict.why)}::jsonb
    where id = ${found.id}::uuid`.execute(tx);
  const planned = tellHold(found, 'order-hold.planned', {
    reason: verdict.why.code,
    after: { state: found.state, round: found.round, step: verdict.step, at: verdict.at, why: verdict.why },
  });
  return {
    value,
    audit: [planned.audit, ...change.audit, ...change.effects.audit],
    asks: change.effects.asks,
    posts: change.effects.posts,
    events: [...change.events, ...change.effects.events],
    answer,
  };
}

const sameInstant = (found: OrderHoldCase, verdict: OrderHoldVerdict): boolean =>
  // A step that is due now moves with the clock: only its kind is news.
  found.at === verdict.at || (verdict.due && found.at !== null && found.at <= (verdict.at ?? ''));

export const unknownHold = ({ seq }: { seq: number | null }): OrderHoldPlan => ({
  seq: seq ?? 0,
  step: 'close',
  at: null,
  waitMs: null,
  why: 'the database does not know this hold',
  state: 'lapsed',
  round: 0,
  requestedBy: '',
  seats: [],
  answered: [],
});
