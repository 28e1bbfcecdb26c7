import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../stack/ports.ts';
import { startPostgres } from '../../stack/postgres.ts';
import { resolveTemporal, startTemporal } from '../../stack/temporal.ts';
import { migrate } from '../../store/platform/migrate.ts';
import { setUp } from '../../store/setup.ts';
import { killStack, serverPids, startStack } from '../support/stack-process.ts';
import { tempFolder } from '../support/temp.ts';
import { until } from '../support/world.ts';

const command = fileURLToPath(new URL('../../cli/duecourse.mjs', import.meta.url));
/** Systems kill what they asked to stop after half a minute. */
const STOP_MS = 30_000;
const UP_MS = 90_000;

/** Asks a process to stop, and answers how long it took and its exit code. */
async function stop(child: ChildProcess): Promise<{ ms: number; code: number | null }> {
  const began = performance.now();
  child.kill('SIGTERM');
  const [code] = child.exitCode === null && child.signalCode === null ? await once(child, 'exit') : [child.exitCode];
  return { ms: performance.now() - began, code: code as number | null };
}

const customer = { name: 'C', type: 'other', region: 'SH', currency: 'CNY', terms: { days: 30 }, contacts: [] };

test('every part of the stack may be killed: it comes back by itself, facts are refused or kept, and a stop ends in half a minute', async () => {
  const dataDir = tempFolder();
  const begin = () => startStack(dataDir, ['--empty', '--stepped', '--port', '0']);
  let stack = begin();
  onTestFinished(() => (stack.process.exitCode === null ? killStack(stack, true) : undefined));
  const { url, apiKeys, databaseUrl } = JSON.parse(await stack.ready) as {
    url: string;
    apiKeys: Record<string, string>;
    databaseUrl: string;
  };
  expect(url).toMatch(/^http:\/\/localhost:[1-9]\d*$/);
  const put = async (path: string, body: object): Promise<number> => {
    const headers = { Authorization: `Bearer ${apiKeys['erp']}`, 'Content-Type': 'application/json' };
    const res = await fetch(`${url}${path}`, { method: 'PUT', headers, body: JSON.stringify(body) });
    return res.status;
  };
  const kept = new Set<string>();
  const keep = async (id: string): Promise<number> => {
    const status = await put(`/v1/customers/${id}`, customer);
    if (status < 300) kept.add(id);
    return status;
  };
  expect(await keep('C-0')).toBe(201);

  process.kill(serverPids(dataDir).postgres, 'SIGKILL');
  const statuses: number[] = [];
  let n = 0;
  await until('facts are taken again', async () => statuses[statuses.push(await keep(`C-${++n}`)) - 1] === 201, UP_MS);
  expect(statuses.filter((status) => status !== 201 && status !== 503)).toEqual([]);
  await until('it says so', () => Promise.resolve(/PostgreSQL ended by itself[^]*PostgreSQL runs again/.test(stack.said())));

  process.kill(serverPids(dataDir).temporal, 'SIGKILL');
  await until('it is noticed', () => Promise.resolve(/Temporal ended by itself/.test(stack.said())), UP_MS);
  const invoice = { customer: 'C-0', number: 'I-1', issueDate: '2026-01-05', currency: 'CNY', amount: '100.00' };
  expect(await put('/v1/invoices/I-1', invoice)).toBe(201);
  const ready = async () => {
    const res = await fetch(`${url}/readyz`);
    const { checks } = (await res.json()) as { checks: { temporal: { ok: boolean }; relay: { ok: boolean } } };
    return res.status === 200 && checks.temporal.ok && checks.relay.ok;
  };
  await until('all is well', ready, UP_MS);

  // A process that fails for ever, and a stop in the middle of it.
  const owner = new pg.Client({ connectionString: databaseUrl });
  owner.on('error', () => undefined);
  await owner.connect();
  const { rows } = await owner.query<{ external_id: string }>('select external_id from customer');
  expect([...kept].filter((id) => !rows.some((row) => row.external_id === id))).toEqual([]);
  await owner.query('alter table rung rename to rung_away');
  await owner.query("update wake set asked = asked + 1 where kind = 'receivable'");
  const failing = "select from wake where kind = 'receivable' and rang >= asked and answered < asked";
  await until('it was rung and fails', async () => (await owner.query(failing)).rowCount === 1, UP_MS);
  const ended = await stop(stack.process);
  expect(ended.ms).toBeLessThan(STOP_MS);
  expect(ended.code).toBe(0);
  await owner.end().catch(() => undefined);

  // The database is gone and the engine hangs: it ends all the same, and the next start needs nobody's hand.
  stack = begin();
  await stack.ready;
  process.kill(serverPids(dataDir).temporal, 'SIGSTOP');
  process.kill(serverPids(dataDir).postgres, 'SIGKILL');
  const hung = await stop(stack.process);
  expect(hung.ms).toBeLessThan(STOP_MS);
  stack = begin();
  await stack.ready;
  expect((await stop(stack.process)).code).toBe(0);
}, 300_000);

test('API and worker as parts of their own end in half a minute when database and engine were killed', async () => {
  const dataDir = join(tempFolder(), 'data');
  const found = await resolveTemporal({ env: { ...process.env, TEMPORAL_ADDRESS: '' }, progress: () => undefined });
  if (found.kind !== 'binary') throw new Error('a binary was expected');
  const [postgres, temporal, port] = await Promise.all([
    startPostgres({ dataDir }),
    startTemporal({ binary: found.path, namespace: 'duecourse' }),
    freePort(),
  ]);
  onTestFinished(async () => void (await Promise.all([postgres.stop(), temporal.stop()])));
  await migrate(postgres.url);
  await setUp(postgres.url);
  const env = {
    ...process.env,
    ...{ DATABASE_URL: postgres.url, TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: 'duecourse' },
    ...{ DUECOURSE_MODE: 'local', DUECOURSE_PORT: String(port), DUECOURSE_HOST: '127.0.0.1', LOG_LEVEL: 'warn' },
  };
  const part = (name: string): ChildProcess => {
    const child = spawn(process.execPath, [command, name], { env, stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  };
  const [api, worker] = [part('api'), part('worker')];
  const polls = async () =>
    (await fetch(`http://127.0.0.1:${port}/readyz`).then(
      (res) => res.status,
      () => 0,
    )) === 200;
  await until('the API is ready', polls, UP_MS);
  const client = new pg.Client({ connectionString: postgres.url });
  client.on('error', () => undefined);
  await client.connect();
  const nights = async () =>
    (await client.query("select from wake where kind = 'nightly' and started_at is not null")).rowCount === 1;
  await until('the worker works', nights, UP_MS);
  process.kill(temporal.pid, 'SIGKILL');
  process.kill(postgres.pid, 'SIGKILL');
  await Promise.all([postgres.lost, temporal.lost]);
  const ended = await Promise.all([stop(api), stop(worker)]);
  for (const { ms } of ended) expect(ms).toBeLessThan(STOP_MS);
  expect(ended.map(({ code }) => code)).toEqual([0, 0]);
}, 240_000);
