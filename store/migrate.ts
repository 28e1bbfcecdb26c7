import { readdir, readFile } from 'node:fs/promises';
import { Migrator, sql } from 'kysely';
import type { Migration, MigrationProvider } from 'kysely';
import { openDatabase } from './database.ts';

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

/**
 * Brings the database at `url` (as its owner) to the newest schema, or to `upTo`; answers the names applied now.
 * Concurrent callers wait for one another. A failed migration leaves the schema as it was and throws.
 */
export async function migrate(url: string, upTo?: string): Promise<string[]> {
  const db = openDatabase({ url, max: 1, role: null, applicationName: 'duecourse-migrate' });
  try {
    const { error, results } = await new Migrator({ db, provider: sqlFiles(upTo) }).migrateToLatest();
    if (error) throw error;
    return (results ?? []).filter((result) => result.status === 'Success').map((result) => result.migrationName);
  } finally {
    await db.destroy();
  }
}

/** Names of migrations in this build that the database at `url` has not had. */
export async function pendingMigrations(url: string): Promise<string[]> {
  const db = openDatabase({ url, max: 1, role: null, applicationName: 'duecourse-migrate' });
  try {
    const all = await new Migrator({ db, provider: sqlFiles() }).getMigrations();
    return all.filter((migration) => !migration.executedAt).map((migration) => migration.name);
  } finally {
    await db.destroy();
  }
}
