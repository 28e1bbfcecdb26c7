import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import pg from 'pg';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { openDatabase } from '../../store/platform/database.ts';
import type { Database } from '../../store/platform/database.ts';
import { upsertCustomer } from '../../store/customers/customers.ts';
import { APP_LOGIN, AUDITOR_LOGIN, giveLogins } from '../../store/platform/logins.ts';
import { applyFormer } from '../../store/platform/former-migrations.ts';
import { migrate, pendingSteps } from '../../store/platform/migrate.ts';
import { openStore } from '../../store/open.ts';
import { setUp } from '../../store/setup.ts';
import { erp } from '../support/actors.ts';
import { catalogOf } from '../support/catalog.ts';
import { freshDatabase } from '../support/database.ts';
import { customerOf } from '../support/documents.ts';
import { seededFrom } from '../support/seeded.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

const NOTHING = { migrations: [], functions: [] };

const namesIn = async (folder: string): Promise<string[]> =>
  (await readdir(join(root, folder)))
    .filter((file) => file !== 'migration_lock.toml')
    .map((file) => file.replace('.sql', ''))
    .sort();

/** The triggers that the files of functions make: function, trigger, table. */
async function triggersInFiles(): Promise<string[]> {
  const files = (await namesIn('prisma/functions')).map(async (name) => {
    const text = await readFile(join(root, 'prisma/functions', `${name}.sql`), 'utf8');
    return [...text.matchAll(/^create or replace trigger (\w+) [^;]*?\bon (\w+)/gm)].map(([, trigger, table]) =>
      [name, trigger, table].join(' '),
    );
  });
  return (await Promise.all(files)).flat();
}

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

/** A database as builds left it whose newest migration was `upTo`: they kept another book. */
async function formerDatabase(upTo?: string): Promise<string> {
  const url = await bareDatabase();
  const db = openDatabase({ url, max: 1, role: null });
  try {
    await sql`create table kysely_migration (name varchar(255) primary key, timestamp varchar(255) not null)`.execute(db);
    await sql`create table kysely_migration_lock (id varchar(255) primary key, is_locked integer not null default 0)`.execute(db);
    await applyFormer(db, upTo);
  } finally {
    await db.destroy();
  }
  return url;
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

describe('migrations', () => {
  it('bring an empty database to the newest schema once, and then have nothing to do', async () => {
    const url = await bareDatabase();
    const all = { migrations: await namesIn('prisma/migrations'), functions: await namesIn('prisma/functions') };
    expect(await pendingSteps(url)).toEqual(all);
    expect(await migrate(url)).toEqual(all);
    expect(await migrate(url)).toEqual(NOTHING);
    expect(await pendingSteps(url)).toEqual(NOTHING);
  });

  it('bring the database of an earlier build, from whichever of its versions, to the very schema of a new one', async () => {
    const whole = await bareDatabase();
    const since = (await migrate(whole)).migrations.slice(1);
    const schema = await catalogOf(whole);
    expect(schema.length).toBeGreaterThan(3_000);
    const former = await namesIn('prisma/former');
    const newest = await formerDatabase();
    expect((await pendingSteps(newest)).migrations).toEqual(since);
    expect((await migrate(newest)).migrations).toEqual(since);
    expect(await catalogOf(newest)).toEqual(schema);
    expect(await migrate(newest)).toEqual(NOTHING);
    const place = seededFrom().below(former.length - 1);
    const older = await formerDatabase(former[place]);
    expect((await pendingSteps(older)).migrations).toEqual([...former.slice(place + 1), ...since]);
    expect((await migrate(older)).migrations).toEqual([...former.slice(place + 1), ...since]);
    expect(await catalogOf(older), `from ${former[place]}`).toEqual(schema);
  });

  it('go on from each of them to the next', async () => {
    const url = await bareDatabase();
    const names = await namesIn('prisma/migrations');
    for (const [place, name] of names.entries()) {
      expect(await migrate(url, name)).toEqual({ migrations: [name], functions: [] });
      expect((await pendingSteps(url)).migrations).toEqual(names.slice(place + 1));
    }
  });

  it.each([
    ['that this build does not know', `update _prisma_migrations set migration_name = 'x'`, 'does not know'],
    ['that reads otherwise now', `update _prisma_migrations set checksum = 'x'`, 'was changed after it was applied'],
    ['that went wrong elsewhere', 'update _prisma_migrations set finished_at = null', 'went wrong'],
  ])('go no further on a database that had one %s', async (_what, statement, said) => {
    const { db, url } = await migratedDatabase(null);
    await sql.raw(statement).execute(db);
    await expect(migrate(url)).rejects.toThrow(said);
  });

  it('two that start at once apply each of them once', async () => {
    const url = await bareDatabase();
    const [a, b] = await Promise.all([migrate(url), migrate(url)]);
    for (const kind of ['migrations', 'functions'] as const) {
      const [few, many] = [a[kind], b[kind]].sort((one, other) => one.length - other.length);
      expect(few).toEqual([]);
      expect(many).not.toEqual([]);
    }
    expect(await pendingSteps(url)).toEqual(NOTHING);
  });
});

describe('the functions of the database', () => {
  it('are what prisma/functions says: a file for each, with the triggers that call it, and none beside', async () => {
    const { db, url } = await migratedDatabase(null);
    const { rows: functions } = await sql<{ name: string }>`
      select proname as name from pg_proc where pronamespace = 'public'::regnamespace order by proname collate "C"`.execute(db);
    expect(functions.map(({ name }) => name)).toEqual(await namesIn('prisma/functions'));
    const { rows: triggers } = await sql<{ called: string }>`select concat_ws(' ', proname, tgname, tgrelid::regclass) as called
      from pg_trigger t join pg_proc p on p.oid = t.tgfoid where not tgisinternal`.execute(db);
    expect(triggers.map(({ called }) => called).sort()).toEqual((await triggersInFiles()).sort());
    const before = await catalogOf(url);
    await sql`truncate function_source`.execute(db);
    expect((await migrate(url)).functions).toHaveLength(functions.length);
    expect(await catalogOf(url)).toEqual(before);
  });

  it('are replaced when their source is not what the database was given last, and only these', async () => {
    const { db, url } = await migratedDatabase(null);
    const before = await catalogOf(url);
    await sql`create or replace function our_id(p_text text) returns uuid language sql immutable as 'select null::uuid'`.execute(
      db,
    );
    await sql`update function_source set checksum = 'of an earlier build' where name = 'our_id'`.execute(db);
    expect(await pendingSteps(url)).toEqual({ migrations: [], functions: ['our_id'] });
    expect(await migrate(url)).toEqual({ migrations: [], functions: ['our_id'] });
    expect(await catalogOf(url)).toEqual(before);
  });
});

/** The database under a login of its own, as the processes and the auditors have it. */
async function loggedIn(
  role: typeof APP_LOGIN | typeof AUDITOR_LOGIN,
): Promise<{ url: string; owner: string; client: pg.Client }> {
  const { url } = await migratedDatabase(null);
  await setUp(url);
  const password = randomUUID();
  await giveLogins(url, role === APP_LOGIN ? { app: password } : { auditor: password });
  const own = Object.assign(new URL(url), { username: role, password });
  const client = new pg.Client({ connectionString: own.href });
  await client.connect();
  opened.push({ close: () => client.end() });
  return { url: own.href, owner: decodeURIComponent(new URL(url).username), client };
}

describe('the login of the processes', () => {
  it('cannot become the owner, change the schema or touch the record, whatever it sets or resets', async () => {
    const { client, owner } = await loggedIn(APP_LOGIN);
    const tries = [
      `set role ${owner}`,
      `set session authorization ${owner}`,
      `grant ${owner} to ${APP_LOGIN}`,
      `alter role ${APP_LOGIN} superuser`,
      'create role mine login',
      'create table mine (id int)',
      'create temporary table mine (id int)',
      'create schema mine',
      `create function mine() returns int language sql as 'select 1'`,
      'alter table receivable add column mine int',
      'drop table audit',
      `update audit set action = 'x'`,
      'delete from audit',
      'truncate audit',
      'alter table audit disable trigger all',
      'drop trigger audit_append_only on audit',
      'set session_replication_role = replica',
      `update event set kind = 'x'`,
      'delete from _prisma_migrations',
      'delete from function_source',
    ];
    for (const before of [
      'select',
      `set role ${APP_LOGIN}`,
      'reset role',
      'set role none',
      'reset session authorization',
      'discard all',
    ]) {
      await client.query(before);
      for (const statement of tries) {
        await expect(client.query(statement), `${before}; ${statement}`).rejects.toMatchObject({ code: '42501' });
      }
    }
  });

  it('does all the work of the product', async () => {
    const { url } = await loggedIn(APP_LOGIN);
    const store = openStore({ url, max: 2 });
    opened.push({ close: () => store.close() });
    expect(await upsertCustomer(store, erp, customerOf('C-1'))).toMatchObject({ changed: true });
    expect(await pendingSteps(url)).toEqual(NOTHING);
  });

  it('takes no password that clients could spell in two ways', async () => {
    await expect(giveLogins(inject('postgresUrl'), { app: 'Zk3-密码-fjQ' })).rejects.toThrow('printable ASCII');
  });
});

describe("the auditor's login", () => {
  it('reads the record, and neither secrets nor anything to change', async () => {
    const { client } = await loggedIn(AUDITOR_LOGIN);
    for (const table of ['audit', 'receivable', 'message', 'policy']) {
      expect((await client.query(`select count(*) from ${table}`)).rowCount).toBe(1);
    }
    for (const statement of [
      'select from api_key',
      'select from idempotency',
      'delete from customer',
      `update clock set speed = 0`,
    ]) {
      await expect(client.query(statement), statement).rejects.toMatchObject({ code: '42501' });
    }
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
