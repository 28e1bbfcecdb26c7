import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { migrate } from '../../store/platform/migrate.ts';

const TEMPLATE = 'duecourse_template';
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

/** Makes the migrated template once a run; it gets its name only when whole, so a failed migration is tried again. */
async function template(client: pg.Client): Promise<void> {
  await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  try {
    if (await exists(client, TEMPLATE)) return;
    const draft = `${TEMPLATE}_${randomUUID().slice(0, 8)}`;
    await client.query(`create database ${draft}`);
    await migrate(urlOf(draft));
    await client.query(`alter database ${draft} rename to ${TEMPLATE}`);
  } finally {
    await client.query('select pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
  }
}

/** A migrated, otherwise empty database of its own for a test or a file. Close its connections before `drop`, which ends the rest. */
export async function freshDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await asAdmin(async (client) => {
    await template(client);
    await client.query(`create database ${name} template ${TEMPLATE}`);
  });
  const drop = () => asAdmin(async (client) => void (await client.query(`drop database if exists ${name} with (force)`)));
  return { url: urlOf(name), drop };
}
