import { sql } from 'kysely';
import type { AuditFact } from '../../domain/platform/audit.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import { realWaitMs } from '../../domain/platform/clock.ts';
import { workflowId } from '../../domain/platform/subject.ts';
import { missingOf } from '../../domain/shipments/ground.ts';
import type { Evidence, GivenGround, NoticeStanding } from '../../domain/shipments/ground.ts';
import type {
  HoldAct,
  ShipmentHoldAnswer,
  ShipmentHoldPlan,
  ShipmentHoldState,
  ShipmentHoldStep,
} from '../../domain/shipments/hold.ts';
import { endOfShipmentHold, planShipmentHold } from '../../domain/shipments/hold-plan.ts';
import type { ShipmentHoldFacts, ShipmentHoldVerdict } from '../../domain/shipments/hold-plan.ts';
import { sayHoldWhy } from '../../domain/shipments/hold-words.ts';
import type { ShipmentReason } from '../../domain/shipments/judge.ts';
import type { Tx } from '../platform/database.ts';
import type { Answer, Ask, EventFact, Moment, Store, Unchanged, Written, Work } from '../platform/transaction.ts';
import { lockAccounts } from '../credit/accounts.ts';
import { answeredOf, readSeats, routeOfSeats, seatsOf, standDown } from '../approvals/approvals.ts';
import type { Decided, SeatCase } from '../approvals/approvals.ts';
import type { Change } from '../approvals/decision-update.ts';
import { readOrderCase } from '../orders/orders.ts';
import type { OrderCase } from '../orders/orders.ts';
import { addEffects } from '../platform/effects.ts';

/** A line of the request a hold is about. */
export interface HeldLine {
  line: number;
  requested: string;
  allowed: string;
  issued: string;
  dropped: string;
  waiting: string;
}

/** What the first tier proposed. */
export interface HoldOffer {
  act: HoldAct;
  lines: readonly { line: number; quantity: string }[];
}

/** A hold of a shipment with its order, lines and seats, as its rows stand. */
export interface ShipmentHoldCase {
  id: string;
  requestId: string;
  request: string;
  externalId: string;
  customerId: string;
  owner: string | null;
  region: string | null;
  state: ShipmentHoldState;
  forced: boolean;
  reasons: readonly ShipmentReason[];
  requestedBy: string;
  ground: GivenGround | null;
  evidence: readonly (Evidence & { by: string; at: Instant })[];
  /** Of the newest message that carried the notice; null: none was asked for. */
  notice: { state: string; message: string | null; outbox: boolean; sentAt: Instant | null; deliveredAt: Instant | null } | null;
  noticedAt: Instant | null;
  arrivedAt: Instant | null;
  byHand: { by: string; how: string } | null;
  respondBy: Instant | null;
  respondedAt: Instant | null;
  openedAt: Instant;
  round: number;
  toldAt: Instant | null;
  offer: HoldOffer | null;
  outcome: { act: HoldAct | 'judged' | 'order-ended'; by: string | null } | null;
  securedMinor: number;
  withheldMinor: number;
  policyVersion: string;
  seq: number;
  step: ShipmentHoldStep;
  at: Instant | null;
  whyCode: string;
  asked: number;
  /** What the process has answered so far. */
  heard: number;
  order: OrderCase;
  lines: HeldLine[];
  seats: SeatCase[];
  answered: string[];
}

export const holdProcess = (id: string): string => workflowId('shipment-hold', id);

const iso = (column: string) => sql`to_char(${sql.raw(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Locks customer, order and accounts, then the hold, as everybody does, and reads it. Null: no such hold. */
export async function lockShipmentHold(tx: Tx, id: string): Promise<ShipmentHoldCase | null> {
  const { rows: found } = await sql<{ customerId: string; orderId: string }>`
    select customer_id as "customerId", order_id as "orderId" from shipment_hold where id = ${id}::uuid`.execute(tx);
  const of = found[0];
  if (!of) return null;
  await sql`select from customer where id = ${of.customerId}::uuid for no key update`.execute(tx);
  await sql`select from sales_order where id = ${of.orderId}::uuid for no key update`.execute(tx);
  const order = await readOrderCase(tx, of.orderId);
  await lockAccounts(tx, [order.accountId]);
  const { rows } = await sql<Omit<ShipmentHoldCase, 'order' | 'seats' | 'answered'>>`
    select h.id, h.request_id as "requestId", r.external_id as request, r.external_id as "externalId", h.customer_id as "customerId", c.owner, c.region,
      h.state, h.forced, h.reasons, h.requested_by as "requestedBy", h.ground, h.evidence, h.noticed_at as "noticedAt", h.arrived_at as "arrivedAt",
      h.notice_by_hand as "byHand", h.respond_by as "respondBy", h.responded_at as "respondedAt", h.opened_at as "openedAt", h.round,
      h.told_at as "toldAt", h.offer, h.outcome, h.secured_minor as "securedMinor", h.withheld_minor as "withheldMinor",
      r.policy_version as "policyVersion", h.seq, h.plan_step as step, h.plan_at as at, h.plan_why ->> 'code' as "whyCode", coalesce(w.asked, 0) as asked, coalesce(w.answered, 0) as heard,
      (select jsonb_build_object('state', n.state, 'message', m.state, 'outbox', coalesce(m.outbox, false), 'sentAt', ${iso('m.sent_at')},
        'deliveredAt', ${iso('m.delivered_at')}) from notice n left join message m on m.id = n.message_id
        where n.process = 'shipment-hold-' || h.id order by n.requested_at desc, n.id desc limit 1) as notice,
      (select jsonb_agg(jsonb_build_object('line', l.line, 'requested', trim_scale(l.requested)::text, 'allowed', trim_scale(l.allowed)::text,
        'issued', trim_scale(l.issued)::text, 'dropped', trim_scale(l.dropped)::text,
        'waiting', trim_scale(l.requested - l.allowed - l.dropped)::text) order by l.line)
        from shipment_request_line l where l.request_id = h.request_id) as lines
    from shipment_hold h join shipment_request r on r.id = h.request_id join customer c on c.id = h.customer_id
      left join wake w on w.subject = 'shipment-hold-' || h.id
    where h.id = ${id}::uuid for update of h`.execute(tx);
  const row = rows[0];
  if (!row) return null;
  const process = holdProcess(id);
  return { ...row, order, seats: await readSeats(tx, process, row.round), answered: await answeredOf(tx, process) };
}

/** How far the customer has been told: by a message that left the house, or by a person. What stays in the outbox tells nobody. */
export function noticeOf({
  notice,
  noticedAt,
  arrivedAt,
  byHand,
}: Pick<ShipmentHoldCase, 'notice' | 'noticedAt' | 'arrivedAt' | 'byHand'>): NoticeStanding {
  if (byHand) return { state: 'given', givenAt: noticedAt, arrivedAt };
  if (!notice) return { state: 'none', givenAt: null, arrivedAt: null };
  const { state, message, outbox, sentAt, deliveredAt } = notice;
  if (message === 'delivered') return { state: 'given', givenAt: sentAt ?? deliveredAt, arrivedAt: deliveredAt };
  if (message === 'sent' && !outbox) return { state: 'given', givenAt: sentAt, arrivedAt: null };
  const lost = state === 'dropped' || (state === 'taken' && outbox);
  return { state: lost ? 'by-hand' : 'requested', givenAt: null, arrivedAt: null };
}

/** What the pure plan looks at. */
export async function holdFacts(store: Store, found: ShipmentHoldCase): Promise<ShipmentHoldFacts> {
  const { current } = await store.policies.current();
  return {
    state: found.state,
    openedAt: found.openedAt,
    told: found.toldAt !== null,
    ground: found.ground?.ground ?? null,
    evidence: found.evidence.length,
    notice: noticeOf(found),
    respondBy: found.respondBy,
    responded: found.respondedAt !== null,
    responseDays: current['credit-rules'].content.holds.shipmentResponseDays,
  };
}

export const missingIn = (found: ShipmentHoldCase) =>
  missingOf(found.ground?.ground ?? null, found.evidence.length, noticeOf(found).state);

/** Who decides on it, for the seats of its round. */
export const decidedOn = (found: ShipmentHoldCase): Decided => ({
  process: holdProcess(found.id),
  customerId: found.customerId,
  round: found.round,
  requestedBy: found.requestedBy,
  subject: `shipment request ${found.request}`,
  about: { request: found.request, order: found.order.externalId, reasons: found.reasons.map(({ code }) => code) },
  work: 'release',
});

const about = (found: ShipmentHoldCase) => ({ subjectKind: 'shipment-hold', subjectId: found.id, customerId: found.customerId });

/** A fact about a hold, with the event that tells it. */
export function tellHold(
  found: ShipmentHoldCase,
  action: string,
  fact: Partial<AuditFact> = {},
  data: Record<string, unknown> = {},
): { audit: AuditFact; event: EventFact } {
  const named = { request: found.request, order: found.order.externalId };
  return {
    audit: { ...about(found), action, ...fact },
    event: { ...about(found), kind: action, data: { ...named, ...data } },
  };
}

/** What whoever acted is told. */
export const answerOf = (found: ShipmentHoldCase): ShipmentHoldAnswer => ({
  state: found.state,
  round: found.round,
  route: routeOfSeats(found.seats),
  missing: missingIn(found),
  lines: found.lines.map(({ line, requested, allowed, dropped, waiting }) => ({ line, requested, allowed, dropped, waiting })),
});

/** The plan as the workflow holds it. */
export function holdPlan(found: ShipmentHoldCase, verdict: ShipmentHoldVerdict, at: Moment): ShipmentHoldPlan {
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
    missing: missingIn(found),
    statutory: found.ground?.ground.kind === 'statutory',
    groundBy: found.ground?.by ?? null,
    respondBy: found.respondBy,
    answered: found.answered,
  };
}

/** Ends a hold of which nothing waits: its seats and work orders are not needed, and holds that stood behind it look again. */
export async function closeHold(work: Work, found: ShipmentHoldCase): Promise<Change | null> {
  const { tx, at } = work;
  if (found.state !== 'open') return null;
  const orderOpen = found.order.state === 'open';
  const end = endOfShipmentHold(found.lines, { rescinded: found.outcome?.act === 'rescind', orderOpen });
  if (!end) return null;
  const outcome = found.outcome ?? { act: orderOpen ? ('judged' as const) : ('order-ended' as const), by: null };
  await sql`
    update shipment_hold set state = ${end}, closed_at = ${at.now}::timestamptz, withheld_minor = 0, outcome = ${JSON.stringify(outcome)}::jsonb
    where id = ${found.id}::uuid`.execute(tx);
  await sql`update shipment_request set closed_at = ${at.now}::timestamptz where id = ${found.requestId}::uuid`.execute(tx);
  const effects = await standDown(work, holdProcess(found.id), end);
  const { rows } = await sql<Ask>`
    select 'shipment-hold-' || h.id as subject, 'shipment-hold' as kind, h.customer_id as "customerId" from shipment_hold h
    where h.customer_id = ${found.customerId}::uuid and h.state = 'open' order by 1`.execute(tx);
  effects.asks.push(...rows);
  const { audit, event } = tellHold(
    found,
    `shipment-hold.${end}`,
    { before: { state: found.state }, after: { state: end, lines: found.lines, ...outcome } },
    { state: end },
  );
  return { audit: [audit], effects, events: [event] };
}

/**
 * Reads the hold again as the transaction leaves it, ends it when nothing waits, stores what it calls for next, and answers the bell. `seq`
 * counts each change of what anybody may see.
 */
export async function settleHold(
  work: Work,
  before: ShipmentHoldCase,
  change: Change,
): Promise<Written<ShipmentHoldPlan> | Unchanged<ShipmentHoldPlan>> {
  const { tx, at, store } = work;
  const id = before.id;
  let found = await relock(tx, id);
  const closed = await closeHold(work, found);
  if (closed) {
    change.audit.push(...closed.audit);
    change.events.push(...closed.events);
    addEffects(change.effects, closed.effects);
    found = await relock(tx, id);
  }
  const verdict = planShipmentHold(await holdFacts(store, found), at.now);
  const moved =
    change.audit.length > 0 || change.effects.audit.length > 0 || found.step !== verdict.step || !sameInstant(found, verdict);
  const seq = moved ? found.seq + 1 : found.seq;
  const answer: Answer = { subject: holdProcess(id), asked: before.asked, at: verdict.at };
  const value = holdPlan({ ...found, seq }, verdict, at);
  if (!moved) return { value, audit: null, answer };
  await sql`
    update shipment_hold set seq = ${seq}, plan_step = ${verdict.step}, plan_at = ${verdict.at}, plan_why = ${JSON.stringify(verdict.why)}::jsonb
    where id = ${id}::uuid`.execute(tx);
  if (stillWaits(found, verdict, change)) return { value, audit: null, answer };
  const { audit: planned } = tellHold(found, 'shipment-hold.planned', {
    reason: verdict.why.code,
    after: { state: found.state, step: verdict.step, at: verdict.at, why: verdict.why },
  });
  return {
    value,
    audit: [planned, ...change.audit, ...change.effects.audit],
    asks: change.effects.asks,
    posts: change.effects.posts,
    events: [...change.events, ...change.effects.events],
    answer,
  };
}

export async function relock(tx: Tx, id: string): Promise<ShipmentHoldCase> {
  const found = await lockShipmentHold(tx, id);
  if (!found) throw new Error('a shipment hold was gone in the middle of its transaction');
  return found;
}

/** It waits for what it waited for, and nothing happened: only its next look moves on, which is no news for the record. */
const stillWaits = (found: ShipmentHoldCase, verdict: ShipmentHoldVerdict, { audit, effects, events }: Change): boolean =>
  found.step === verdict.step &&
  found.whyCode === verdict.why.code &&
  [audit, events, effects.audit, effects.asks, effects.posts, effects.events].every((written) => written.length === 0);

const sameInstant = (found: ShipmentHoldCase, verdict: ShipmentHoldVerdict): boolean =>
  // A step that is due now moves with the clock: only its kind is news.
  found.at === verdict.at || (verdict.due && found.at !== null && found.at <= (verdict.at ?? ''));

export const unknownHold = ({ seq }: { seq: number | null }): ShipmentHoldPlan => ({
  seq: seq ?? 0,
  step: 'close',
  at: null,
  waitMs: null,
  why: 'the database does not know this hold',
  state: 'rescinded',
  round: 0,
  requestedBy: '',
  seats: [],
  missing: [],
  statutory: false,
  groundBy: null,
  respondBy: null,
  answered: [],
});
