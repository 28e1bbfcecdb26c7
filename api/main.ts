import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Config } from '../config/env.ts';
import { forgetDeadRequests, pruneRequests } from '../store/platform/idempotency.ts';
import { startListener } from '../store/platform/listener.ts';
import type { Store } from '../store/platform/transaction.ts';
import { createApp } from './app.ts';
import { clockControlOf } from './clock-control.ts';
import { createCommands } from './commands.ts';
import { createMetrics } from './metrics.ts';
import type { ClockControl, Services } from './services.ts';

export interface ApiOptions {
  config: Config;
  store: Store;
  log: Logger;
  /** The store's own when not given. */
  clockControl?: ClockControl;
  /** Instead of the configured one; 0: any free port. */
  port?: number;
  /** Adds to `/metrics` what else runs in this process. */
  figures?: (registry: Registry) => void;
}

export interface RunningApi {
  url: string;
  /** Stops taking requests, lets those in flight end (at most ten seconds), ends event streams. */
  close(): Promise<void>;
}

const GRACE_MS = 10_000;
const PRUNE_MS = 3_600_000;

function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

function ended(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), GRACE_MS);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** Starts the API. Throws what `listen` throws, such as EADDRINUSE. The store stays the caller's to end. */
export async function startApi({ config, store, log, clockControl, port, figures }: ApiOptions): Promise<RunningApi> {
  if (config.mode === 'local') await forgetDeadRequests(store.db);
  const closing = new AbortController();
  const listener = startListener(config.databaseUrl);
  const commands = createCommands(config.temporal);
  const services: Services = {
    store,
    commands,
    config,
    clockControl: clockControl ?? clockControlOf(store),
    listener,
    closing: closing.signal,
  };
  const metrics = createMetrics(store, true);
  figures?.(metrics.registry);
  const app = createApp(services, { log, metrics });
  const server = createServer({ headersTimeout: 15_000, requestTimeout: 60_000, keepAliveTimeout: 60_000 }, app);
  // While closing, a kept-alive connection ends with the request it is busy with.
  server.prependListener('request', (_req, res) => {
    res.once('close', () => {
      if (closing.signal.aborted) setImmediate(() => server.closeIdleConnections());
    });
  });
  const address = await listen(server, port ?? config.port, config.host).catch(async (error: unknown) => {
    await Promise.all([listener.close(), commands.close()]);
    throw error;
  });
  const prune = setInterval(() => {
    pruneRequests(store.db).catch((error: unknown) => log.warn({ err: error }, 'old idempotency keys stay until the next look'));
  }, PRUNE_MS);
  prune.unref();
  const url = `http://localhost:${address.port}`;
  log.info({ url }, 'the API answers');
  return {
    url,
    async close() {
      clearInterval(prune);
      closing.abort();
      await ended(server);
      await Promise.all([listener.close(), commands.close()]);
    },
  };
}
