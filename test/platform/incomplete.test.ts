import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { examine } from '../../cli/doctor.ts';
import { requireSchema } from '../../store/platform/migrate.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const command = fileURLToPath(new URL('../../cli/duecourse.mjs', import.meta.url));
const name = `deployed_${randomUUID().replaceAll('-', '')}`;
const owner = Object.assign(new URL(inject('postgresUrl')), { pathname: `/${name}` }).href;

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** The database as `prisma migrate deploy` alone makes it. */
beforeAll(async () => {
  await query(inject('postgresUrl'), `create database ${name}`);
  const env = { ...process.env, DATABASE_OWNER_URL: owner };
  await promisify(execFile)(process.execPath, ['node_modules/prisma/build/index.js', 'migrate', 'deploy'], { cwd: root, env });
});
afterAll(() => query(inject('postgresUrl'), `drop database if exists ${name} with (force)`));

const env = {
  ...process.env,
  ...{ DATABASE_URL: owner, DATABASE_OWNER_URL: owner, TEMPORAL_ADDRESS: inject('temporalAddress') },
  ...{ TEMPORAL_NAMESPACE: inject('temporalNamespace'), DUECOURSE_MODE: 'local', DUECOURSE_PORT: '0', LANG: 'C' },
};
const run = (word: string): Promise<{ code: unknown; err: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [command, word], { env, timeout: 60_000 }, (error, _out, err) =>
      resolve({ code: error ? error.code : 0, err }),
    );
  });
const badOf = async () => (await examine(env)).filter(({ state }) => state === 'bad').map(({ code }) => code);

test('a database without its functions is served by nobody: each start says in one sentence what completes it, and so does doctor', async () => {
  for (const word of ['api', 'worker']) {
    const { code, err } = await run(word);
    expect([word, code]).toEqual([word, 1]);
    expect(err.trim()).toMatch(/^The database is not complete for this version: run "duecourse migrate" .*start again\.$/);
  }
  expect(await badOf()).toContain('migrations-pending');
  expect((await run('migrate')).code).toBe(0);
  await requireSchema(owner);
  expect(await badOf()).not.toContain('migrations-pending');
  expect(await query(owner, "select has_table_privilege('duecourse_app', '_prisma_migrations', 'select') as may")).toEqual([
    { may: true },
  ]);
}, 240_000);
