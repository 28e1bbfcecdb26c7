import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { Config } from '../config/env.ts';
import { tellFailing } from '../store/tasks/failing-processes.ts';
import { letters } from '../store/outreach/letters/aside.ts';
import { startListener } from '../store/platform/listener.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/platform/transaction.ts';
import { activitiesOf } from './activities.ts';
import { workflowBundle } from './bundle.ts';
import { checkEngineIdentity } from './engine.ts';
import { FailureCounts, watchFailures } from './failures.ts';
import { startHandOver } from './hand-over.ts';
import { startImportRunner } from './imports.ts';
import { startRelay } from './relay.ts';
import type { Relay } from './relay.ts';
import { startWitness } from './witness.ts';
import { workerTuning } from './tuning.ts';
import type { WorkerTuning } from './tuning.ts';

/** What is under way at a stop gets so long to come to its end; then its activities are cancelled. */
const GRACE_MS = 6_000;
/** After so long the worker ends whatever does not: it is on record, and goes on elsewhere or at the next start. */
const FORCE_MS = 10_000;
const CLOSE_MS = 3_000;

export interface WorkerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface RunningWorker {
  /** Settles when the worker has ended; rejects when it failed. */
  run: Promise<void>;
  relay: Relay;
  failures: FailureCounts;
  store: Store;
  shutdown(): Promise<void>;
}

export interface WorkerSettings {
  config: Config;
  log: WorkerLog;
  /** Other than the measured defaults. */
  tuning?: WorkerTuning;
}

/** Runs workflows, activities and the relay until `shutdown`. Everything it knows is in Postgres and Temporal. */
export async function startWorker({ config, log, tuning }: WorkerSettings): Promise<RunningWorker> {
  quietRuntime(log);
  const { address, namespace, taskQueue, apiKey, tls } = config.temporal;
  const store = openStore({
    url: config.databaseUrl,
    max: config.databasePool,
    zone: config.zone,
    applicationName: 'duecourse-worker',
  });
  const credentials = { address, tls, ...(apiKey ? { apiKey } : {}) };
  const native = await NativeConnection.connect(credentials);
  const connection = await Connection.connect(credentials);
  // Before anything may leave: the database may be a backup put back.
  const witness = config.witness === null ? null : await startWitness({ store, file: config.witness, log });
  await checkEngineIdentity(store, connection, namespace, log);
  const failures = new FailureCounts();
  const worker = await Worker.create({
    connection: native,
    namespace,
    taskQueue,
    workflowBundle: await workflowBundle(),
    activities: activitiesOf(store, config),
    ...workerTuning(config.stickySeconds),
    ...tuning,
    shutdownGraceTime: `${GRACE_MS}ms`,
    shutdownForceTime: `${FORCE_MS}ms`,
    interceptors: { activity: [watchFailures(failures, log, (failure) => tellFailing(store, failure))] },
  });
  letters.warm();
  const listener = startListener(config.databaseUrl);
  const relay = startRelay({ store, connection, namespace, taskQueue, listener, log });
  const handOver = startHandOver({ store, connection, namespace, taskQueue, log });
  const imports = startImportRunner({ store, log });
  const run = worker.run();
  return {
    run,
    relay,
    failures,
    store,
    async shutdown() {
      // One that ended by itself cannot be asked to.
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await within(
        FORCE_MS,
        Promise.all([run.catch(() => undefined), imports.stop(), relay.stop(), handOver.stop(), witness?.stop()]),
      );
      await within(CLOSE_MS, Promise.allSettled([listener.close(), native.close(), connection.close(), store.close()]));
    },
  };
}

/** Resolves when the work is done, or after so many milliseconds without it. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  await Promise.race([work, delay(ms, undefined, { ref: false })]);
}

let installed = false;
function quietRuntime(log: WorkerLog): void {
  if (installed) return;
  installed = true;
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      const { error, ...rest } = meta ?? {};
      const fields = { source: 'temporal', ...rest, ...(error === undefined ? {} : { err: error }) };
      if (level === 'ERROR') log.error(fields, message);
      else log.warn(fields, message);
    }),
    // Without forwarding the native core writes to stdout, which belongs to whoever started us.
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'WARN' }), forward: {} } },
    shutdownSignals: [],
  });
}
