import { pino } from 'pino';
import type { Logger } from 'pino';
import { readConfig } from '../config/env.ts';
import type { Config } from '../config/env.ts';
import { beginNights } from '../store/credit/night-book.ts';
import { openStore } from '../store/open.ts';

const logOf = (config: Config): Logger =>
  pino({ level: config.logLevel, redact: ['*.headers', '*.authorization', '*.cookie', '*.body'] });

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
function stopAsked(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = (): void => {
      if (asked) process.exit(130);
      asked = true;
      resolve();
    };
    process.on('SIGINT', stop).on('SIGTERM', stop);
  });
}

/** Serves the API until asked to stop; requests in flight end first. */
export async function runApi(): Promise<void> {
  const config = readConfig();
  const { startApi } = await import('../api/main.ts');
  const { databaseUrl: url, databasePool: max, zone } = config;
  const store = openStore({ url, max, zone, applicationName: 'duecourse-api' });
  const api = await startApi({ config, store, log: logOf(config) });
  await stopAsked();
  await api.close();
  await store.close();
}

/** Runs workflows, activities and the relay until asked to stop. */
export async function runWorker(): Promise<void> {
  const config = readConfig();
  const { startWorker } = await import('../worker/main.ts');
  const { serveMetrics } = await import('../worker/metrics.ts');
  const worker = await startWorker({ config, log: logOf(config) });
  await beginNights(worker.store);
  const metrics = config.metricsPort === null ? null : await serveMetrics(worker, config.metricsPort, config.host);
  await Promise.race([stopAsked(), worker.run]);
  await Promise.all([worker.shutdown(), metrics?.close()]);
}

/** Runs the embedded stack with the arguments after `start`. */
export async function runStack(args: readonly string[]): Promise<void> {
  process.argv.splice(2, process.argv.length, ...args);
  await import(new URL('../stack/main.ts', import.meta.url).href);
}
