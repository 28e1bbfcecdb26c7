import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { StackError } from './error.ts';
import { logTail, numberIn, openLog, readState, writeWhole } from './files.ts';
import { PortTaken, freePort, lostPort, onFreePort } from './ports.ts';
import type { ChoosePort } from './ports.ts';
import { commandLineOf, endProcess, isAlive } from './processes.ts';
import type { Say } from './words.ts';

export { resolveTemporal } from './temporal-binary.ts';

const HOST = '127.0.0.1';
const READY_MS = 60_000;
/** Time a server gets to find that its port is taken. */
const TAKEN_MS = 100;
/** The dev server would forget closed workflows after a day; people look back further than that. */
const RETENTION = '30 days';

/** A write-ahead log and fewer syncs double the server's throughput; a workflow task lost in a power cut is asked for again. */
const PRAGMAS = { journal_mode: 'wal', synchronous: 'normal' };

/** Search attributes of every workflow, all keywords (architecture: ids and stages, never names or numbers of people). */
export const SEARCH_ATTRIBUTES = ['CustomerId', 'Stage', 'Kind'] as const;

/** A running Temporal dev server. */
export interface Temporal {
  /** host:port of its gRPC service. */
  readonly address: string;
  /** Address of its web pages; null without them. */
  readonly uiUrl: string | null;
  readonly pid: number;
  /** Resolves when the server ends without being asked to, with what its log said last. */
  readonly lost: Promise<string>;
  stop(): Promise<void>;
}

/** How to run the dev server. Without `dataDir` it keeps everything in memory and has no web pages unless `uiPort` is given. */
export interface TemporalOptions {
  readonly binary: string;
  readonly dataDir?: string;
  /** Preferred ports; else those of the last start, else free ones. */
  readonly preferPort?: number;
  readonly uiPort?: number;
  readonly namespace: string;
  /** Settings of the server beside its defaults, such as `{ 'system.forceSearchAttributesCacheRefreshOnRead': false }`. */
  readonly dynamicConfig?: Readonly<Record<string, string | number | boolean>>;
  /** Of its SQLite file, in place of the defaults; used only with `dataDir`. */
  readonly pragmas?: Readonly<Record<string, string>>;
  /** Environment variables of the server beside our own, such as GOGC. */
  readonly env?: Readonly<Record<string, string>>;
  readonly log?: Say;
  /** How a free port is chosen; the system's choice unless told. */
  readonly choosePort?: ChoosePort;
  /** Only on the ports it had: whoever speaks to it knows them. */
  readonly samePorts?: boolean;
}

interface Plan {
  readonly args: readonly string[];
  readonly port: number;
  readonly uiPort: number | null;
  readonly metricsPort: number;
}

async function planOf(o: TemporalOptions, folder: string | null, last: Record<string, unknown>): Promise<Plan> {
  const { choosePort = freePort } = o;
  const port = await choosePort(o.preferPort ?? numberIn(last, 'port'));
  const wantsUi = folder !== null || o.uiPort !== undefined;
  const metricsPort = await choosePort();
  const uiPort = wantsUi ? await choosePort(o.uiPort ?? numberIn(last, 'uiPort')) : null;
  const attributes = SEARCH_ATTRIBUTES.flatMap((name) => ['--search-attribute', `${name}=Keyword`]);
  const settings = Object.entries(o.dynamicConfig ?? {}).flatMap(([key, value]) => [
    '--dynamic-config-value',
    `${key}=${JSON.stringify(value)}`,
  ]);
  const pragmas = Object.entries(o.pragmas ?? PRAGMAS).flatMap(([key, value]) => ['--sqlite-pragma', `${key}=${value}`]);
  const store = folder === null ? [] : ['--db-filename', join(folder, 'temporal.db'), ...pragmas];
  const args = [
    ...[
      'server',
      'start-dev',
      ...store,
      '--ip',
      HOST,
      '--port',
      String(port),
      '--namespace',
      o.namespace,
      ...attributes,
      ...settings,
    ],
    ...(uiPort === null ? ['--headless'] : ['--ui-port', String(uiPort)]),
    ...['--metrics-port', String(metricsPort), '--log-level', 'error', '--log-format', 'json'],
  ];
  return { args, port, uiPort, metricsPort };
}

/** Ends the server of a killed run that still holds the database file of this folder (its real path). */
export async function endTemporalLeftover(folder: string, log: Say): Promise<void> {
  const pid = numberIn(readState(join(folder, 'temporal.json')), 'pid');
  if (pid === undefined || !isAlive(pid)) return;
  const command = commandLineOf(pid) ?? '';
  if (!command.includes('start-dev') || !`${command} `.includes(`${join(folder, 'temporal.db')} `)) return;
  log({
    en: `Stopping the Temporal server (process ${pid}) that an earlier run left behind`,
    zh: `正在停止上次运行遗留的 Temporal 服务器（进程 ${pid}）`,
  });
  await endServer(pid);
}

function endServer(pid: number): Promise<void> {
  return endProcess(pid, [
    ['SIGTERM', 3_000],
    ['SIGKILL', 1_000],
  ]);
}

/**
 * One look at whether the namespace answers and can be searched by our attributes, which come a moment after the port; sets how
 * long it remembers.
 */
async function settles(address: string, namespace: string): Promise<boolean> {
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ address, connectTimeout: 1_000 });
    const { workflowService: service } = connection;
    const query = SEARCH_ATTRIBUTES.map((name) => `${name} = 'x'`).join(' or ');
    const config = { workflowExecutionRetentionTtl: msToTs(RETENTION) };
    await connection.withDeadline(Date.now() + 2_000, async () => {
      await service.countWorkflowExecutions({ namespace, query });
      await service.updateNamespace({ namespace, config });
    });
    return true;
  } catch {
    return false;
  } finally {
    await connection?.close();
  }
}

const isUp = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null && child.pid !== undefined;

async function untilReady(o: {
  child: ChildProcess;
  plan: Plan;
  address: string;
  namespace: string;
  logFile: string | null;
  from: number;
}): Promise<void> {
  let launchError: Error | undefined;
  o.child.once('error', (error) => (launchError = error));
  const end = performance.now() + READY_MS;
  while (isUp(o.child) && performance.now() < end) {
    if (await settles(o.address, o.namespace)) {
      // It may be somebody else's server that answers on a port ours could not have.
      await delay(TAKEN_MS);
      if (isUp(o.child)) return;
    }
    await delay(50);
  }
  const { port, uiPort, metricsPort } = o.plan;
  const ended = launchError === undefined && !isUp(o.child);
  o.child.kill('SIGKILL');
  if (ended && (await lostPort(port, uiPort, metricsPort))) throw new PortTaken();
  const said = launchError?.message ?? (o.logFile === null ? '' : logTail(o.logFile, o.from));
  const where = o.logFile === null ? '' : ` (see ${o.logFile})`;
  const last = said.split('\n').at(-1) || 'no answer';
  throw new StackError(`The Temporal server did not start: ${last}${where}.`, `Temporal 服务器未能启动：${last}${where}。`);
}

/** What the server writes, histories with all they hold, is its owner's alone, whoever may enter the folder. */
function ownersOnly<T>(folder: string | null, start: () => T): T {
  const old = folder === null ? [] : readdirSync(folder).filter((name) => name.startsWith('temporal.db'));
  for (const name of old) chmodSync(join(folder ?? '', name), 0o600);
  const before = process.umask(0o077);
  try {
    return start();
  } finally {
    process.umask(before);
  }
}

/** Starts a dev server on 127.0.0.1 and waits until its namespace can be used; its data stays in `dataDir`. Throws StackError. */
export async function startTemporal(o: TemporalOptions): Promise<Temporal> {
  const log = o.log ?? (() => undefined);
  if (o.dataDir !== undefined) mkdirSync(o.dataDir, { recursive: true, mode: 0o700 });
  const folder = o.dataDir === undefined ? null : realpathSync(o.dataDir);
  const stateFile = folder === null ? null : join(folder, 'temporal.json');
  const last = stateFile === null ? {} : readState(stateFile);
  if (folder !== null) await endTemporalLeftover(folder, log);
  return onFreePort('Temporal', (choice) => launch(o, folder, choice === 0 || o.samePorts ? last : {}));
}

/** One start, on ports that are free as far as anybody knows. */
async function launch(o: TemporalOptions, folder: string | null, last: Record<string, unknown>): Promise<Temporal> {
  const plan = await planOf(o, folder, last);
  const stateFile = folder === null ? null : join(folder, 'temporal.json');
  const logs = folder === null ? null : openLog(folder, 'temporal');
  const from = logs === null ? 0 : statSync(logs.file).size;
  const sink = logs === null ? 'ignore' : logs.fd;
  // Its own session: Ctrl-C in the terminal must reach us, not the server our worker still talks to.
  const child = ownersOnly(folder, () =>
    spawn(o.binary, plan.args, { detached: true, stdio: ['ignore', sink, sink], env: { ...process.env, ...o.env } }),
  );
  if (logs !== null) closeSync(logs.fd);
  const { pid } = child;
  if (stateFile !== null && pid !== undefined)
    writeWhole(stateFile, JSON.stringify({ pid, port: plan.port, uiPort: plan.uiPort }));
  const atExit = () => child.kill('SIGTERM');
  process.once('exit', atExit);
  let stopping: Promise<void> | undefined;
  const lost = new Promise<string>((resolve) => {
    child.once('exit', () => {
      process.off('exit', atExit);
      if (stopping === undefined) resolve(logs === null ? '' : (logTail(logs.file, from).split('\n').at(-1) ?? ''));
    });
  });
  const address = `${HOST}:${plan.port}`;
  await untilReady({ child, plan, address, namespace: o.namespace, logFile: logs?.file ?? null, from });
  const running = isUp(child);
  return {
    address,
    uiUrl: plan.uiPort === null ? null : `http://${HOST}:${plan.uiPort}`,
    pid: pid ?? 0,
    lost,
    stop: () => (stopping ??= running && pid !== undefined ? endServer(pid) : Promise.resolve()),
  };
}
