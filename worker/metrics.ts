import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Counter, Registry, collectDefaultMetrics } from 'prom-client';
import type { RunningWorker } from './main.ts';

type Counted = Pick<RunningWorker, 'failures' | 'relay'>;

/** Adds what a worker alone knows: attempts that failed. Counted since the process started, read at each scrape. */
export function workerFigures(registry: Registry, { failures, relay }: Counted): void {
  new Counter({
    name: 'duecourse_activity_failures_total',
    help: 'Failed attempts of activities; each is tried again within the bounds of its class.',
    labelNames: ['activity'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [activity, count] of failures.byActivity) this.inc({ activity }, count);
    },
  });
  new Counter({
    name: 'duecourse_relay_failures_total',
    help: 'Wake-ups that the relay could not send at once; each is sent again.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(relay.counts.failures);
    },
  });
}

export interface MetricsPort {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves `/metrics` of a worker that has no API beside it. */
export async function serveMetrics(worker: Counted, port: number, host: string): Promise<MetricsPort> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  workerFigures(registry, worker);
  const server = createServer((req, res) => {
    if (req.method !== 'GET' || req.url !== '/metrics') {
      res.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => res.writeHead(200, { 'Content-Type': registry.contentType }).end(text),
      () => res.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
