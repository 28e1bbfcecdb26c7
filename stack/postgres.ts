import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { APP_LOGIN, AUDITOR_LOGIN } from '../store/platform/logins.ts';
import { StackError } from './error.ts';
import { logTail, numberIn, openLog, readState, writeWhole } from './files.ts';
import { PortTaken, freePort, lostPort, onFreePort } from './ports.ts';
import type { ChoosePort } from './ports.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { DATABASE_OWNER, endLeftover, initCluster } from './postgres-cluster.ts';
import type { Log } from './postgres-cluster.ts';
import { choosePostgresUser, commandAs } from './postgres-user.ts';
import type { RunAs } from './postgres-user.ts';
import { endProcess, goneWithin } from './processes.ts';

const HOST = '127.0.0.1';
const RECOVERY_MS = 180_000;
/** Time a server gets to say that its port is taken. */
const TAKEN_MS = 500;
const SETTINGS = {
  listen_addresses: HOST,
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  fsync: 'on',
  synchronous_commit: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  // What a statement stumbled over is said by its code: details repeat the values of rows, statements the values of literals.
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  // Two cores and short statements: parallel workers and compilation cost more than they give.
  max_parallel_workers_per_gather: '0',
  jit: 'off',
};

/** A running embedded PostgreSQL. */
export interface Postgres {
  /** postgres:// address of the database as its owner, with its password. */
  readonly url: string;
  /** The same as the app and as the auditor: usable once `giveLogins` has given the migrated roles these passwords. */
  readonly logins: { readonly app: Login; readonly auditor: Login };
  readonly port: number;
  readonly pid: number;
  /** Resolves when the server ends without being asked to, with what its log said last. */
  readonly lost: Promise<string>;
  /** Ends open connections and stops; nothing committed is lost. */
  stop(): Promise<void>;
}

export interface Login {
  readonly url: string;
  readonly password: string;
}

interface Start {
  readonly cluster: string;
  readonly dataDir: string;
  readonly port: number;
  readonly binaries: PostgresBinaries;
  readonly runAs: RunAs | null;
  readonly settings: Readonly<Record<string, string>>;
}

function launch(s: Start): { child: ChildProcess; log: string; from: number } {
  const { file: log, fd } = openLog(s.dataDir, 'postgres');
  const from = statSync(log).size;
  const settings = Object.entries(s.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const command = commandAs(s.runAs, s.binaries.postgres, ['-D', s.cluster, '-p', String(s.port), ...settings]);
  // Its own session: Ctrl-C in the terminal must reach us, not the database we still need for a clean end.
  const child = spawn(command.file, command.args, { ...command.ids, cwd: '/', detached: true, stdio: ['ignore', fd, fd] });
  closeSync(fd);
  return { child, log, from };
}

function failed(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}

async function connects(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch (error) {
    // 57P03: starting up or recovering. No code of Postgres: not listening yet. Any other answer is final.
    if (!(error instanceof pg.DatabaseError) || error.code === '57P03') return false;
    throw new StackError(
      `PostgreSQL refuses its owner (${error.message}): postgres.json and postgres/ in the data folder must belong together.`,
      `PostgreSQL 拒绝其所有者（${error.message}）：数据文件夹中的 postgres.json 与 postgres/ 必须配套。`,
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Starts the server and waits until it answers; a backend of a server killed before may keep its memory for a moment. */
async function startAnswering(s: Start, url: string, log: Log): Promise<ChildProcess> {
  for (let attempt = 1; ; attempt++) {
    const run = launch(s);
    let launchError: Error | undefined;
    run.child.once('error', (error) => (launchError = error));
    const began = performance.now();
    let told = began;
    while (!failed(run.child) && performance.now() - began < RECOVERY_MS) {
      const up = await connects(url).catch(async (error: unknown) => {
        // It may be somebody else's server that answers on a port ours could not have.
        await delay(TAKEN_MS);
        if (failed(run.child)) throw new PortTaken();
        run.child.kill('SIGINT');
        throw error;
      });
      if (up) return run.child;
      if (performance.now() - told > 5_000) {
        log({ en: 'PostgreSQL is still recovering from an unclean end', zh: 'PostgreSQL 正从非正常结束中恢复' });
        told = performance.now();
      }
      await delay(25);
    }
    const said = launchError?.message ?? logTail(run.log, run.from);
    if (attempt < 20 && /pre-existing shared memory block/.test(said)) {
      await delay(250);
      continue;
    }
    if (failed(run.child) && launchError === undefined && (await lostPort(s.port))) throw new PortTaken();
    run.child.kill('SIGINT');
    const last = said.split('\n').at(-1) ?? '';
    throw new StackError(
      `PostgreSQL did not start: ${last} (see ${run.log}).`,
      `PostgreSQL 未能启动：${last}（见 ${run.log}）。`,
    );
  }
}

async function createDatabase(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE_OWNER]);
    if (rowCount === 0) await client.query(`create database ${DATABASE_OWNER}`);
  } finally {
    await client.end();
  }
}

async function stopServer(child: ChildProcess, s: Start): Promise<void> {
  if (failed(child) || child.pid === undefined) return;
  if (process.platform === 'win32') spawnSync(s.binaries.pgCtl, ['stop', '-D', s.cluster, '-m', 'fast']);
  else {
    await endProcess(child.pid, [
      // What is not written in time is recovered from the log at the next start.
      ['SIGINT', 4_000],
      ['SIGQUIT', 1_000],
      ['SIGKILL', 1_000],
    ]);
  }
  await goneWithin(child.pid, 1_000);
}

/**
 * Brings up the real PostgreSQL of `dataDir` on 127.0.0.1, on the port it had before when that is free: makes cluster, password
 * and database when absent, ends a server left over from a killed run, recovers after a crash. `settings`: of
 * PostgreSQL, beyond those of the stack. Throws StackError.
 */
export async function startPostgres(o: {
  dataDir: string;
  log?: Log;
  choosePort?: ChoosePort;
  settings?: Readonly<Record<string, string>>;
}): Promise<Postgres> {
  const log: Log = o.log ?? (() => undefined);
  mkdirSync(o.dataDir, { recursive: true, mode: 0o700 });
  const dataDir = realpathSync(o.dataDir);
  const cluster = join(dataDir, 'postgres');
  const stateFile = join(dataDir, 'postgres.json');
  const binaries = postgresBinaries();
  const runAs = choosePostgresUser({ dataDir, cluster, initdb: binaries.initdb });
  await endLeftover(cluster, log);
  const state = readState(stateFile);
  const secretOf = (key: string): string => {
    const kept = state[key];
    return typeof kept === 'string' ? kept : randomBytes(24).toString('base64url');
  };
  const [password, appPassword, auditorPassword] = [secretOf('password'), secretOf('appPassword'), secretOf('auditorPassword')];
  const settings = { ...SETTINGS, ...o.settings };
  const choosePort = o.choosePort ?? freePort;
  const keep = (port: number): void => writeWhole(stateFile, JSON.stringify({ port, password, appPassword, auditorPassword }));
  keep(numberIn(state, 'port') ?? 0);
  initCluster({ cluster, binaries, runAs, password, log });
  const addressOf = (port: number): string => `postgres://${DATABASE_OWNER}:${password}@${HOST}:${port}`;
  const { child, start } = await onFreePort('PostgreSQL', async (choice) => {
    const port = await choosePort(choice === 0 ? numberIn(state, 'port') || undefined : undefined);
    keep(port);
    const begun: Start = { cluster, dataDir, port, binaries, runAs, settings };
    return { child: await startAnswering(begun, `${addressOf(port)}/postgres`, log), start: begun };
  });
  const { port } = start;
  const server = addressOf(port);
  // A last resort for a process that leaves without stop(); -9 leaves the server to endLeftover.
  const atExit = () => child.kill('SIGINT');
  process.once('exit', atExit);
  let stopping: Promise<void> | undefined;
  const lost = new Promise<string>((resolve) => {
    child.once('exit', () => {
      process.off('exit', atExit);
      if (stopping === undefined)
        resolve(
          logTail(join(dataDir, 'logs', 'postgres.log'))
            .split('\n')
            .at(-1) ?? '',
        );
    });
  });
  await createDatabase(`${server}/postgres`);
  const login = (role: string, secret: string): Login => ({
    url: `postgres://${role}:${secret}@${HOST}:${port}/${DATABASE_OWNER}`,
    password: secret,
  });
  return {
    url: `${server}/${DATABASE_OWNER}`,
    logins: { app: login(APP_LOGIN, appPassword), auditor: login(AUDITOR_LOGIN, auditorPassword) },
    port,
    pid: child.pid ?? 0,
    lost,
    stop: () => (stopping ??= stopServer(child, start)),
  };
}
