import { readdir, readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import type { Database } from './database.ts';

const FOLDER = new URL('../../prisma/former/', import.meta.url);

/** The migrations of builds up to version 0106, which kept another book; they end where the first of prisma/migrations begins. */
async function formerNames(): Promise<string[]> {
  return (await readdir(FOLDER)).map((file) => file.replace(/\.sql$/, '')).sort();
}

/** What a database of such a build has not had yet; null for every other database. Throws when it had what this build does not know. */
export async function formerMigrations(db: Database): Promise<{ missing: string[] } | null> {
  const { rows: book } = await sql`select from pg_class where oid = to_regclass('kysely_migration')`.execute(db);
  if (book.length === 0) return null;
  const names = await formerNames();
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  const unknown = rows.find(({ name }) => !names.includes(name));
  if (unknown) throw new Error(`the database has the migration ${unknown.name}, which this build does not know`);
  return { missing: names.filter((name) => !rows.some((row) => row.name === name)) };
}

/** Applies to the database of such a build what it has not had, or up to `upTo` of that; answers its names. */
export async function applyFormer(db: Database, upTo?: string): Promise<string[]> {
  const former = await formerMigrations(db);
  const due = (former?.missing ?? []).filter((name) => upTo === undefined || name <= upTo);
  for (const name of due) {
    const text = await readFile(new URL(`${name}.sql`, FOLDER), 'utf8');
    await db.transaction().execute(async (tx) => {
      await sql.raw(text).execute(tx);
      await sql`insert into kysely_migration (name, timestamp) values (${name}, ${new Date().toISOString()})`.execute(tx);
    });
  }
  return due;
}

/**
 * Brings the database of such a build to where prisma/migrations begins, and puts the book that `begin` makes in the place of its own; answers
 * what was applied. Any other database is left as it is.
 */
export async function leaveFormerBook(db: Database, begin: (tx: Database) => Promise<void>): Promise<string[]> {
  if ((await formerMigrations(db)) === null) return [];
  const applied = await applyFormer(db);
  await db.transaction().execute(async (tx) => {
    await begin(tx);
    await sql`drop table kysely_migration, kysely_migration_lock`.execute(tx);
  });
  return applied;
}
