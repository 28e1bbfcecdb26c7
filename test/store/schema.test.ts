import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { openDatabase } from '../../store/database.ts';
import type { Database } from '../../store/database.ts';
import { migrate, pendingMigrations } from '../../store/migrate.ts';
import { freshDatabase } from '../support/database.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

/** A database without any migration. */
async function bareDatabase(): Promise<string> {
  const admin = openDatabase({ url: inject('postgresUrl'), max: 1, role: null });
  const name = `bare_${randomUUID().replaceAll('-', '')}`;
  await sql.raw(`create database ${name}`).execute(admin);
  opened.push({
    async close() {
      await sql.raw(`drop database ${name} with (force)`).execute(admin);
      await admin.destroy();
    },
  });
  return Object.assign(new URL(inject('postgresUrl')), { pathname: `/${name}` }).href;
}

async function migratedDatabase(role: 'duecourse_app' | null): Promise<{ url: string; db: Database }> {
  const { url, drop } = await freshDatabase();
  const db = openDatabase({ url, max: 2, role });
  opened.push({
    async close() {
      await db.destroy();
      await drop();
    },
  });
  return { url, db };
}

async function tablesOf(url: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'duecourse-schema-'));
  try {
    const out = join(folder, 'schema.ts');
    await run(process.execPath, ['node_modules/kysely-codegen/dist/cli/bin.js', '--url', url, '--out-file', out], { cwd: root });
    return await readFile(out, 'utf8');
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('migrations', () => {
  it('bring an empty database to the newest schema once, and then have nothing to do', async () => {
    const url = await bareDatabase();
    const names = (await readdir(join(root, 'store/migrations'))).map((file) => file.replace('.sql', '')).sort();
    expect(await migrate(url)).toEqual(names);
    expect(await migrate(url)).toEqual([]);
    expect(await pendingMigrations(url)).toEqual([]);
  });

  it('go on from every earlier state to the same schema', { timeout: 240_000 }, async () => {
    const whole = await bareDatabase();
    const names = await migrate(whole);
    const schema = await tablesOf(whole);
    for (const name of names.slice(0, -1)) {
      const url = await bareDatabase();
      await migrate(url, name);
      expect(await pendingMigrations(url)).toEqual(names.slice(names.indexOf(name) + 1));
      await migrate(url);
      expect(await tablesOf(url), `from ${name}`).toBe(schema);
    }
  });

  it('leave the row types as the code has them: no drift between schema and code', async () => {
    const { url } = await migratedDatabase(null);
    const generated = await tablesOf(url);
    expect(generated.trim()).toBe((await readFile(join(root, 'store/schema.ts'), 'utf8')).trim());
  });

  it('two that start at once apply each of them once', async () => {
    const url = await bareDatabase();
    const [a, b] = await Promise.all([migrate(url), migrate(url)]);
    expect([...a, ...b].sort()).toEqual([...new Set([...a, ...b])].sort());
    expect(await pendingMigrations(url)).toEqual([]);
  });
});

describe('the application role', () => {
  it.each([
    ['change an audit entry', `update audit set action = 'x'`],
    ['delete one', 'delete from audit'],
    ['empty the record', 'truncate audit'],
    ['drop its guard', 'drop trigger audit_append_only on audit'],
    ['switch its guard off', 'alter table audit disable trigger all'],
    ['change an event', `update event set kind = 'x'`],
    ['make a table', 'create table mine (id int)'],
    ['change a table', 'alter table receivable add column mine int'],
  ])('may not %s', async (_what, statement) => {
    const { db } = await migratedDatabase('duecourse_app');
    await expect(sql.raw(statement).execute(db)).rejects.toMatchObject({ code: '42501' });
  });

  it('not even the owner changes an audit entry without saying so in the schema', async () => {
    const { db } = await migratedDatabase(null);
    await expect(sql.raw(`update audit set action = 'x'`).execute(db)).rejects.toMatchObject({ code: '42501' });
  });
});
