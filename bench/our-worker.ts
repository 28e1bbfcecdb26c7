/** The product's worker and relay in a process of their own. */
import { startWorker } from '../worker/main.ts';
import type { WorkerTuning } from '../worker/tuning.ts';
import { inputOf, serve } from './child-side.ts';
import { benchConfig } from './config.ts';

export interface OurInput extends Record<string, unknown> {
  url: string;
  address: string;
  namespace: string;
  tuning: WorkerTuning;
}

const input = inputOf<OurInput>();
const log = {
  info() {},
  warn: (fields: object, message: string) => console.error('warn', message, JSON.stringify(fields)),
  error: (fields: object, message: string) => console.error('error', message, JSON.stringify(fields)),
};
const worker = await startWorker({ config: benchConfig(input), log, tuning: input.tuning });
serve({}, { counts: () => worker.relay.counts }, () => worker.shutdown());
