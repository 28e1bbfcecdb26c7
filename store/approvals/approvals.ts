import { sql } from 'kysely';
import type { AuditFact } from '../../domain/platform/audit.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import type { Role } from '../../domain/platform/actor.ts';
import { workOrderWorkflowId } from '../../domain/platform/subject.ts';
import { isOpenSeat } from '../../domain/approvals/seats.ts';
import type { Hat, Seat, TierState } from '../../domain/approvals/seats.ts';
import type { RouteSeat } from '../../domain/credit/application.ts';
import type { Database, Tx } from '../platform/database.ts';
import type { Work } from '../platform/transaction.ts';
import { openWorkOrder } from '../tasks/work-orders.ts';
import { addEffects, noEffects } from '../platform/effects.ts';
import type { Effects } from '../platform/effects.ts';

/** A seat with all the record holds of it. */
export interface SeatCase extends Seat {
  id: string;
  round: number;
  deadline: Instant | null;
  deadlineDays: number | null;
  orders: number;
  onBehalfOf: string | null;
  decidedAt: Instant | null;
  reason: string | null;
  /** Of its work order, as that stands. */
  order: { id: string; state: string; role: Role; closedBy: string | null; dueAt: Instant } | null;
}

/** What the seats of a process are about. */
export interface Decided {
  /** Workflow id. */
  process: string;
  customerId: string | null;
  round: number;
  requestedBy: string;
  /** Of its work orders, without names: e.g. `application CA-1`. */
  subject: string;
  about: Record<string, unknown>;
  /** What kind of work orders its seats get, each by its role. */
  work: 'approval' | 'release' | 'act';
}

/** Reads the seats of a round, by tier and role. Whoever judges by them holds the lock of their process's row. */
export async function readSeats(tx: Tx, process: string, round: number): Promise<SeatCase[]> {
  const { rows } = await sql<SeatCase>`
    select a.id, a.round, a.tier, a.role, a.state, a.roles, coalesce(a.deadline, o.due_at) as deadline, a.deadline_days as "deadlineDays",
      a.orders, a.decided_by as "by", a.on_behalf_of as "onBehalfOf", a.decided_at as "decidedAt", a.reason,
      case when o.id is not null then jsonb_build_object('id', o.id, 'role', o.role, 'closedBy', o.closed_by, 'dueAt', o.due_at,
        'state', case when o.closed_at is not null then 'closed' else o.state end) end as "order"
    from approval a left join work_order o on o.id = a.work_order_id
    where a.process = ${process} and a.round = ${round} order by a.tier, a.role`.execute(tx);
  return rows.map((row) => ({ ...row, order: row.order && { ...row.order, dueAt: new Date(row.order.dueAt).toISOString() } }));
}

/** The seats as a plan carries them. */
export const seatsOf = (seats: readonly SeatCase[]): Seat[] =>
  seats.map(({ tier, role, state, roles, by }) => ({ tier, role, state, roles, by }));

/** The seats as people see them. */
export const routeOfSeats = (seats: readonly SeatCase[]): RouteSeat[] =>
  seats.map(({ tier, role, state, deadline, by, onBehalfOf, decidedAt, reason }) => ({
    ...{ tier, role, state, deadline, onBehalfOf, reason },
    decidedBy: by,
    at: decidedAt,
  }));

/** The seats of all rounds of a process, those of its present round apart. */
export async function readRoute(
  db: Database | Tx,
  process: string,
  round: number,
): Promise<{ route: RouteSeat[]; earlierRounds: (RouteSeat & { round: number })[] }> {
  const { rows } = await sql<RouteSeat & { round: number }>`
    select round, tier, role, state, deadline, decided_by as "decidedBy", on_behalf_of as "onBehalfOf", decided_at as at, reason,
      dossier_hash as "creditFile"
    from approval where process = ${process} order by round, tier, role`.execute(db);
  const present = rows.filter((seat) => seat.round === round);
  return {
    route: present.map(({ tier, role, state, deadline, decidedBy, onBehalfOf, at, reason, creditFile }) => ({
      ...{ tier, role, state, deadline, decidedBy, onBehalfOf, at, reason, creditFile },
    })),
    earlierRounds: rows.filter((seat) => seat.round !== round),
  };
}

/** Lays the way of a round: all seats waiting; `openTier` opens the first. */
async function laySeats(
  tx: Tx,
  of: Decided,
  tiers: readonly { roles: readonly Role[]; deadlineWorkingDays: number }[],
): Promise<void> {
  const rows = tiers.flatMap(({ roles, deadlineWorkingDays }, at) =>
    roles.map((role) => ({ tier: at + 1, role, days: deadlineWorkingDays })),
  );
  await sql`
    insert into approval (process, round, tier, role, requested_by, deadline_days, roles)
    select ${of.process}, ${of.round}, x.tier, x.role, ${of.requestedBy}, x.days, jsonb_build_array(x.role)
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(tier int, role text, days int)`.execute(tx);
}

/** Lays the way of a round and opens its first tier. */
export async function openRound(work: Work, of: Decided, tiers: Parameters<typeof laySeats>[2]): Promise<Effects> {
  const { tx } = work;
  await laySeats(tx, of, tiers);
  return (await openTier(work, of)) ?? noEffects();
}

/** Opens the lowest tier that waits: each of its seats gets a work order with its deadline. Null when no tier waits. */
export async function openTier(work: Work, of: Decided): Promise<Effects | null> {
  const { tx, at } = work;
  const seats = await readSeats(tx, of.process, of.round);
  const waiting = seats.filter(({ state }) => state === 'waiting');
  const [next] = waiting;
  if (!next) return null;
  const effects = noEffects();
  for (const seat of waiting.filter(({ tier }) => tier === next.tier)) {
    await sql`update approval set state = 'open', opened_at = ${at.now}::timestamptz where id = ${seat.id}::uuid`.execute(tx);
    addEffects(effects, await giveOrder(work, of, seat));
  }
  return effects;
}

/** The role's work order for its seat; one that was closed without a decision is followed by another. */
async function giveOrder(work: Work, of: Decided, seat: SeatCase): Promise<Effects> {
  const { tx } = work;
  const key = `${of.process}/round/${of.round}/tier/${seat.tier}/${seat.role}/${seat.orders + 1}`;
  const effects = await openWorkOrder(work, {
    key,
    kind: `${of.work}-${seat.role.replaceAll('_', '-')}`,
    customerId: of.customerId,
    process: of.process,
    subject: of.subject,
    reason: { ...of.about, tier: seat.tier, round: of.round },
    ...(seat.deadlineDays !== null && { deadlineWorkingDays: seat.deadlineDays }),
  });
  await sql`
    update approval a set orders = a.orders + 1, work_order_id = o.id, deadline = coalesce(a.deadline, o.due_at)
    from work_order o where o.key = ${key} and a.id = ${seat.id}::uuid`.execute(tx);
  return effects;
}

/**
 * Follows what became of the work orders of open seats: one that was handed on lets the next role decide too, one that somebody closed
 * without deciding is given anew. Answers what it did.
 */
export async function followOrders(
  work: Work,
  of: Decided,
  seats: readonly SeatCase[],
): Promise<Effects & { escalated: { tier: number; role: Role; to: Role }[] }> {
  const { tx } = work;
  const done = { ...noEffects(), escalated: [] as { tier: number; role: Role; to: Role }[] };
  for (const seat of seats.filter(isOpenSeat)) {
    if (!seat.order || seat.order.state === 'closed' || seat.order.state === 'done' || seat.order.state === 'cancelled') {
      addEffects(done, await giveOrder(work, of, seat));
      continue;
    }
    const to = seat.order.role;
    if (seat.order.state !== 'escalated' || seat.roles.includes(to)) continue;
    await sql`
      update approval set state = 'escalated', roles = roles || to_jsonb(${to}::text), deadline = ${seat.order.dueAt}::timestamptz
      where id = ${seat.id}::uuid`.execute(tx);
    done.escalated.push({ tier: seat.tier, role: seat.role, to });
  }
  return done;
}

/** What somebody decided at a seat. */
export interface SeatDecision {
  state: Extract<TierState, 'approved' | 'declined' | 'returned' | 'countered'>;
  by: string;
  hat: Hat;
  reason: string;
  verdict: Record<string, unknown>;
  updateId: string;
  dossierHash: string | null;
}

/** Writes a decision to its seat and ends its work order as done by whoever decided. */
export async function takeSeat(work: Work, seat: SeatCase, decision: SeatDecision): Promise<Effects> {
  const { tx, at } = work;
  await sql`
    update approval set state = ${decision.state}, decided_by = ${decision.by}, on_behalf_of = ${decision.hat.onBehalfOf},
      decided_at = ${at.now}::timestamptz, verdict = ${JSON.stringify(decision.verdict)}::jsonb, reason = ${decision.reason},
      update_id = ${decision.updateId}, dossier_hash = ${decision.dossierHash}
    where id = ${seat.id}::uuid`.execute(tx);
  return seat.order ? endOrders(work, decision.by, decision.state, sql`id = ${seat.order.id}::uuid`) : noEffects();
}

/** What is still open of a process is not needed any more: seats go back to waiting, their work orders end. */
export async function standDown(work: Work, process: string, outcome: string): Promise<Effects> {
  const { tx } = work;
  await sql`update approval set state = 'waiting' where process = ${process} and state in ('open', 'escalated')`.execute(tx);
  return endOrders(work, 'system', outcome, sql`process = ${process}`);
}

async function endOrders(
  { tx, at }: Work,
  by: string,
  outcome: string,
  which: ReturnType<typeof sql<boolean>>,
): Promise<Effects> {
  const { rows } = await sql<{ id: string; customerId: string | null; kind: string }>`
    update work_order set closed_at = ${at.now}::timestamptz, closed_by = ${by}, outcome = ${outcome}
    where ${which} and closed_at is null returning id, customer_id as "customerId", kind`.execute(tx);
  const action = by === 'system' ? 'work-order.cancelled' : 'task.completed';
  const audit = rows.map(({ id, customerId, kind }): AuditFact => ({
    action,
    subjectKind: 'work-order',
    subjectId: id,
    customerId,
    reason: outcome,
    after: { kind, outcome },
  }));
  return {
    audit,
    asks: rows.map(({ id }) => ({ subject: workOrderWorkflowId(id), kind: 'work-order' })),
    posts: [],
    events: audit.map(({ subjectKind, subjectId, customerId = null }) => ({ kind: action, subjectKind, subjectId, customerId })),
  };
}

/** The first answer to an update; null when it was not carried out yet. */
export async function firstAnswer<T>(tx: Tx, updateId: string): Promise<T | null> {
  const { rows } = await sql<{ answer: T }>`select answer from decision_answer where update_id = ${updateId}`.execute(tx);
  return rows[0]?.answer ?? null;
}

/** Keeps the answer to an update for its repeats. */
export async function keepAnswer({ tx, at }: Work, process: string, updateId: string, answer: object): Promise<void> {
  await sql`
    insert into decision_answer (update_id, process, answer, at)
    values (${updateId}, ${process}, ${JSON.stringify(answer)}::jsonb, ${at.now}::timestamptz)`.execute(tx);
}

/** Ids of the updates a process has carried out. */
export async function answeredOf(tx: Tx, process: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select update_id as id from decision_answer where process = ${process} order by at, update_id`.execute(tx);
  return rows.map(({ id }) => id);
}
