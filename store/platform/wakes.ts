import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Instant } from '../../domain/platform/calendar.ts';
import { processKinds } from '../../domain/platform/subject.ts';
import type { ProcessKind } from '../../domain/platform/subject.ts';
import type { Database } from './database.ts';
import { momentOf } from './transaction.ts';
import type { Store } from './transaction.ts';

/** A leased doorbell: what the engine needs to know to start or ring its process. */
export interface LeasedWake {
  subject: string;
  kind: ProcessKind;
  asked: number;
  answered: number;
  at: Instant | null;
  started: boolean;
  /** Its run has looked at its facts and goes on, as far as we know, and this bell has not been rung before. */
  awake: boolean;
  /** Empty: it is about none. */
  customerId: string;
  /** Stage or state, for the search attribute. */
  stage: string;
  /** The stored plan, for a receivable, outreach or work order that starts before anything was asked; others read their facts first. */
  plan: { seq: number; step: string; at: Instant | null; why: unknown };
}

/** Longer than ringing a batch takes; a relay that dies keeps its bells waiting for so long. */
const LEASE_SECONDS = 10;
/** A bell rung but not answered for this long is rung again. */
const UNANSWERED_SECONDS = 20;

/**
 * Leases up to `limit` rows whose bell is to be rung or whose process is to be started: what was asked before what only starts, near
 * dates before far ones. Any number of relays may do so at once.
 */
export async function leaseWakes(db: Database, limit: number): Promise<LeasedWake[]> {
  const { rows } = await sql<LeasedWake>`
    with due as (
      select subject from wake
      where (asked > rang or started_at is null or (asked > answered and rang_at < clock_timestamp() - make_interval(secs => ${UNANSWERED_SECONDS})))
        and (leased_until is null or leased_until < clock_timestamp())
        and (kind <> 'outreach' or (select speed > 0 or contacts_open from clock))
      order by (asked > answered) desc, at nulls first, subject limit ${limit} for update skip locked),
    leased as (
      update wake w set leased_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}) from due
      where w.subject = due.subject returning w.subject, w.kind, w.asked, w.answered, w.rang, w.at, w.started_at, w.customer_id)
    select l.subject, l.kind, l.asked, l.answered, l.at, l.started_at is not null as started,
      coalesce(l.started_at is not null and r.seq > 1 and r.outcome is null and l.asked > l.rang, false) as awake,
      coalesce(coalesce(r.customer_id, o.customer_id, w.customer_id, l.customer_id)::text, '') as "customerId",
      coalesce(r.stage, w.state, case l.kind when 'outreach' then 'contact' else 'open' end) as stage,
      jsonb_build_object('seq', coalesce(r.seq, o.seq, w.seq, 0), 'step', coalesce(r.plan_step, o.plan_step, w.plan_step, 'wait'),
        'at', l.at, 'why', coalesce(r.plan_why, o.plan_why, w.plan_why)) as plan
    from leased l
    left join receivable r on l.kind = 'receivable' and r.id = right(l.subject, 36)::uuid
    left join outreach o on l.kind = 'outreach' and o.customer_id = right(l.subject, 36)::uuid
    left join work_order w on l.kind = 'work-order' and w.id = right(l.subject, 36)::uuid
    order by (l.asked > l.answered) desc, l.at nulls first, l.subject`.execute(db);
  return rows;
}

/** The bells were rung (or needed no ring) as of the `asked` read at the lease. Rows another writer holds just now are answered as left over. */
export async function markRung(db: Database, rung: readonly { subject: string; asked: number }[]): Promise<string[]> {
  const { rows } = await sql<{ subject: string }>`
    with free as (
      select w.subject, x.asked from wake w join jsonb_to_recordset(${JSON.stringify(rung)}::jsonb) as x(subject text, asked bigint) on x.subject = w.subject
      order by w.subject for update of w skip locked)
    update wake w set rang = greatest(w.rang, free.asked), rang_at = clock_timestamp(), started_at = coalesce(w.started_at, clock_timestamp()), leased_until = null
    from free where w.subject = free.subject returning w.subject`.execute(db);
  const done = new Set(rows.map((row) => row.subject));
  return rung.filter((bell) => !done.has(bell.subject)).map((bell) => bell.subject);
}

/** Processes whose bell was rung and that have not answered, those rung longest ago first. */
export async function rungUnanswered(db: Database, limit: number): Promise<string[]> {
  const { rows } = await sql<{ subject: string }>`
    select subject from wake where asked > answered and rang >= asked order by rang_at, subject limit ${limit}`.execute(db);
  return rows.map(({ subject }) => subject);
}

/** Gives leases back, so that another try comes at once. */
export async function releaseWakes(db: Database, subjects: readonly string[]): Promise<void> {
  await sql`update wake set leased_until = null where subject in (select subject from wake where subject = any(${[...subjects]}) order by subject for update skip locked)`.execute(
    db,
  );
}

/** Asks every process whose moment passed more than `lateSeconds` (real) ago and that did not look by itself; answers how many. */
export async function nudgeLate(store: Store, lateSeconds: number): Promise<number> {
  const { now, clock } = await momentOf(store.db, store);
  if (clock.speed === 0) return 0;
  const before = new Date(Date.parse(now) - lateSeconds * 1000 * clock.speed).toISOString();
  return askDue(store, before);
}

/** Asks every process due at `until`, once for each `at`, of the given kinds; the step of stepped time. Answers how many. */
export const askDue = (store: Store, until: Instant, kinds: readonly ProcessKind[] = processKinds): Promise<number> =>
  nudge(store, until, sql`nudged_at is distinct from at and kind = any(${[...kinds]})`);

/**
 * Asks those due at `until` that were nudged for it while they were still answering as of an earlier moment: what they read was the clock
 * before its step, so they wait for a moment that has come. Answers how many.
 */
export const askAgain = (store: Store, until: Instant): Promise<number> => nudge(store, until, sql`nudged_at = '-infinity'`);

async function nudge(store: Store, until: Instant, which: RawBuilder<unknown>): Promise<number> {
  const { numAffectedRows } = await sql`
    update wake set asked = asked + 1, nudged_at = at where subject in (
      select subject from wake where at <= ${until}::timestamptz and asked = answered and ${which} order by subject for update)`.execute(
    store.db,
  );
  const count = Number(numAffectedRows ?? 0);
  if (count > 0) await sql`select pg_notify('duecourse', 'wake')`.execute(store.db);
  return count;
}

/** Asks every process that is open: after a change of the clock, or when the engine's own store was lost. */
export async function askEverybody(store: Store): Promise<number> {
  const { numAffectedRows } = await sql`
    update wake set asked = asked + 1 where subject in (
      select w.subject from wake w left join receivable r on w.kind = 'receivable' and r.id = right(w.subject, 36)::uuid
      where w.at is not null or w.asked > w.answered or r.outcome is null and r.id is not null
      order by w.subject for update of w)`.execute(store.db);
  await sql`select pg_notify('duecourse', 'wake')`.execute(store.db);
  return Number(numAffectedRows ?? 0);
}
