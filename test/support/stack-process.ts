import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAlive } from '../../stack/processes.ts';
import { openStore } from '../../store/open.ts';
import type { OpenStore } from '../../store/open.ts';
import { until } from './world-over.ts';

const LAUNCH = fileURLToPath(new URL('../../stack/launch.mjs', import.meta.url));

/** `npm start` over a data folder, as a process to be killed. */
export interface StackProcess {
  readonly dataDir: string;
  readonly process: ChildProcess;
  /** What it said on stderr, for the message of a failure. */
  said(): string;
  /** Resolves with the line of JSON it prints when the first run is over; rejects when it ended before. */
  readonly ready: Promise<string>;
}

export function startStack(dataDir: string, args: readonly string[], env: Record<string, string> = {}): StackProcess {
  const child = spawn(process.execPath, [LAUNCH, '--data', dataDir, '--json', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let [out, err] = ['', ''];
  child.stderr.on('data', (chunk: Buffer) => (err = (err + chunk.toString('utf8')).slice(-4_000)));
  const ready = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString('utf8');
      const line = out.split('\n').find((one) => one.startsWith('{'));
      if (line !== undefined && out.includes('\n')) resolve(line);
    });
    child.once('exit', (code) => reject(new Error(`the stack ended with ${code}: ${err}`)));
  });
  ready.catch(() => undefined);
  return { dataDir, process: child, said: () => err, ready };
}

/** kill -9 of the stack, with the servers it started or without them. */
export async function killStack(stack: StackProcess, servers: boolean): Promise<void> {
  const { process: child } = stack;
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  if (servers) for (const pid of Object.values(serverPids(stack.dataDir)).filter(isAlive)) process.kill(pid, 'SIGKILL');
}

/** The embedded PostgreSQL and Temporal of a data folder. */
export function serverPids(dataDir: string): { postgres: number; temporal: number } {
  const postgres = Number.parseInt(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10);
  const { pid: temporal } = JSON.parse(readFileSync(join(dataDir, 'temporal.json'), 'utf8')) as { pid: number };
  return { postgres, temporal };
}

/** A store over the embedded database of a data folder, as soon as it is migrated and answers. */
export async function storeOf(dataDir: string, ms: number): Promise<OpenStore> {
  const file = join(dataDir, 'postgres.json');
  const state = () => JSON.parse(readFileSync(file, 'utf8')) as { port: number; password: string };
  // Its secrets are kept before it has a port.
  await until('the database is made', () => Promise.resolve(existsSync(file) && state().port > 0), ms);
  const { port, password } = state();
  const store = openStore({ url: `postgres://duecourse:${password}@127.0.0.1:${port}/duecourse`, max: 2 });
  const answers = () =>
    store.db
      .selectFrom('wake')
      .select('subject')
      .limit(1)
      .execute()
      .then(
        () => true,
        () => false,
      );
  await until('the database answers', answers, ms);
  return store;
}
