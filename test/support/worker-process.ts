/** A worker with its relay in a process of its own, for tests that kill it. Settings come from the environment; it ends with its parent. */
import { readConfig } from '../../config/env.ts';
import { startWorker } from '../../worker/main.ts';

const show = (fields: object, message: string): void => {
  if (process.env['WORLD_LOG']) console.error(process.pid, message, fields);
};
process.once('disconnect', () => process.exit(0));
const worker = await startWorker({ config: readConfig(process.env), log: { info: show, warn: show, error: show } });
process.once('message', () => void worker.shutdown().then(() => process.exit(0)));
process.send?.('ready');
await worker.run;
