import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { endLeftover } from '../../stack/postgres-cluster.ts';
import { startPostgres } from '../../stack/postgres.ts';
import { commandLineOf, endProcess, isAlive } from '../../stack/processes.ts';
import { resolveTemporal, startTemporal } from '../../stack/temporal.ts';
import { bundleProcesses } from './process-bundles.ts';
import { throwawayParent } from './temp.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** postgres:// address of the run's server; its database `duecourse` is empty: take one by freshDatabase(). */
    postgresUrl: string;
    /** host:port of the run's Temporal server. */
    temporalAddress: string;
    /** Namespace with our search attributes. */
    temporalNamespace: string;
    /** Folder of the scripts of the processes that tests kill: `worker-process.mjs`, `api-process.mjs`. */
    processes: string;
  }
}

const PREFIX = 'duecourse-test-';
const NAMESPACE = 'duecourse';
const temporalPid = (folder: string) => join(folder, 'temporal.pid');
const silent = () => undefined;
/** Nobody wants these data again: a machine that loses its power may lose them. */
const THROWN_AWAY = { fsync: 'off', full_page_writes: 'off' };

/** Ends what a killed test run left behind, so that repeated runs do not fill the machine. */
async function sweep(parent: string): Promise<void> {
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith(PREFIX))) {
    const owner = Number(name.slice(PREFIX.length));
    if (!Number.isInteger(owner) || isAlive(owner)) continue;
    const folder = join(parent, name);
    await endLeftover(join(folder, 'postgres'), silent);
    const pid = existsSync(temporalPid(folder)) ? Number(readFileSync(temporalPid(folder), 'utf8')) : 0;
    if (pid > 1 && commandLineOf(pid)?.includes('start-dev')) await endProcess(pid, [['SIGKILL', 5_000]]);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function temporalOfRun(folder: string): Promise<{ address: string; stop(): Promise<void> }> {
  const found = await resolveTemporal({ env: process.env, progress: ({ en }) => console.error(en) });
  if (found.kind === 'address') return { address: found.address, stop: () => Promise.resolve() };
  const server = await startTemporal({ binary: found.path, namespace: NAMESPACE });
  writeFileSync(temporalPid(folder), String(server.pid));
  return server;
}

/** Starts one real PostgreSQL and one real Temporal for the whole run, both thrown away at its end. */
export default async function ground(project: TestProject): Promise<() => Promise<void>> {
  const parent = throwawayParent();
  await sweep(parent);
  const folder = join(parent, `${PREFIX}${process.pid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const servers = [
    startPostgres({ dataDir: folder, settings: THROWN_AWAY }),
    temporalOfRun(folder),
    bundleProcesses(folder),
  ] as const;
  const [postgres, temporal] = await Promise.all(servers);
  project.provide('postgresUrl', postgres.url);
  project.provide('temporalAddress', temporal.address);
  project.provide('temporalNamespace', NAMESPACE);
  project.provide('processes', folder);
  return async () => {
    await Promise.all([postgres.stop(), temporal.stop()]);
    rmSync(folder, { recursive: true, force: true });
  };
}
