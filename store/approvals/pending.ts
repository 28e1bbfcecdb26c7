import { sql } from 'kysely';
import type { ActName, ActState, ActVerdict } from '../../domain/approvals/act.ts';
import type { Actor } from '../../domain/platform/actor.ts';
import type { AuditFact } from '../../domain/platform/audit.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { Tx } from '../platform/database.ts';
import { openRound, standDown } from './approvals.ts';
import type { Decided } from './approvals.ts';
import { isOurId, LostRace } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import type { Ask, EventFact, Unchanged, Written, Work } from '../platform/transaction.ts';
import { wayOfAct } from './way.ts';
import { asksOf } from '../platform/transaction.ts';
import { contentHash } from '../platform/content-hash.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

/** What of it whoever carries out needs: it runs inside the transaction of the last approval (`store` is bound to it). */
export interface CarryingOut extends Work {
  act: ActCase;
}

/**
 * A kind of act, as its room registers it. `carryOut` does at last what was asked for and says what came of it; it judges the facts anew
 * and throws a Refusal when they no longer allow it. `drop`: what becomes of a booked act that was declined, withdrawn or overtaken.
 */
export interface ActKind<Payload> {
  kind: ActName;
  carryOut(by: CarryingOut, payload: Payload): Promise<Record<string, unknown>>;
  drop?(by: CarryingOut, payload: Payload): Promise<void>;
}

/** What of a receivable is not asked for while an act waits. */
export interface Withheld {
  receivableId: string;
  amountMinor: number;
}

/** What somebody asks for. */
export interface ActProposal<Payload> {
  customerId: string | null;
  /** What it is about: one pending act of a kind on one subject. */
  subject: { kind: string; id: string };
  /** Of its tasks, without names: e.g. `invoice INV-1/1`. */
  about: string;
  /** How much money and how many days are given. */
  given: { amountMinor: number; currency: string } | null;
  days?: number | null;
  /** As people read it: amounts as decimal strings. */
  what: Readonly<Record<string, unknown>>;
  payload: Payload;
  reason: string;
  evidence?: Readonly<Record<string, unknown>> | null;
  /** The ERP has booked it already. */
  booked?: boolean;
  /** What of receivables is not asked for while it waits. */
  withholds?: readonly Withheld[];
}

/** A pending act under its lock. */
export interface ActCase {
  id: string;
  kind: ActName;
  state: ActState;
  customerId: string | null;
  customer: string | null;
  region: string | null;
  owner: string | null;
  subjectKind: string;
  subjectId: string;
  about: string;
  payload: unknown;
  booked: boolean;
  requestedBy: string;
  reason: string;
  expiresAt: Instant | null;
}

/** What a verb answers that asked for an act instead of doing it. */
export interface ActAnswer {
  /** Its id. */
  act: string;
}

/** What became of asking: the act that waits now, and whether it was asked for before already. */
export interface Asked {
  id: string;
  created: boolean;
  effects: Effects;
}

export const processOfAct = (id: string): string => `pending-act-${id}`;

/** Days an act that no ERP has booked waits for its decision. */
const WAITS_DAYS = 30;

/**
 * Asks for an act inside the verb that judged it: keeps it as it is, and opens the tasks of its first tier. Lock the customer first. The
 * same again is the same act. Throws Refusal `act-pending` when another one waits on this subject, `approver-missing` when nobody but
 * whoever asks could decide.
 */
export async function proposeAct<P>(work: Work, { kind }: Pick<ActKind<P>, 'kind'>, asked: ActProposal<P>): Promise<Asked> {
  const { tx, actor } = work;
  const hash = contentHash({ payload: asked.payload, by: actor.id });
  const waiting = await pendingOn(tx, kind, asked.subject);
  if (waiting?.hash === hash) return { id: waiting.id, created: false, effects: noEffects() };
  if (waiting) throw new Refusal('act-pending', { id: waiting.id });
  const way = await wayOfAct(work, {
    kind,
    customerId: asked.customerId,
    given: asked.given,
    days: asked.days ?? null,
    booked: asked.booked ?? false,
  });
  const id = await insertAct(work, kind, asked, hash, way);
  const effects = await openRound(work, decidedOf({ id, kind, ...asked, requestedBy: actor.id }), way.tiers);
  effects.asks.push(...(await withhold(tx, id, asked.withholds ?? [])));
  const about = { subjectKind: 'pending-act', subjectId: id, customerId: asked.customerId };
  effects.audit.unshift({
    ...about,
    action: 'act.proposed',
    reason: asked.reason,
    policyVersion: way.policyVersion,
    after: { kind, about: asked.about, ...asked.what, booked: asked.booked ?? false, payloadHash: hash, row: way.row },
  });
  effects.events.unshift({ ...about, kind: 'act.proposed', data: { kind } });
  return { id, created: true, effects };
}

/** Keeps what is not asked for meanwhile; its receivables look again. */
async function withhold(tx: Tx, act: string, of: readonly Withheld[]): Promise<Ask[]> {
  for (const { receivableId, amountMinor } of of)
    await sql`
      insert into pending_act_receivable (act_id, receivable_id, amount_minor)
      values (${act}::uuid, ${receivableId}::uuid, ${amountMinor}::bigint)`.execute(tx);
  return asksOf(of.map(({ receivableId }) => receivableId));
}

/** The act of a kind that waits on a subject withholds this now, on record; receivables of which it is another amount look again. */
export async function withholdAnew(
  tx: Tx,
  actor: Actor,
  { kind, subject }: { kind: ActName; subject: { kind: string; id: string } },
  of: readonly Withheld[],
): Promise<Effects> {
  const effects = noEffects();
  const waiting = await pendingOn(tx, kind, subject);
  if (!waiting) return effects;
  const { rows } = await sql<Withheld>`
    select receivable_id as "receivableId", amount_minor as "amountMinor" from pending_act_receivable where act_id = ${waiting.id}::uuid`.execute(
    tx,
  );
  const before = new Map(rows.map((row) => [row.receivableId, row.amountMinor]));
  const now = new Map(of.map((one) => [one.receivableId, one.amountMinor]));
  const moved = [...new Set([...before.keys(), ...now.keys()])].filter((id) => before.get(id) !== now.get(id));
  if (moved.length === 0) return effects;
  await sql`delete from pending_act_receivable where act_id = ${waiting.id}::uuid`.execute(tx);
  await withhold(tx, waiting.id, of);
  const act = await lockAct(tx, { ...actor, role: 'system' }, waiting.id);
  const { audit, event } = tellAct(act, 'act.withheld-anew', null, { before: rows, withheld: of });
  effects.audit.push(audit);
  effects.events.push(event);
  effects.asks.push(...asksOf(moved));
  return effects;
}

/** What a verb answers that asked for an act: its id, with what asking left behind. */
export function answerOfAsking({ id, created, effects }: Asked): Written<ActAnswer> | Unchanged<ActAnswer> {
  const value: ActAnswer = { act: id };
  return created ? { value, ...told(effects) } : { value, audit: null };
}

async function insertAct<P>(
  { tx, at, actor }: Work,
  kind: ActName,
  asked: ActProposal<P>,
  hash: string,
  way: { row: string; policyVersion: string },
): Promise<string> {
  const { given, subject, booked = false, evidence = null } = asked;
  const { rows } = await sql<{ id: string }>`
    insert into pending_act (kind, customer_id, subject_kind, subject_id, about, amount_minor, currency, days, what, payload, payload_hash, booked,
      evidence, requested_by, requested_role, reason, route_row, policy_version, requested_at, expires_at)
    values (${kind}, ${asked.customerId}::uuid, ${subject.kind}, ${subject.id}, ${asked.about}, ${given?.amountMinor ?? null}::bigint,
      ${given?.currency ?? null}, ${asked.days ?? null}::int, ${JSON.stringify(asked.what)}::jsonb, ${JSON.stringify(asked.payload)}::jsonb, ${hash},
      ${booked}, ${evidence && JSON.stringify(evidence)}::jsonb, ${actor.id}, ${actor.role}, ${asked.reason}, ${way.row}, ${way.policyVersion},
      ${at.now}::timestamptz, case when ${booked} then null else ${at.now}::timestamptz + make_interval(days => ${WAITS_DAYS}) end)
    on conflict (kind, subject_kind, subject_id) where state = 'pending' do nothing returning id`.execute(tx);
  const id = rows[0]?.id;
  if (id === undefined) throw new LostRace('an act was asked for meanwhile');
  return id;
}

async function pendingOn(
  tx: Tx,
  kind: ActName,
  subject: { kind: string; id: string },
): Promise<{ id: string; hash: string } | undefined> {
  const { rows } = await sql<{ id: string; hash: string }>`
    select id, payload_hash as hash from pending_act
    where kind = ${kind} and subject_kind = ${subject.kind} and subject_id = ${subject.id} and state = 'pending' for update`.execute(
    tx,
  );
  return rows[0];
}

/** What its seats and tasks are about. */
export const decidedOf = (act: {
  id: string;
  kind: ActName;
  customerId: string | null;
  about: string;
  requestedBy: string;
}): Decided => ({
  process: processOfAct(act.id),
  customerId: act.customerId,
  round: 1,
  requestedBy: act.requestedBy,
  subject: act.about,
  about: { act: act.id, kind: act.kind },
  work: 'act',
});

/** Locks the customer, then the act. Throws Refusal `not-found`. */
export async function lockAct(tx: Tx, actor: Actor, id: string): Promise<ActCase> {
  const ours = isOurId(id) ? id : null;
  await sql`
    select from customer c where c.id = (select customer_id from pending_act where id = ${ours}::uuid) for no key update of c`.execute(
    tx,
  );
  const { rows } = await sql<ActCase>`
    select p.id, p.kind, p.state, p.customer_id as "customerId", c.external_id as customer, c.region, c.owner, p.subject_kind as "subjectKind",
      p.subject_id as "subjectId", p.about, p.payload, p.booked, p.requested_by as "requestedBy", p.reason, p.expires_at as "expiresAt"
    from pending_act p left join customer c on c.id = p.customer_id
    where p.id = ${ours}::uuid and (p.customer_id is null or ${seesCustomer(actor)}) for update of p`.execute(tx);
  const found = rows[0];
  if (!found) throw new Refusal('not-found', { id });
  return found;
}

/** How an act ends. */
export interface ActEnd {
  state: Exclude<ActState, 'pending'>;
  by: string;
  onBehalfOf: string | null;
  reason: string | null;
  outcome: Record<string, unknown> | null;
}

/** Ends an act, with its tasks, and tells so. */
export async function endAct(work: Work, act: ActCase, end: ActEnd): Promise<Effects> {
  const { tx, at } = work;
  await sql`
    update pending_act set state = ${end.state}, closed_at = ${at.now}::timestamptz, decided_by = ${end.by}, on_behalf_of = ${end.onBehalfOf},
      decision_reason = ${end.reason}, outcome = ${end.outcome && JSON.stringify(end.outcome)}::jsonb where id = ${act.id}::uuid`.execute(
    tx,
  );
  const effects = await standDown(work, processOfAct(act.id), end.state);
  const { rows } = await sql<{ id: string }>`
    select receivable_id as id from pending_act_receivable where act_id = ${act.id}::uuid order by 1`.execute(tx);
  effects.asks.push(...asksOf(rows.map(({ id }) => id)));
  const { audit, event } = tellAct(act, `act.${end.state}`, end.reason, { requestedBy: act.requestedBy, outcome: end.outcome });
  effects.audit.unshift(audit);
  effects.events.unshift(event);
  return effects;
}

/** An entry about an act, and its event. */
export function tellAct(
  act: Pick<ActCase, 'id' | 'kind' | 'customerId' | 'about'>,
  action: string,
  reason: string | null,
  after: Record<string, unknown>,
): { audit: AuditFact; event: EventFact } {
  const about = { subjectKind: 'pending-act', subjectId: act.id, customerId: act.customerId };
  return {
    audit: { ...about, action, reason, after: { kind: act.kind, about: act.about, ...after } },
    event: { ...about, kind: action, data: { kind: act.kind } },
  };
}

/** Traces as a verb hands them back. Throws when there is no entry among them. */
export function told(effects: Effects): Effects & { audit: [AuditFact, ...AuditFact[]] } {
  const [first, ...more] = effects.audit;
  if (!first) throw new Error('an act without its audit entry');
  return { ...effects, audit: [first, ...more] };
}

/** Ends what waits on a subject because something newer took its place; nothing when nothing waits. */
export async function overtakeAct(
  work: Work,
  of: { kind: ActName; subject: { kind: string; id: string }; reason: string },
): Promise<Effects> {
  const { tx, actor } = work;
  const waiting = await pendingOn(tx, of.kind, of.subject);
  const effects = noEffects();
  if (!waiting) return effects;
  const act = await lockAct(tx, { ...actor, role: 'system' }, waiting.id);
  const end = { state: 'withdrawn' as const, by: actor.id, onBehalfOf: null, reason: of.reason, outcome: null };
  addEffects(effects, await endAct(work, act, end));
  return effects;
}

/** Whether it is a decision that ends it, or the next tier's. */
export interface ActDecision {
  verdict: ActVerdict;
  reason: string;
}
