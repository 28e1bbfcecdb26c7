import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { openDatabase } from './database.ts';
import type { Database } from './database.ts';
import { formerMigrations, leaveFormerBook } from './former-migrations.ts';
import { pendingFunctions, replaceFunctions } from './functions.ts';
import { SchemaError } from './schema-error.ts';

const FOLDER = new URL('../../prisma/migrations/', import.meta.url);

/** The advisory lock of Prisma's command line: it and we wait for one another. */
const LOCK = 72_707_369;

interface MigrationFile {
  name: string;
  text: string;
  checksum: string;
}

/** Migrations are plain SQL files, applied once in the order of their folders' names, forward only. */
async function migrationFiles(): Promise<MigrationFile[]> {
  const folders = (await readdir(FOLDER, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  return Promise.all(
    folders
      .map(({ name }) => name)
      .sort()
      .map(async (name) => {
        const bytes = await readFile(new URL(`${name}/migration.sql`, FOLDER));
        return { name, text: bytes.toString('utf8'), checksum: createHash('sha256').update(bytes).digest('hex') };
      }),
  );
}

/** The book Prisma keeps of what was applied, as Prisma itself makes it: `prisma migrate status` and `deploy` go on where we stopped. */
async function makeBook(db: Database): Promise<void> {
  await sql`create table _prisma_migrations (
    id varchar(36) primary key not null, checksum varchar(64) not null, finished_at timestamptz, migration_name varchar(255) not null,
    logs text, rolled_back_at timestamptz, started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`.execute(
    db,
  );
  // Tables are the app's to write; what tells which migrations ran is the owner's alone.
  await sql`revoke insert, update, delete on _prisma_migrations from duecourse_app`.execute(db);
}

const enter = (db: Database, { name, checksum }: MigrationFile) =>
  sql`insert into _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
    values (${randomUUID()}, ${checksum}, ${name}, now(), clock_timestamp(), 1)`.execute(db);

interface Entry {
  name: string;
  checksum: string;
  done: boolean;
}

/** What the book says was applied; null when the database has none. */
async function entries(db: Database): Promise<Entry[] | null> {
  const { rows: book } = await sql`select from pg_class where oid = to_regclass('_prisma_migrations')`.execute(db);
  if (book.length === 0) return null;
  const { rows } = await sql<Entry>`select migration_name as name, checksum, finished_at is not null as done
    from _prisma_migrations where rolled_back_at is null`.execute(db);
  return rows;
}

/** Throws when the database had migrations that this build does not know, or one that went wrong or reads otherwise. */
function verify(had: readonly Entry[], files: readonly MigrationFile[]): void {
  for (const { name, checksum, done } of had) {
    const file = files.find((one) => one.name === name);
    if (!file) throw new Error(`the database has the migration ${name}, which this build does not know`);
    if (!done) throw new Error(`the migration ${name} went wrong under "prisma migrate": settle it by "prisma migrate resolve"`);
    if (checksum !== file.checksum) throw new Error(`the migration ${name} was changed after it was applied`);
  }
}

async function applyMissing(db: Database, upTo: string | undefined): Promise<string[]> {
  const files = await migrationFiles();
  const [base] = files;
  if (!base) throw new Error('prisma/migrations is empty');
  const done: string[] = [];
  let had = await entries(db);
  if (had === null) {
    const former = await leaveFormerBook(db, async (tx) => {
      await makeBook(tx);
      await enter(tx, base);
    });
    done.push(...former);
    had = (await entries(db)) ?? [];
  }
  verify(had, files);
  for (const file of files) {
    if (had.some(({ name }) => name === file.name) || (upTo !== undefined && file.name > upTo)) continue;
    await db.transaction().execute(async (tx) => {
      await sql.raw(file.text).execute(tx);
      if (file === base) await makeBook(tx);
      await enter(tx, file);
    });
    done.push(file.name);
  }
  return done;
}

/** Steps of a schema by name: migrations, and after them the functions whose source changed. */
export interface SchemaSteps {
  migrations: string[];
  functions: string[];
}

/**
 * Brings the database at `url` (as its owner) to the newest schema with its functions, or to the migration `upTo` without them; answers what
 * was applied now. Concurrent callers wait for one another. A failed migration leaves the schema as it was and throws, and so do functions
 * whose new text rows of a table do not pass (SchemaError).
 */
export async function migrate(url: string, upTo?: string): Promise<SchemaSteps> {
  // One connection: it holds the lock until it ends.
  const db = openDatabase({ url, max: 1, role: null, applicationName: 'duecourse-migrate' });
  try {
    await sql`select pg_advisory_lock(${LOCK})`.execute(db);
    const migrations = await applyMissing(db, upTo);
    // Made by "prisma migrate" itself, it is nobody's to read but the owner's.
    if (upTo === undefined) await sql`grant select on _prisma_migrations to duecourse_app`.execute(db);
    return { migrations, functions: upTo === undefined ? await replaceFunctions(url) : [] };
  } finally {
    await db.destroy();
  }
}

/**
 * Throws SchemaError when the database at `url` cannot be served by this build: it was never migrated or not to the end, its functions were not
 * given, or it was not set up. Functions that only read otherwise are no reason: processes go on beside an upgrade.
 */
export async function requireSchema(url: string): Promise<void> {
  const db = openDatabase({ url, max: 1, role: null, applicationName: 'duecourse-schema' });
  try {
    const { migrations } = await pendingSteps(url);
    const { rows: given } = await sql`select from function_source limit 1`.execute(db);
    const { rows: clock } = await sql`select from clock`.execute(db);
    if (migrations.length > 0 || given.length === 0 || clock.length === 0) throw incomplete();
  } catch (error) {
    throw INCOMPLETE.includes((error as { code?: string }).code ?? '') ? incomplete() : error;
  } finally {
    await db.destroy();
  }
}

/** A table that is not there, or that another program made and we may not read: `prisma migrate` without us. */
const INCOMPLETE = ['42P01', '42501'];

const incomplete = (): SchemaError =>
  new SchemaError(
    'The database is not complete for this version: run "duecourse migrate" as its owner (DATABASE_OWNER_URL), then start again.',
    '数据库对本版本而言尚不完整：请以其所有者身份（DATABASE_OWNER_URL）运行 "duecourse migrate"，然后重新启动。',
  );

/** What this build would apply to the database at `url`. */
export async function pendingSteps(url: string): Promise<SchemaSteps> {
  const db = openDatabase({ url, max: 1, role: null, applicationName: 'duecourse-migrate' });
  try {
    const files = await migrationFiles();
    const had = await entries(db);
    const former = had === null ? await formerMigrations(db) : null;
    const names = files.map(({ name }) => name);
    const missing = former
      ? [...former.missing, ...names.slice(1)]
      : names.filter((name) => !had?.some((entry) => entry.name === name));
    return { migrations: missing, functions: await pendingFunctions(db) };
  } finally {
    await db.destroy();
  }
}
