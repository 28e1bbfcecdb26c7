import { readdir, readFile } from 'node:fs/promises';
import { Migrator, sql } from 'kysely';
import type { Migration, MigrationProvider } from 'kysely';
import { openDatabase } from './database.ts';
import { pendingFunctions, replaceFunctions } from './functions.ts';

const FOLDER = new URL('./migrations/', import.meta.url);

/** Migrations are plain SQL files, applied once in the order of their names, forward only. */
function sqlFiles(upTo?: string): MigrationProvider {
  return {
    async getMigrations() {
      const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.sql')).sort();
      const migrations: Record<string, Migration> = {};
      for (const file of files) {
        const name = file.replace(/\.sql$/, '');
        if (upTo && name > upTo) break;
        const text = await readFile(new URL(file, FOLDER), 'utf8');
        migrations[name] = { up: async (db) => void (await sql.raw(text).execute(db)) };
      }
      return migrations;
    },
  };
}

/** Steps of a schema by name: migrations, and after them the functions whose source changed. */
export interface SchemaSteps {
  migrations: string[];
  functions: string[];
}

/**
 * Brings the database at `url` (as its owner) to the newest schema with its functions, or to the migration `upTo` without them; answers what
 * was applied now. Concurrent callers wait for one another. A failed migration leaves the schema as it was and throws.
 */
export async function migrate(url: string, upTo?: string): Promise<SchemaSteps> {
  const db = openDatabase({ url, max: 1, role: null, applicationName: 'duecourse-migrate' });
  try {
    const { error, results } = await new Migrator({ db, provider: sqlFiles(upTo) }).migrateToLatest();
    if (error) throw error;
    const migrations = (results ?? []).filter((result) => result.status === 'Success').map((result) => result.migrationName);
    return { migrations, functions: upTo === undefined ? await replaceFunctions(db) : [] };
  } finally {
    await db.destroy();
  }
}

/** What this build would apply to the database at `url`. */
export async function pendingSteps(url: string): Promise<SchemaSteps> {
  const db = openDatabase({ url, max: 1, role: null, applicationName: 'duecourse-migrate' });
  try {
    const all = await new Migrator({ db, provider: sqlFiles() }).getMigrations();
    const migrations = all.filter((migration) => !migration.executedAt).map((migration) => migration.name);
    return { migrations, functions: await pendingFunctions(db) };
  } finally {
    await db.destroy();
  }
}
