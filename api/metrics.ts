import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { boardFigures, connectorCounts, messageCounts, waitFigures } from '../store/platform/figures.ts';
import { faultyCounts } from '../store/ledger/faulty.ts';
import type { Store } from '../store/platform/transaction.ts';

/** Figures of one process and of the shared board; read anew at every scrape. */
export interface Metrics {
  registry: Registry;
  /** One HTTP request; `route` is the path of the route, never the path asked for. */
  observe(route: string, method: string, status: number, seconds: number): void;
  defect(): void;
}

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

/** Gauges whose values Postgres knows: each scrape asks once. */
function boardGauges(store: Store, registry: Registry): void {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] });
  const pending = gauge('duecourse_wake_pending', 'Processes that were asked and have not answered.');
  const unstarted = gauge('duecourse_wake_unstarted', 'Processes not yet started in the engine.');
  const overdue = gauge('duecourse_timers_overdue', 'Processes whose moment has passed.');
  const lag = gauge('duecourse_relay_lag_seconds', 'Age of the oldest wake-up that waits to be sent or observed.');
  const nudged = gauge(
    'duecourse_watchdog_nudged',
    'Processes that had to be woken because their own timer was late; should be 0.',
  );
  const messages = new Gauge({
    name: 'duecourse_messages',
    help: 'Messages by channel and state.',
    labelNames: ['channel', 'state'],
    registers: [registry],
    async collect() {
      const board = await boardFigures(store);
      pending.set(board.pending);
      unstarted.set(board.unstarted);
      overdue.set(board.overdue);
      lag.set(board.lagSeconds);
      nudged.set(board.nudged);
      this.reset();
      for (const { channel, state, count } of await messageCounts(store.db)) messages.set({ channel, state }, count);
    },
  });
}

/** What waits for others, and how often they were asked in vain: retries stand here, the record has one entry a wait. */
function waitGauges(store: Store, registry: Registry): void {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] });
  const waiting = gauge('duecourse_applications_waiting', 'Applications that wait for facts nobody could tell.');
  const retries = gauge('duecourse_application_retries', 'How often those that wait were tried again.');
  new Gauge({
    name: 'duecourse_connector_calls',
    help: 'Calls to registers by how they ended.',
    labelNames: ['connector', 'state'],
    registers: [registry],
    async collect() {
      const figures = await waitFigures(store.db);
      waiting.set(figures.waiting);
      retries.set(figures.retries);
      this.reset();
      for (const { connector, state, count } of await connectorCounts(store.db)) this.set({ connector, state }, count);
    },
  });
}

/** Rows that an earlier version let in out of bounds. */
function faultyGauge(store: Store, registry: Registry): void {
  new Gauge({
    name: 'duecourse_faulty_rows',
    help: 'Rows with a date or an amount out of bounds, by kind.',
    labelNames: ['kind'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const { kind, count } of await faultyCounts(store.db)) this.set({ kind }, count);
    },
  });
}

/** The metrics of one API process. `ofProcess`: also memory, event loop and the like (once per process). */
export function createMetrics(store: Store, ofProcess = false): Metrics {
  const registry = new Registry();
  if (ofProcess) collectDefaultMetrics({ register: registry });
  boardGauges(store, registry);
  waitGauges(store, registry);
  faultyGauge(store, registry);
  const durations = new Histogram({
    name: 'duecourse_http_request_duration_seconds',
    help: 'HTTP requests by route and status.',
    labelNames: ['route', 'method', 'status'],
    buckets,
    registers: [registry],
  });
  const defects = new Counter({
    name: 'duecourse_http_defects_total',
    help: 'Requests that ended in an unknown error.',
    registers: [registry],
  });
  return {
    registry,
    observe: (route, method, status, seconds) => durations.observe({ route, method, status }, seconds),
    defect: () => defects.inc(),
  };
}
