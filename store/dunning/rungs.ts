import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Instant } from '../../domain/platform/calendar.ts';
import type { Ladder } from '../../domain/dunning/ladder.ts';
import type { RungChange } from '../../domain/dunning/receivable.ts';

/** The rung states of one receivable at `now`; write them only under its lock. A later state replaces an earlier one, the audit record keeps both. */
export function rungRows(
  receivableId: string,
  ladder: Ladder,
  changes: readonly RungChange[],
  now: Instant,
): RawBuilder<unknown> {
  const rows = changes.map((change) => ({
    rung: change.id,
    position: ladder.rungs.findIndex((rung) => rung.id === change.id),
    state: change.state,
    reason: change.reason,
  }));
  return sql`
    insert into rung (receivable_id, rung, position, state, at, reason)
    select ${receivableId}::uuid, x.rung, x.position, x.state, ${now}::timestamptz, x.reason
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(rung text, position int, state text, reason text)
    on conflict (receivable_id, rung) do update set state = excluded.state, at = excluded.at, reason = excluded.reason`;
}
