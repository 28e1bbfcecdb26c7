import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { openDatabase } from './database.ts';
import type { Database, Tx } from './database.ts';
import { definitions, followFunctions } from './function-users.ts';

const FOLDER = new URL('../../prisma/functions/', import.meta.url);

interface FunctionSource {
  name: string;
  text: string;
  checksum: string;
}

/** The functions of the database, each with its privileges and the triggers that call it: one file for each, which says how it reads now. */
async function sources(): Promise<FunctionSource[]> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(new URL(file, FOLDER), 'utf8');
      return { name: file.replace(/\.sql$/, ''), text, checksum: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

/** The files that the database has not as they read now, in the order of their names. */
async function changed(db: Database): Promise<FunctionSource[]> {
  const all = await sources();
  const { rows: book } = await sql`select from pg_class where oid = to_regclass('function_source')`.execute(db);
  if (book.length === 0) return all;
  const { rows } = await sql<{ name: string; checksum: string }>`select name, checksum from function_source`.execute(db);
  const had = new Map(rows.map((row) => [row.name, row.checksum]));
  return all.filter(({ name, checksum }) => had.get(name) !== checksum);
}

/** Names of the functions whose source in this build is not what the database was given last. */
export async function pendingFunctions(db: Database): Promise<string[]> {
  return (await changed(db)).map(({ name }) => name);
}

async function give(tx: Tx, { name, text, checksum }: FunctionSource): Promise<void> {
  await sql.raw(text).execute(tx);
  await sql`insert into function_source (name, checksum) values (${name}, ${checksum})
    on conflict (name) do update set checksum = excluded.checksum, applied_at = excluded.applied_at`.execute(tx);
}

/**
 * Gives the migrated database at `url`, as its owner, the functions whose source is not what it was given last, and what holds their answers
 * follows, all in one transaction; answers their names. The caller is the only one who does. A function that is gone is dropped by a migration,
 * and so is one whose parameters or result change.
 */
export async function replaceFunctions(url: string): Promise<string[]> {
  // A session of its own: one that a migration ran in keeps the former text of a function in its picture of an index, and would build by it.
  const db = openDatabase({ url, max: 1, role: null, applicationName: 'duecourse-migrate' });
  try {
    return await db.transaction().execute(async (tx) => {
      const files = await changed(tx);
      if (files.length === 0) return [];
      await sql`create table if not exists function_source (
        name text primary key, checksum text not null, applied_at timestamptz not null default clock_timestamp())`.execute(tx);
      await sql`revoke insert, update, delete on function_source from duecourse_app`.execute(tx);
      // What a function calls may come after it in the order of names.
      await sql`set local check_function_bodies = off`.execute(tx);
      const before = await definitions(tx);
      for (const file of files) await give(tx, file);
      const after = await definitions(tx);
      const names = files.map(({ name }) => name);
      await followFunctions(
        tx,
        names.filter((name) => before.get(name) !== after.get(name)),
      );
      return names;
    });
  } finally {
    await db.destroy();
  }
}
