import { Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from '../activities/index.ts';
import type { Config } from '../config/env.ts';
import { startListener } from '../store/listener.ts';
import { openStore } from '../store/open.ts';
import { reassessReceivable, takeReceivableStep } from '../store/receivable-book.ts';
import type { Store } from '../store/transaction.ts';
import { reassessWorkOrder, takeWorkOrderStep } from '../store/work-order-book.ts';
import { workflowBundle } from './bundle.ts';
import { checkEngineIdentity } from './engine.ts';
import { startRelay } from './relay.ts';
import type { Relay } from './relay.ts';

export interface WorkerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface RunningWorker {
  /** Settles when the worker has ended; rejects when it failed. */
  run: Promise<void>;
  relay: Relay;
  store: Store;
  shutdown(): Promise<void>;
}

/** The activities over a store: the one place where ports meet the database. */
export function activitiesOf(store: Store) {
  return createActivities({
    receivables: { reassess: (input) => reassessReceivable(store, input), take: (input) => takeReceivableStep(store, input) },
    workOrders: { reassess: (input) => reassessWorkOrder(store, input), take: (input) => takeWorkOrderStep(store, input) },
  });
}

/** Runs workflows, activities and the relay until `shutdown`. Everything it knows is in Postgres and Temporal. */
export async function startWorker({ config, log }: { config: Config; log: WorkerLog }): Promise<RunningWorker> {
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
  await checkEngineIdentity(store, connection, namespace, log);
  const worker = await Worker.create({
    connection: native,
    namespace,
    taskQueue,
    workflowBundle: await workflowBundle(),
    activities: activitiesOf(store),
    stickyQueueScheduleToStartTimeout: config.mode === 'local' ? '1s' : '5s',
    maxConcurrentWorkflowTaskExecutions: 40,
    maxConcurrentLocalActivityExecutions: 40,
    shutdownGraceTime: '10s',
  });
  const listener = startListener(config.databaseUrl);
  const relay = startRelay({ store, connection, namespace, taskQueue, listener, log });
  const run = worker.run();
  return {
    run,
    relay,
    store,
    async shutdown() {
      await relay.stop();
      worker.shutdown();
      await run.catch(() => undefined);
      await Promise.all([listener.close(), native.close(), connection.close()]);
      await store.close();
    },
  };
}

let installed = false;
function quietRuntime(log: WorkerLog): void {
  if (installed) return;
  installed = true;
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      const fields = { source: 'temporal', ...meta };
      if (level === 'ERROR') log.error(fields, message);
      else log.warn(fields, message);
    }),
    shutdownSignals: [],
  });
}
