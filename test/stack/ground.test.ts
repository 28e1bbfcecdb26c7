import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import type { Say } from '../../stack/words.ts';
import { expect, onTestFinished, test } from 'vitest';
import { endLeftover } from '../../stack/postgres-cluster.ts';
import { startPostgres } from '../../stack/postgres.ts';
import { isAlive } from '../../stack/processes.ts';
import { resolveTemporal, startTemporal } from '../../stack/temporal.ts';
import { tempFolder } from '../support/temp.ts';

interface Ground {
  postgres: { url: string; port: number; pid: number };
  temporal: { address: string; pid: number };
}

async function bring(dataDir: string, log: Say = () => undefined) {
  const found = await resolveTemporal({ env: { ...process.env, TEMPORAL_ADDRESS: '' }, progress: log });
  if (found.kind !== 'binary') throw new Error('a binary was expected');
  const [postgres, temporal] = await Promise.all([
    startPostgres({ dataDir, log }),
    startTemporal({ binary: found.path, dataDir, namespace: 'duecourse', log }),
  ]);
  return { postgres, temporal, stop: () => Promise.all([postgres.stop(), temporal.stop()]) };
}

/** Brings the ground up in another process, kills that with -9 and answers what it left running. */
async function leftByKill(dataDir: string): Promise<Ground> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/support/hold-ground.ts', dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(child.stdout), 'line');
  child.kill('SIGKILL');
  await once(child, 'exit');
  return JSON.parse(String(line));
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function withTemporal<T>(address: string, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await work(new Client({ connection, namespace: 'duecourse' }));
  } finally {
    await connection.close();
  }
}

test('rows and open workflows survive kill -9 of the stack, whose servers are ended, and a clean stop; ports stay', async () => {
  const dataDir = join(tempFolder(), 'data');
  const first = await leftByKill(dataDir);
  expect([first.postgres.pid, first.temporal.pid].map(isAlive)).toEqual([true, true]);
  await query(first.postgres.url, 'create table kept as select 42 as answer');
  const start = { taskQueue: 'none', workflowId: 'open', args: [] };
  await withTemporal(first.temporal.address, (client) => client.workflow.start('waiting', start));

  const said: string[] = [];
  const second = await bring(dataDir, ({ en }) => void said.push(en));
  expect(said.filter((line) => line.includes('that an earlier run left behind'))).toHaveLength(2);
  expect([first.postgres.pid, first.temporal.pid].map(isAlive)).toEqual([false, false]);
  expect(second.postgres.url).toBe(first.postgres.url);
  expect(second.temporal.address).toBe(first.temporal.address);
  expect(await query(second.postgres.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
  await query(second.postgres.url, 'create unique index on kept (answer); insert into kept values (42)').catch(() => undefined);
  await second.stop();
  const log = readFileSync(join(dataDir, 'logs', 'postgres.log'), 'utf8');
  expect(log).toContain('duplicate key value violates unique constraint');
  expect(log, 'no value of a row').not.toContain('(42)');

  const third = await bring(dataDir);
  onTestFinished(async () => void (await third.stop()));
  const status = await withTemporal(
    third.temporal.address,
    async (client) => (await client.workflow.getHandle('open').describe()).status.name,
  );
  expect(status).toBe('RUNNING');
  expect(await query(third.postgres.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
});

test('a killed PostgreSQL is reported, recovers what was committed and keeps its secrets to its owner', async () => {
  const dataDir = join(tempFolder(), 'data');
  const first = await startPostgres({ dataDir });
  await query(first.url, 'create table kept as select 1 as n');
  process.kill(first.pid, 'SIGKILL');
  expect(typeof (await first.lost)).toBe('string');
  await first.stop();
  const second = await startPostgres({ dataDir });
  expect(await query(second.url, 'select n from kept')).toEqual([{ n: 1 }]);
  const wrong = new URL(second.url);
  wrong.password = 'wrong';
  await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed');
  expect(
    await query(second.url, "select current_setting('listen_addresses') as l, current_setting('unix_socket_directories') as s"),
  ).toEqual([{ l: '127.0.0.1', s: '' }]);
  await second.stop();
});

test('a pid file that names a stranger loses the file, and the stranger lives', async () => {
  const cluster = tempFolder();
  const stranger = spawn('sleep', ['60']);
  onTestFinished(() => void stranger.kill('SIGKILL'));
  const file = join(cluster, 'postmaster.pid');
  writeFileSync(file, `${stranger.pid}\n${cluster}\n`);
  await endLeftover(cluster, () => undefined);
  expect(() => readFileSync(file)).toThrow('ENOENT');
  expect(isAlive(stranger.pid ?? 0)).toBe(true);
});
