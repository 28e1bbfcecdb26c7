import { readConfig } from '../config/env.ts';
import { openLogger } from '../config/log.ts';
import { say } from '../stack/help.ts';
import { beginNights } from '../store/credit/night-book.ts';
import { openStore } from '../store/open.ts';
import { requireSchema } from '../store/platform/migrate.ts';

/** Real time from the wish to stop to the end of the process, whatever hangs. */
const STOP_MS = 25_000;

/**
 * Resolves at the first SIGINT or SIGTERM; a second one ends the process at once, and so does time: what is cut off was on record, and
 * goes on in another process or at the next start.
 */
function stopAsked(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = (): void => {
      if (asked) process.exit(130);
      asked = true;
      process.stderr.write(`${say('Stopping … (press again to quit immediately)', '正在停止 …（再按一次立即退出）')}\n`);
      setTimeout(() => {
        const late = say(
          'Not everything ended in time; what was under way goes on at the next start.',
          '未能在限定时间内全部结束；未完成的工作将在下次启动后继续。',
        );
        process.stderr.write(`${late}\n`);
        process.exit(1);
      }, STOP_MS).unref();
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
  await requireSchema(url);
  const store = openStore({ url, max, zone, applicationName: 'duecourse-api' });
  const api = await startApi({ config, store, log: openLogger(config.logLevel) });
  await stopAsked();
  await api.close();
  await store.close();
  leave();
}

/** Everything was ended that could be: a handle that somebody keeps open keeps nobody waiting. */
function leave(): void {
  setTimeout(() => process.exit(), 250).unref();
}

/** Runs workflows, activities and the relay until asked to stop. */
export async function runWorker(): Promise<void> {
  const config = readConfig();
  const { startWorker } = await import('../worker/main.ts');
  const { serveMetrics } = await import('../worker/metrics.ts');
  await requireSchema(config.databaseUrl);
  const worker = await startWorker({ config, log: openLogger(config.logLevel) });
  await beginNights(worker.store);
  const metrics = config.metricsPort === null ? null : await serveMetrics(worker, config.metricsPort, config.host);
  await Promise.race([stopAsked(), worker.run]);
  await Promise.all([worker.shutdown(), metrics?.close()]);
  leave();
}

/** Runs the embedded stack with the arguments after `start`. */
export async function runStack(args: readonly string[]): Promise<void> {
  process.argv.splice(2, process.argv.length, ...args);
  await import('../stack/main.ts');
}
