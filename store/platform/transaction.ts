import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { AuditFact } from '../../domain/platform/audit.ts';
import { dateOf } from '../../domain/platform/calendar.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import { businessNow } from '../../domain/platform/clock.ts';
import type { ProcessKind } from '../../domain/platform/subject.ts';
import type { Clock } from '../../domain/platform/clock.ts';
import type { Database, Tx } from './database.ts';
import { commitMark } from './idempotency.ts';
import { sumRefusal } from './sum-bound.ts';
import { receivableWorkflowId } from '../../domain/platform/subject.ts';

/** What every verb works with. */
export interface Store {
  /** Address of the database, for whoever listens to it. */
  url: string;
  db: Database;
  /** IANA name of the time zone of business days. */
  zone: string;
  /** A transaction saw this version of the calendar. */
  sawCalendar(version: number): void;
}

/** Business time as one transaction sees it. */
export interface Moment {
  now: Instant;
  today: BusinessDate;
  clock: Clock;
}

/** What a verb and its parts work with: its transaction, the moment it sees, the store, and who acts. */
export interface Work {
  tx: Tx;
  at: Moment;
  store: Store;
  actor: Actor;
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
  /** Writes that go with the record in one statement, one a table: they see what stood before it. */
  rows?: readonly RawBuilder<unknown>[];
}
/** Nothing was written that anybody would look for in the record: perhaps the answer to a bell, or that a retry came to nothing again. */
export interface Unchanged<T> {
  value: T;
  audit: null;
  asks?: readonly Ask[];
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
export function write<T>(store: Store, actor: Actor, verb: (work: Work) => Promise<Written<T> | Unchanged<T>>): Promise<T> {
  return writeSeeing(store, actor, async (tx) => ({ at: await momentOf(tx, store) }), verb);
}

/** The same for a verb whose first look at its facts tells the time too, which saves a round trip. */
export async function writeSeeing<T, Seen extends { at: Moment }>(
  store: Store,
  actor: Actor,
  look: (tx: Tx) => Promise<Seen>,
  verb: (work: Work, seen: Seen) => Promise<Written<T> | Unchanged<T>>,
): Promise<T> {
  const once = async (tx: Tx): Promise<T> => {
    const seen = await look(tx);
    const done = await verb({ tx, at: seen.at, store, actor }, seen);
    await record(tx, actor, seen.at, done);
    return done.value;
  };
  if (isTransaction(store.db)) return once(store.db);
  return begunAnew(() => store.db.transaction().execute(once));
}

/**
 * A whole transaction, begun anew after a serialization failure or a deadlock; everything else is thrown. A sum that left its bounds is
 * refused at `pointer`.
 */
export async function begunAnew<T>(
  transaction: () => Promise<T>,
  named: { pointer: string } = { pointer: '/amount' },
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transaction();
    } catch (error) {
      const refusal = sumRefusal(error, named.pointer);
      if (refusal) throw refusal;
      if (attempt >= ATTEMPTS || !RETRYABLE.has((error as { code?: string }).code ?? '')) throw error;
    }
  }
}

/** What a statement must read of the clock (`c`) to tell the moment. */
export const clockColumns = sql`c.real_anchor as "realAnchor", c.business_anchor as "businessAnchor", c.speed, c.calendar_version as "calendarVersion", clock_timestamp() as "realNow"`;
export interface ClockRow extends Clock {
  realNow: string;
  calendarVersion: number;
}

export function momentFrom({ realAnchor, businessAnchor, speed, realNow, calendarVersion }: ClockRow, store: Store): Moment {
  store.sawCalendar(calendarVersion);
  const clock: Clock = { realAnchor, businessAnchor, speed };
  const now = businessNow(clock, realNow);
  return { now, today: dateOf(now, store.zone), clock };
}

/** The clock as this transaction sees it, by Postgres' own time. */
export async function momentOf(db: Database | Tx, store: Store): Promise<Moment> {
  const { rows } = await sql<ClockRow>`select ${clockColumns} from clock c`.execute(db);
  const row = rows[0];
  if (!row) throw new Error('the clock row is missing: the database was not set up');
  return momentFrom(row, store);
}

async function record<T>(tx: Tx, actor: Actor, at: Moment, done: Written<T> | Unchanged<T>): Promise<void> {
  if (done.audit === null) {
    if (done.answer) await answerOnly(tx, at, done.answer);
    if (done.asks?.length) await sql`with w as (${askRows(done.asks)}) select pg_notify('duecourse', 'wake')`.execute(tx);
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
  const posts = done.posts ?? [];
  const parts = [
    ...(done.rows ?? []),
    auditRows(actor, at, audit),
    ...(events.length > 0 ? [eventRows(at, events)] : []),
    ...(posts.length > 0 ? [postRows(posts)] : []),
    ...(asks.length > 0 ? [askRows(asks)] : []),
    ...(done.answer ? [answerRow(at, done.answer, again)] : []),
    ...commitMark(),
  ];
  const named = parts.map((part, place) => sql`${sql.raw(`w${place}`)} as (${part})`);
  const topic = asks.length + again + posts.length > 0 ? 'wake' : 'event';
  await sql`with ${sql.join(named)} select pg_notify('duecourse', ${topic})`.execute(tx);
}

const auditRows = (actor: Actor, at: Moment, rows: readonly object[]): RawBuilder<unknown> => sql`
  insert into audit (business_at, actor_kind, actor_id, action, subject_kind, subject_id, customer_id, reason, policy_version, before, after)
  select ${at.now}::timestamptz, ${actor.kind}, ${actor.id}, x.action, x.subject_kind, x.subject_id, x.customer_id, x.reason, x.policy_version,
    nullif(x.before, 'null'), nullif(x.after, 'null')
  from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(action text, subject_kind text, subject_id text, customer_id uuid, reason text,
    policy_version text, before jsonb, after jsonb)`;

const eventRows = (at: Moment, rows: readonly object[]): RawBuilder<unknown> => sql`
  insert into event (business_at, kind, subject_kind, subject_id, customer_id, data)
  select ${at.now}::timestamptz, x.* from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(kind text, subject_kind text, subject_id text,
    customer_id uuid, data jsonb)`;

const postRows = (posts: readonly Post[]): RawBuilder<unknown> => sql`
  insert into wake (subject, kind, at, customer_id)
  select x.* from jsonb_to_recordset(${JSON.stringify(posts)}::jsonb) as x(subject text, kind text, at timestamptz, "customerId" uuid) order by 1
  on conflict (subject) do update set asked = wake.asked + 1`;

const askRows = (asks: readonly Ask[]): RawBuilder<unknown> => sql`
  insert into wake (subject, kind, asked, customer_id)
  select x.subject, x.kind, 1, x."customerId" from jsonb_to_recordset(${JSON.stringify(asks)}::jsonb) as x(subject text, kind text, "customerId" uuid)
  order by 1
  on conflict (subject) do update set asked = wake.asked + 1`;

/** Who looked before the moment for which it was nudged has not seen that moment: it is marked, and asked again for it (`askAgain`). */
const answerRow = ({ now }: Moment, { subject, asked, at }: Answer, again: number): RawBuilder<unknown> => sql`
  update wake set answered = greatest(answered, ${asked}::bigint), at = ${at}::timestamptz, asked = wake.asked + ${again}::bigint,
    nudged_at = case when nudged_at > ${now}::timestamptz then '-infinity' else nudged_at end
  where subject = ${subject}`;

/** Nothing but the answer to a bell. Nobody else is told, except whoever waits for a standing clock's world to come to rest. */
async function answerOnly(tx: Tx, at: Moment, answer: Answer): Promise<void> {
  await (
    at.clock.speed === 0
      ? sql`with w as (${answerRow(at, answer, 0)}) select pg_notify('duecourse', 'answer')`
      : answerRow(at, answer, 0)
  ).execute(tx);
}

/** The actor of what a workflow does by itself. */
export const systemActor = (id: string): Actor => ({ kind: 'system', id, role: 'system', scope: {} });

/** Rings the process of each receivable whose money moved. */
export const asksOf = (receivableIds: readonly string[]): Ask[] =>
  receivableIds.map((id) => ({ subject: receivableWorkflowId(id), kind: 'receivable' }));

/** The event that tells listeners of an audited fact. */
export const eventOf = ({ action, subjectKind, subjectId, customerId }: AuditFact) => ({
  kind: action,
  subjectKind,
  subjectId,
  customerId: customerId ?? null,
});
