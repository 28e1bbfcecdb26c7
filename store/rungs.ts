import { sql } from 'kysely';
import type { Instant } from '../domain/kernel/calendar.ts';
import type { Ladder } from '../domain/collection/ladder.ts';
import type { RungChange } from '../domain/collection/receivable.ts';
import type { Tx } from './database.ts';

/** Records rung states of one receivable at `now`; call only under its lock. A later state replaces an earlier one, the audit record keeps both. */
export async function recordRungs(
  tx: Tx,
  receivableId: string,
  ladder: Ladder,
  changes: readonly RungChange[],
  now: Instant,
): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map((change) => ({
    rung: change.id,
    position: ladder.rungs.findIndex((rung) => rung.id === change.id),
    state: change.state,
    reason: change.reason,
  }));
  await sql`
    insert into rung (receivable_id, rung, position, state, at, reason)
    select ${receivableId}::uuid, x.rung, x.position, x.state, ${now}::timestamptz, x.reason
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(rung text, position int, state text, reason text)
    on conflict (receivable_id, rung) do update set state = excluded.state, at = excluded.at, reason = excluded.reason`.execute(
    tx,
  );
}
