import { sql } from 'kysely';
import type { Database } from './database.ts';
import { momentOf } from './transaction.ts';
import type { Store } from './transaction.ts';

/** The doorbell board in figures. */
export interface BoardFigures {
  /** Asked and not answered. */
  pending: number;
  /** Not yet started in the engine. */
  unstarted: number;
  /** Their moment has passed. */
  overdue: number;
  /** Seconds since the oldest unanswered bell was rung. */
  lagSeconds: number;
  /** Rung by the watchdog for their present moment. */
  nudged: number;
}

/** One look at the board. */
export async function boardFigures(store: Store): Promise<BoardFigures> {
  const { now } = await momentOf(store.db, store);
  const { rows } = await sql<BoardFigures>`
    select (count(*) filter (where asked > answered))::int as pending, (count(*) filter (where started_at is null))::int as unstarted,
      (count(*) filter (where at <= ${now}::timestamptz))::int as overdue,
      coalesce(extract(epoch from clock_timestamp() - min(rang_at) filter (where asked > answered)), 0)::float8 as "lagSeconds",
      (count(*) filter (where nudged_at = at))::int as nudged from wake`.execute(store.db);
  return rows[0] ?? { pending: 0, unstarted: 0, overdue: 0, lagSeconds: 0, nudged: 0 };
}

/** What waits for facts nobody could tell, and how often that was tried again. */
export async function waitFigures(db: Database): Promise<{ waiting: number; retries: number }> {
  const { rows } = await sql<{ waiting: number; retries: number }>`
    select count(*)::int as waiting, coalesce(sum((waiting_for ->> 'tries')::int), 0)::int as retries from credit_application
    where waiting_for is not null and state = 'assessing'`.execute(db);
  return rows[0] ?? { waiting: 0, retries: 0 };
}

/** Calls to registers by how they ended. */
export async function connectorCounts(db: Database): Promise<{ connector: string; state: string; count: number }[]> {
  const { rows } = await sql<{ connector: string; state: string; count: number }>`
    select connector, state, count(*)::int as count from connector_call group by 1, 2 order by 1, 2`.execute(db);
  return rows;
}

/** Messages by channel and state. */
export async function messageCounts(db: Database): Promise<{ channel: string; state: string; count: number }[]> {
  const { rows } = await sql<{ channel: string; state: string; count: number }>`
    select channel, state, count(*)::int as count from message group by 1, 2 order by 1, 2`.execute(db);
  return rows;
}
