import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { Database } from './database.ts';
import { isOurId } from './rows.ts';

/** Work in the background as its owner sees it. */
export interface JobRow {
  id: string;
  kind: string;
  state: 'queued' | 'running' | 'done' | 'failed';
  done: number;
  total: number | null;
  failures: number;
  result: Record<string, unknown> | null;
  actor: Actor;
}

/** Begins a job that lives in this process; one whose process dies is found failed when its lease has run out. */
export async function beginJob(db: Database, kind: string, actor: Actor, input: Record<string, unknown>): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    insert into job (kind, state, input, actor, leased_until)
    values (${kind}, 'running', ${JSON.stringify(input)}::jsonb, ${JSON.stringify(actor)}::jsonb, clock_timestamp() + interval '2 minutes')
    returning id`.execute(db);
  const id = rows[0]?.id;
  if (id === undefined) throw new Error('a job was not kept');
  return id;
}

/** One step further; keeps the lease. */
export async function advanceJob(db: Database, id: string): Promise<void> {
  await sql`update job set done = done + 1, leased_until = clock_timestamp() + interval '2 minutes' where id = ${id}`.execute(db);
}

/** So many done; keeps the lease. */
export async function moveJob(db: Database, id: string, done: number): Promise<void> {
  await sql`update job set done = ${done}, leased_until = clock_timestamp() + interval '2 minutes' where id = ${id}`.execute(db);
}

/** Ends a job with its result, or as failed with what went wrong. */
export async function endJob(db: Database, id: string, state: 'done' | 'failed', result: Record<string, unknown>): Promise<void> {
  await sql`
    update job set state = ${state}, result = ${JSON.stringify(result)}::jsonb, failures = ${state === 'failed' ? 1 : 0},
      finished_at = clock_timestamp(), leased_until = null where id = ${id}`.execute(db);
}

/** A job by our id; null when there is none. */
export async function readJob(db: Database, id: string): Promise<JobRow | null> {
  if (!isOurId(id)) return null;
  const { rows } = await sql<JobRow & { dead: boolean }>`
    select id, kind, state, done, total, failures, result, actor, coalesce(kind in ('clock', 'policy-simulation') and leased_until < clock_timestamp(), false) as dead
    from job where id = ${id}`.execute(db);
  const row = rows[0];
  if (!row) return null;
  const { dead, ...job } = row;
  return dead ? { ...job, state: 'failed' } : job;
}
