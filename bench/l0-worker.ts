/** The worker of the bare workflow: the same settings and the same pool as the product's. */
import { fileURLToPath } from 'node:url';
import { DefaultLogger, NativeConnection, Runtime, Worker, bundleWorkflowCode } from '@temporalio/worker';
import { openPool } from '../store/platform/database.ts';
import { workerTuning } from '../worker/tuning.ts';
import type { WorkerTuning } from '../worker/tuning.ts';
import { inputOf, serve } from './child-side.ts';
import { benchConfig } from './config.ts';

export interface L0Input extends Record<string, unknown> {
  url: string;
  address: string;
  namespace: string;
  tuning: WorkerTuning;
}

const { url, address, namespace, tuning } = inputOf<L0Input>();
const { stickySeconds } = benchConfig({ url, address, namespace });
Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
const pool = openPool({ url, max: 10, role: null, applicationName: 'l0-worker' });

/** `times` counts what was done twice. */
const activities = {
  async record({ id, early }: { id: string; early: boolean }): Promise<void> {
    await pool.query(
      'insert into l0_record (id, early) values ($1, $2) on conflict (id) do update set times = l0_record.times + 1',
      [id, early],
    );
  },
};
export type L0Activities = typeof activities;

const connection = await NativeConnection.connect({ address });
const workflowBundle = await bundleWorkflowCode({
  workflowsPath: fileURLToPath(new URL('l0-workflow.ts', import.meta.url)),
  logger: new DefaultLogger('ERROR'),
});
const worker = await Worker.create({
  connection,
  namespace,
  taskQueue: 'l0',
  workflowBundle,
  activities,
  ...workerTuning(stickySeconds),
  ...tuning,
});
const run = worker.run();
serve({}, {}, async () => {
  worker.shutdown();
  await run;
  await connection.close();
  await pool.end();
});
