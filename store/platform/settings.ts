import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import { openDatabase } from './database.ts';
import type { Database } from './database.ts';
import { write } from './transaction.ts';
import type { Store } from './transaction.ts';

/** A setting as it stands; undefined when it was never made. */
export async function readSetting(db: Database, key: string): Promise<unknown> {
  const row = await db.selectFrom('setting').select('value').where('key', '=', key).executeTakeFirst();
  return row?.value;
}

/** Makes or changes a setting, with its audit entry; the same value again changes nothing. */
export async function writeSetting(store: Store, actor: Actor, key: string, value: unknown): Promise<void> {
  await write(store, actor, async ({ tx }) => {
    const json = JSON.stringify(value);
    const before = await tx.selectFrom('setting').select('value').where('key', '=', key).forUpdate().executeTakeFirst();
    const { rows } = await sql<{
      same: boolean;
    }>`select ${JSON.stringify(before?.value ?? null)}::jsonb = ${json}::jsonb as same`.execute(tx);
    if (before && rows[0]?.same) return { value: undefined, audit: null };
    await tx
      .insertInto('setting')
      .values({ key, value: json })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: json }))
      .execute();
    const audit = { action: 'setting.changed', subjectKind: 'setting', subjectId: key, before: before ?? null, after: { value } };
    return { value: undefined, audit: [audit] };
  });
}

/**
 * The setting `key` of a database that may not have been set up yet, as its owner: what stands, or what `make` gives on an empty
 * database and `otherwise` on one that was set up without it.
 */
export async function seedSetting<T>(url: string, key: string, make: () => Promise<T>, otherwise: T): Promise<T> {
  const db = openDatabase({ url, max: 1, role: null });
  try {
    const known = await readSetting(db, key);
    if (known !== undefined) return known as T;
    const started = await db.selectFrom('clock').select('speed').executeTakeFirst();
    const value = started ? otherwise : await make();
    await db
      .insertInto('setting')
      .values({ key, value: JSON.stringify(value) })
      .execute();
    return value;
  } finally {
    await db.destroy();
  }
}
