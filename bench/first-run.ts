import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { freePort } from '../stack/ports.ts';
import { round } from './figures.ts';
import type { Settings } from './settings.ts';
import type { Ground } from './world.ts';

const LIMIT_MS = 20 * 60_000;
const LOOK_MS = 1_000;

interface Seen {
  atSeconds: number;
  receivables: number;
  closed: number;
  messages: number;
  workOrders: number;
}

/**
 * The newcomer's `npm start` on an empty folder: seconds until the stack is up, until the first figures stand in the database, and
 * until the clock runs at real speed, with what had been lived through every few seconds.
 */
export async function firstRun(_ground: Ground, settings: Settings): Promise<object> {
  const data = mkdtempSync(join(realpathSync(tmpdir()), 'duecourse-bench-first-'));
  const began = performance.now();
  const since = (): number => round((performance.now() - began) / 1000);
  const args = [
    'stack/launch.mjs',
    '--data',
    data,
    '--port',
    String(await freePort()),
    '--json',
    ...(settings.quick ? [] : ['--replay', 'recent']),
  ];
  const stack = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => stack.once('exit', () => resolve()));
  try {
    const line = await new Promise<string>((resolve, reject) => {
      createInterface(stack.stdout).once('line', resolve);
      void ended.then(() => reject(new Error('npm start ended before it was ready')));
    });
    const upSeconds = since();
    const { databaseUrl } = JSON.parse(line) as { databaseUrl: string };
    const lived = await watch(databaseUrl, since);
    const result = { upSeconds, ...lived };
    console.log(JSON.stringify({ ...result, course: undefined }));
    return result;
  } finally {
    stack.kill('SIGINT');
    await ended;
    rmSync(data, { recursive: true, force: true });
  }
}

async function watch(
  url: string,
  since: () => number,
): Promise<{ firstFiguresSeconds: number; livedSeconds: number; course: Seen[] }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const course: Seen[] = [];
  try {
    for (const end = performance.now() + LIMIT_MS; performance.now() < end;) {
      const { rows } = await client.query<Omit<Seen, 'atSeconds'> & { running: boolean }>(
        `select (select count(*)::int from receivable) as receivables, (select count(*)::int from receivable where stage = 'closed') as closed,
           (select count(*)::int from message) as messages, (select count(*)::int from work_order) as "workOrders",
           (select speed = 1 from clock) as running`,
      );
      const [row] = rows;
      if (row) {
        const { running, ...seen } = row;
        course.push({ atSeconds: since(), ...seen });
        if (running && seen.receivables > 0) break;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    const firstFiguresSeconds = course.find((seen) => seen.receivables > 0)?.atSeconds ?? Number.NaN;
    return { firstFiguresSeconds, livedSeconds: since(), course };
  } finally {
    await client.end();
  }
}
