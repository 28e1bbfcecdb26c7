import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Connection } from '@temporalio/client';
import { longestWaitMs, realWaitMs } from '../domain/kernel/clock.ts';
import { sayWhy } from '../domain/collection/words.ts';
import type { Why } from '../domain/collection/receivable.ts';
import { leaseWakes, markRung, nudgeLate, releaseWakes } from '../store/wakes.ts';
import type { LeasedWake } from '../store/wakes.ts';
import { momentOf } from '../store/transaction.ts';
import type { Store } from '../store/transaction.ts';
import type { Listener } from '../store/listener.ts';

const IN_FLIGHT = 32;
const BATCH = 128;
/** Real seconds between looks at the board when nobody rings, and between watchdog rounds. */
const IDLE_MS = 500;
const WATCHDOG_MS = 10_000;
const LATE_SECONDS = 60;
const RETRY_MS = 1_000;

const customerKey = defineSearchAttributeKey('CustomerId', SearchAttributeType.KEYWORD);
const stageKey = defineSearchAttributeKey('Stage', SearchAttributeType.KEYWORD);
const kindKey = defineSearchAttributeKey('Kind', SearchAttributeType.KEYWORD);

const workflowTypes = { receivable: 'receivable', outreach: 'outreach', 'work-order': 'workOrder' } as const;

export interface RelayOptions {
  store: Store;
  connection: Connection;
  namespace: string;
  taskQueue: string;
  listener: Listener;
  log: { warn(fields: object, message: string): void; info(fields: object, message: string): void };
}

export interface RelayCounts {
  started: number;
  rung: number;
  /** Bells the watchdog had to ring: should stay 0. */
  nudged: number;
  failures: number;
}

export interface Relay {
  readonly counts: RelayCounts;
  stop(): Promise<void>;
}

/**
 * Rings the bells of the wake table: starts processes that have none, signals those that were asked. It keeps nothing in memory, so any
 * number of relays may run, and one that dies loses nothing: its leases run out.
 */
export function startRelay(options: RelayOptions): Relay {
  const client = new Client({ connection: options.connection, namespace: options.namespace });
  const counts: RelayCounts = { started: 0, rung: 0, nudged: 0, failures: 0 };
  let stopped = false;
  const sleeper = options.listener.sleeper('wake');
  const watch = options.listener.sleeper('wake');

  const ringing = (async () => {
    while (!stopped) {
      const leased = await lease(options, counts);
      if (leased.length > 0) await ringAll(client, options, leased, counts);
      else await sleeper.sleep(IDLE_MS);
    }
  })();
  const watching = (async () => {
    while (!stopped) {
      await watch.sleep(WATCHDOG_MS, false);
      if (!stopped) counts.nudged += await nudgeLate(options.store, LATE_SECONDS).catch(() => 0);
    }
  })();
  return {
    counts,
    async stop() {
      stopped = true;
      sleeper.end();
      watch.end();
      await Promise.all([ringing, watching]);
    },
  };
}

async function lease({ store, log }: RelayOptions, counts: RelayCounts): Promise<LeasedWake[]> {
  try {
    return await leaseWakes(store.db, BATCH);
  } catch (error) {
    counts.failures += 1;
    log.warn({ err: error }, 'the doorbell board cannot be read; trying again');
    return [];
  }
}

async function ringAll(client: Client, options: RelayOptions, leased: LeasedWake[], counts: RelayCounts): Promise<void> {
  const queue = [...leased];
  const rung: { subject: string; asked: number }[] = [];
  const failed: string[] = [];
  const moment = await momentOf(options.store.db, options.store);
  const one = async (): Promise<void> => {
    for (let wake = queue.shift(); wake; wake = queue.shift()) {
      try {
        await ring(client, options, wake, counts, realWaitMs(moment.clock, wake.at, moment.now));
        rung.push({ subject: wake.subject, asked: wake.asked });
      } catch (error) {
        counts.failures += 1;
        failed.push(wake.subject);
        if (failed.length === 1)
          options.log.warn({ err: error, subject: wake.subject }, 'the engine cannot be reached; trying again');
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, queue.length) }, one));
  const left = rung.length > 0 ? await markRung(options.store.db, rung) : [];
  if (left.length > 0)
    await markRung(
      options.store.db,
      rung.filter((bell) => left.includes(bell.subject)),
    );
  if (failed.length > 0) {
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    await releaseWakes(options.store.db, failed);
  }
}

async function ring(
  client: Client,
  options: RelayOptions,
  wake: LeasedWake,
  counts: RelayCounts,
  waitMs: number | null,
): Promise<void> {
  const start = {
    workflowId: wake.subject,
    taskQueue: options.taskQueue,
    typedSearchAttributes: new TypedSearchAttributes([
      { key: customerKey, value: wake.customerId },
      { key: stageKey, value: wake.stage },
      { key: kindKey, value: wake.kind },
    ]),
  };
  const id = wake.subject.slice(wake.kind.length + 1);
  if (wake.asked > wake.answered) {
    counts.rung += 1;
    await client.workflow.signalWithStart(workflowTypes[wake.kind], {
      ...start,
      args: [{ id, plan: null }],
      signal: 'factsChanged',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    return;
  }
  if (wake.started) return;
  counts.started += 1;
  const why = wake.plan.why === null ? '' : wake.kind === 'receivable' ? sayWhy(wake.plan.why as Why, 'en') : 'deadline';
  const plan = { seq: wake.plan.seq, step: wake.plan.step, at: wake.plan.at, waitMs: 0, why, stage: wake.stage };
  try {
    await client.workflow.start(workflowTypes[wake.kind], {
      ...start,
      args: [{ id, plan }],
      startDelay: waitMs ?? longestWaitMs,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
