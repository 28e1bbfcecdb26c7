import { sql } from 'kysely';
import type { Actor } from '../domain/kernel/actor.ts';
import type { AuditFact } from '../domain/kernel/audit.ts';
import { dateOf } from '../domain/kernel/calendar.ts';
import type { BusinessDate, Instant } from '../domain/kernel/calendar.ts';
import { businessNow } from '../domain/kernel/clock.ts';
import type { ProcessKind } from '../domain/kernel/subject.ts';
import type { Clock } from '../domain/kernel/clock.ts';
import type { Database, Tx } from './database.ts';
import { markCommitted } from './idempotency.ts';
import type { PolicyBook } from './policies.ts';

/** What every verb works with. */
export interface Store {
  db: Database;
  policies: PolicyBook;
}

/** Business time as one transaction sees it. */
export interface Moment {
  now: Instant;
  today: BusinessDate;
  clock: Clock;
}

/** Whoever must look: `ask` rings the process; `post` writes the first instant of a new one, nothing asked yet. */
export interface Ask {
  subject: string;
  kind: ProcessKind;
  /** Of processes of credit, whose rows the relay does not read. */
  customerId?: string | null;
}
export interface Post extends Ask {
  at: Instant | null;
}
/** A process has read the facts as of `asked` and next looks at `at`. */
export interface Answer {
  subject: string;
  asked: number;
  at: Instant | null;
}

export interface EventFact {
  kind: string;
  subjectKind: string;
  subjectId: string;
  customerId?: string | null;
  data?: Record<string, unknown>;
}

/** What a verb hands back: no fact can be written without its audit entry. */
export interface Written<T> {
  value: T;
  audit: readonly [AuditFact, ...AuditFact[]];
  asks?: readonly Ask[];
  posts?: readonly Post[];
  answer?: Answer | undefined;
  events?: readonly EventFact[];
}
/** Nothing was written but, perhaps, the answer to a bell. */
export interface Unchanged<T> {
  value: T;
  audit: null;
  answer?: Answer | undefined;
}

const isTransaction = (db: Database): db is Tx => db.isTransaction;

/** The store inside a transaction: what its verbs write is committed, or begun anew, with all the rest of it. */
export const within = (store: Store, tx: Tx): Store => ({ ...store, db: tx });

const RETRYABLE = new Set(['40001', '40P01']);
const ATTEMPTS = 8;

/**
 * One transaction: the work, its audit entries, wakes and events, or nothing at all. Serialization failures and deadlocks start it anew
 * (verbs hold no state outside the transaction); everything else is thrown. A store over a transaction (`within`) joins it.
 */
export async function write<T>(
  store: Store,
  actor: Actor,
  work: (tx: Tx, at: Moment) => Promise<Written<T> | Unchanged<T>>,
): Promise<T> {
  const once = async (tx: Tx): Promise<T> => {
    const at = await momentOf(tx, store);
    const done = await work(tx, at);
    await record(tx, actor, at, done);
    return done.value;
  };
  if (isTransaction(store.db)) return once(store.db);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await store.db.transaction().execute(once);
    } catch (error) {
      if (attempt >= ATTEMPTS || !RETRYABLE.has((error as { code?: string }).code ?? '')) throw error;
    }
  }
}

/** The clock as this transaction sees it, by Postgres' own time. */
export async function momentOf(db: Database | Tx, store: Store): Promise<Moment> {
  const { rows } = await sql<{ realAnchor: string; businessAnchor: string; speed: number; realNow: string }>`
    select real_anchor as "realAnchor", business_anchor as "businessAnchor", speed, clock_timestamp() as "realNow" from clock`.execute(
    db,
  );
  const row = rows[0];
  if (!row) throw new Error('the clock row is missing: the database was not set up');
  const clock: Clock = { realAnchor: row.realAnchor, businessAnchor: row.businessAnchor, speed: row.speed };
  const now = businessNow(clock, row.realNow);
  return { now, today: dateOf(now, store.policies.zone), clock };
}

async function record<T>(tx: Tx, actor: Actor, at: Moment, done: Written<T> | Unchanged<T>): Promise<void> {
  if (done.audit === null) {
    if (done.answer) await answerOnly(tx, done.answer);
    return;
  }
  const audit = done.audit.map((fact) => ({
    action: fact.action,
    subject_kind: fact.subjectKind,
    subject_id: fact.subjectId,
    customer_id: fact.customerId ?? null,
    reason: fact.reason ?? null,
    policy_version: fact.policyVersion ?? null,
    before: fact.before ?? null,
    after: fact.after ?? null,
  }));
  const events = (done.events ?? []).map((event) => ({
    kind: event.kind,
    subject_kind: event.subjectKind,
    subject_id: event.subjectId,
    customer_id: event.customerId ?? null,
    data: event.data ?? {},
  }));
  const own = done.answer?.subject;
  const asks = [...new Map((done.asks ?? []).map((ask) => [ask.subject, ask])).values()].filter((ask) => ask.subject !== own);
  // A process that asks itself is rung again: one statement may touch its row only once.
  const again = (done.asks ?? []).some((ask) => ask.subject === own) ? 1 : 0;
  const answer = done.answer ? [{ ...done.answer, again }] : [];
  await sql`
    with a as (
      insert into audit (business_at, actor_kind, actor_id, action, subject_kind, subject_id, customer_id, reason, policy_version, before, after)
      select ${at.now}::timestamptz, ${actor.kind}, ${actor.id}, x.action, x.subject_kind, x.subject_id, x.customer_id, x.reason, x.policy_version,
        nullif(x.before, 'null'), nullif(x.after, 'null')
      from jsonb_to_recordset(${JSON.stringify(audit)}::jsonb) as x(action text, subject_kind text, subject_id text, customer_id uuid, reason text,
        policy_version text, before jsonb, after jsonb)),
    e as (
      insert into event (business_at, kind, subject_kind, subject_id, customer_id, data)
      select ${at.now}::timestamptz, x.* from jsonb_to_recordset(${JSON.stringify(events)}::jsonb) as x(kind text, subject_kind text, subject_id text,
        customer_id uuid, data jsonb)),
    p as (
      insert into wake (subject, kind, at, customer_id)
      select x.* from jsonb_to_recordset(${JSON.stringify(done.posts ?? [])}::jsonb) as x(subject text, kind text, at timestamptz, "customerId" uuid) order by 1
      on conflict (subject) do update set asked = wake.asked + 1),
    w as (
      insert into wake (subject, kind, asked, customer_id)
      select x.subject, x.kind, 1, x."customerId" from jsonb_to_recordset(${JSON.stringify(asks)}::jsonb) as x(subject text, kind text, "customerId" uuid) order by 1
      on conflict (subject) do update set asked = wake.asked + 1),
    n as (
      update wake set answered = greatest(answered, x.asked), at = x.at, asked = wake.asked + x.again
      from jsonb_to_recordset(${JSON.stringify(answer)}::jsonb) as x(subject text, asked bigint, at timestamptz, again int)
      where wake.subject = x.subject)
    select pg_notify('duecourse', ${asks.length + again + (done.posts?.length ?? 0) > 0 ? 'wake' : 'event'})`.execute(tx);
  await markCommitted(tx);
}

async function answerOnly(tx: Tx, { subject, asked, at }: Answer): Promise<void> {
  await sql`update wake set answered = greatest(answered, ${asked}), at = ${at} where subject = ${subject}`.execute(tx);
}

/** The actor of what a workflow does by itself. */
export const systemActor = (id: string): Actor => ({ kind: 'system', id, role: 'system', scope: {} });
