import { AsyncLocalStorage } from 'node:async_hooks';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Database } from './database.ts';

/** Whose request it is: the same key of another caller, or on another route, is another request. */
export interface RequestKey {
  caller: string;
  route: string;
  key: string;
}

/**
 * What became of a key: `begun` now by us; still `running`; `done` with its answer; used with `other` content; or `lost`: carried out,
 * but its process ended before the answer was kept.
 */
export type KeyState =
  | { state: 'begun'; at: string }
  | { state: 'running' }
  | { state: 'other' }
  | { state: 'lost' }
  | { state: 'done'; status: number; body: string | null; location: string | null };

/** A request that has not ended after this long died with its process. */
const DEAD_AFTER_SECONDS = 120;
const KEPT_HOURS = 72;

const current = new AsyncLocalStorage<readonly RequestKey[]>();

/** Runs the work of requests; what it writes is marked with their keys in the same transaction. */
export const withRequests = <T>(of: readonly RequestKey[], work: () => Promise<T>): Promise<T> => current.run(of, work);

/** The keys of the requests that are being carried out here. */
export const requestsInHand = (): readonly RequestKey[] => current.getStore() ?? [];

/** Part of the statement that records what was written: the requests it belongs to, where they have keys, are now carried out. */
export function commitMark(): RawBuilder<unknown>[] {
  const keys = requestsInHand();
  if (keys.length === 0) return [];
  return [
    sql`update idempotency i set committed_at = clock_timestamp()
      from jsonb_to_recordset(${JSON.stringify(keys)}::jsonb) as k(caller text, route text, key text)
      where i.caller = k.caller and i.route = k.route and i.key = k.key and i.state = 'running'`,
  ];
}

/**
 * Claims the key for one request, or tells what became of the first. One whose process died is claimed anew if it wrote nothing, or if
 * it is `repeatable`: its content carries the caller's own id, so that again is the same.
 */
export async function beginRequest(db: Database, of: RequestKey, requestHash: string, repeatable: boolean): Promise<KeyState> {
  const { rows: claimed } = await sql<{ at: string }>`
    insert into idempotency (caller, route, key, request_hash, state) values (${of.caller}, ${of.route}, ${of.key}, ${requestHash}, 'running')
    on conflict (caller, route, key) do update set at = clock_timestamp(), committed_at = null
      where idempotency.state = 'running' and idempotency.request_hash = excluded.request_hash
        and idempotency.at < clock_timestamp() - make_interval(secs => ${DEAD_AFTER_SECONDS})
        and (idempotency.committed_at is null or ${repeatable})
    returning at::text as at`.execute(db);
  const mine = claimed[0];
  if (mine) return { state: 'begun', at: mine.at };
  const { rows } = await sql<{
    hash: string;
    state: string;
    status: number | null;
    body: string | null;
    location: string | null;
    dead: boolean;
  }>`
    select request_hash as hash, state, status, body, location, at < clock_timestamp() - make_interval(secs => ${DEAD_AFTER_SECONDS}) as dead
    from idempotency where caller = ${of.caller} and route = ${of.route} and key = ${of.key}`.execute(db);
  const found = rows[0];
  if (!found) return { state: 'running' };
  if (found.hash !== requestHash) return { state: 'other' };
  if (found.state === 'running') return { state: found.dead ? 'lost' : 'running' };
  if (found.status === null) return { state: 'lost' };
  return { state: 'done', status: found.status, body: found.body, location: found.location };
}

/** Keeps the answer for repeats. `body` is the very text that was sent, null when it may not be kept. `at` is from `begun`. */
export async function endRequest(
  db: Database,
  of: RequestKey,
  at: string,
  answer: { status: number; body: string | null; location: string | null },
): Promise<void> {
  await sql`
    update idempotency set state = 'done', status = ${answer.status}, body = ${JSON.stringify(answer.body)}::jsonb, location = ${answer.location}
    where caller = ${of.caller} and route = ${of.route} and key = ${of.key} and state = 'running' and at = ${at}::timestamptz`.execute(
    db,
  );
}

/**
 * A request was refused or failed. If it wrote nothing, or is `repeatable`, its key is free and the same may be sent again; else it
 * stays carried out, without an answer.
 */
export async function dropRequest(db: Database, of: RequestKey, at: string, repeatable: boolean): Promise<void> {
  const mine = sql<boolean>`caller = ${of.caller} and route = ${of.route} and key = ${of.key} and state = 'running' and at = ${at}::timestamptz`;
  const { numAffectedRows } =
    await sql`delete from idempotency where ${mine} and (committed_at is null or ${repeatable})`.execute(db);
  if (numAffectedRows === 0n) await sql`update idempotency set state = 'done' where ${mine}`.execute(db);
}

/** At the start of the only API process there is: whatever still runs died with the one before. */
export async function forgetDeadRequests(db: Database): Promise<void> {
  await sql`delete from idempotency where state = 'running' and committed_at is null`.execute(db);
  await sql`update idempotency set at = at - make_interval(secs => ${DEAD_AFTER_SECONDS}) where state = 'running'`.execute(db);
}

/** Forgets keys older than three days; answers how many. */
export async function pruneRequests(db: Database): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from idempotency where at < clock_timestamp() - make_interval(hours => ${KEPT_HOURS})`.execute(db);
  return Number(numAffectedRows ?? 0);
}
