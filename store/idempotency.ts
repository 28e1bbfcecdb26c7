import { sql } from 'kysely';
import type { Database } from './database.ts';

/** Whose request it is: the same key of another caller, or on another route, is another request. */
export interface RequestKey {
  caller: string;
  route: string;
  key: string;
}

/** What became of a key: `begun` now by us; still `running`; `done` with its answer; or used with `other` content. */
export type KeyState =
  | { state: 'begun'; at: string }
  | { state: 'running' }
  | { state: 'other' }
  | { state: 'done'; status: number; body: string | null; location: string | null };

/** A request that has not ended after this long died with its process, and may be begun again. */
const DEAD_AFTER_SECONDS = 120;
const KEPT_HOURS = 72;

/** Claims the key for one request, or tells what became of the first. */
export async function beginRequest(db: Database, of: RequestKey, requestHash: string): Promise<KeyState> {
  const { rows: claimed } = await sql<{ at: string }>`
    insert into idempotency (caller, route, key, request_hash, state) values (${of.caller}, ${of.route}, ${of.key}, ${requestHash}, 'running')
    on conflict (caller, route, key) do update set at = clock_timestamp()
      where idempotency.state = 'running' and idempotency.request_hash = excluded.request_hash
        and idempotency.at < clock_timestamp() - make_interval(secs => ${DEAD_AFTER_SECONDS})
    returning at::text as at`.execute(db);
  const mine = claimed[0];
  if (mine) return { state: 'begun', at: mine.at };
  const found = await db
    .selectFrom('idempotency')
    .select(['request_hash', 'state', 'status', 'body', 'location'])
    .where('caller', '=', of.caller)
    .where('route', '=', of.route)
    .where('key', '=', of.key)
    .executeTakeFirst();
  if (!found) return { state: 'running' };
  if (found.request_hash !== requestHash) return { state: 'other' };
  if (found.state === 'running' || found.status === null) return { state: 'running' };
  return { state: 'done', status: found.status, body: found.body as string | null, location: found.location };
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

/** Frees the key of a request that was refused or failed: nothing was written, so the same may be sent again. */
export async function dropRequest(db: Database, of: RequestKey, at: string): Promise<void> {
  await sql`
    delete from idempotency
    where caller = ${of.caller} and route = ${of.route} and key = ${of.key} and state = 'running' and at = ${at}::timestamptz`.execute(
    db,
  );
}

/** Forgets keys older than three days; answers how many. */
export async function pruneRequests(db: Database): Promise<number> {
  const { numAffectedRows } =
    await sql`delete from idempotency where at < clock_timestamp() - make_interval(hours => ${KEPT_HOURS})`.execute(db);
  return Number(numAffectedRows ?? 0);
}
