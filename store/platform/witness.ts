import { sql } from 'kysely';
import { hasForgotten } from '../../domain/platform/witness.ts';
import type { Witness } from '../../domain/platform/witness.ts';
import { RESTORED_KEY, home } from './departures.ts';
import { systemActor, write } from './transaction.ts';
import type { Store } from './transaction.ts';

const actor = systemActor('witness');
const keyOf = ({ id }: Witness): string => `witness ${id}`;
const countIn = sql<number>`(value #>> '{}')::bigint`;

/** Server and database a process is connected to. */
export async function readHome(store: Store): Promise<string> {
  const { rows } = await sql<{ home: string }>`select ${home} as home`.execute(store.db);
  return rows[0]?.home ?? '';
}

/**
 * Lets the database count one more look of a witness, and answers what it is to note. A database that has forgotten looks was put back from a
 * backup: from then on nothing leaves until an operator claims it, on record.
 */
export async function countLook(store: Store, witness: Witness): Promise<{ witness: Witness; restored: boolean }> {
  const key = keyOf(witness);
  const known = await sql<{ count: number }>`
    update setting set value = to_jsonb(${countIn} + 1) where key = ${key} and ${countIn} >= ${witness.count}::bigint
    returning ${countIn} as count`.execute(store.db);
  const [row] = known.rows;
  if (row) return { witness: { ...witness, count: row.count }, restored: false };
  return write<{ witness: Witness; restored: boolean }>(store, actor, async ({ tx, at }) => {
    await sql`insert into setting (key, value) values (${key}, '0') on conflict (key) do nothing`.execute(tx);
    const { rows } = await sql<{ count: number }>`select ${countIn} as count from setting where key = ${key} for update`.execute(
      tx,
    );
    const counted = rows[0]?.count ?? 0;
    const restored = hasForgotten(witness, counted);
    const next = { ...witness, count: Math.max(witness.count, counted) + 1 };
    await sql`update setting set value = to_jsonb(${next.count}::bigint) where key = ${key}`.execute(tx);
    if (!restored) return { value: { witness: next, restored }, audit: null };
    const found = { at: at.now, witness: witness.id, forgotten: witness.count - counted };
    await sql`insert into setting (key, value) values (${RESTORED_KEY}, ${JSON.stringify(found)}::jsonb)
      on conflict (key) do update set value = excluded.value`.execute(tx);
    const about = { subjectKind: 'setting', subjectId: 'installation' };
    return { value: { witness: next, restored }, audit: [{ ...about, action: 'installation.restored', after: found }] };
  });
}
