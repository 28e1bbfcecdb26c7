import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { migrate } from '../../store/platform/migrate.ts';
import { setUp } from '../../store/setup.ts';

/** What a run makes once and clones: a migrated database, and one with default policies, calendars and letters too. */
const TEMPLATES = { empty: 'duecourse_template', seeded: 'duecourse_template_seeded' } as const;
type Template = keyof typeof TEMPLATES;
/** Advisory lock of whoever makes the template; any number no test uses. */
const TEMPLATE_LOCK = 7_301_966;

function urlOf(database: string): string {
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${database}`;
  return url.href;
}

async function asAdmin<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: urlOf('postgres') });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function exists(client: pg.Client, database: string): Promise<boolean> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
  return rowCount !== 0;
}

/** Makes a template once a run; it gets its name only when whole, so a failed migration is tried again. */
async function template(client: pg.Client, kind: Template): Promise<void> {
  const name = TEMPLATES[kind];
  await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  try {
    if (await exists(client, name)) return;
    const draft = `${name}_${randomUUID().slice(0, 8)}`;
    await client.query(`create database ${draft}`);
    await migrate(urlOf(draft));
    if (kind === 'seeded') await setUp(urlOf(draft), { business: '2026-01-01T00:00:00.000Z', speed: 0, pinned: false });
    await client.query(`alter database ${draft} rename to ${name}`);
  } finally {
    await client.query('select pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
  }
}

/** A database of its own for a test or a file. Close its connections before `drop`, which ends the rest. */
export interface FreshDatabase {
  url: string;
  drop(): Promise<void>;
}

/** A migrated, otherwise empty database. */
export const freshDatabase = (): Promise<FreshDatabase> => cloneOf('empty');

/** A database that is set up, as `setUp` does it, with a clock that begins at `business`. */
export async function freshBooks(business: string, speed: number): Promise<FreshDatabase> {
  const fresh = await cloneOf('seeded');
  const client = new pg.Client({ connectionString: fresh.url });
  await client.connect();
  try {
    const clock = 'update clock set real_anchor = clock_timestamp(), business_anchor = $1, speed = $2';
    await client.query(clock, [business, speed]);
  } finally {
    await client.end();
  }
  return fresh;
}

async function cloneOf(kind: Template): Promise<FreshDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await asAdmin(async (client) => {
    await template(client, kind);
    await client.query(`create database ${name} template ${TEMPLATES[kind]}`);
  });
  const drop = () => asAdmin(async (client) => void (await client.query(`drop database if exists ${name} with (force)`)));
  return { url: urlOf(name), drop };
}
