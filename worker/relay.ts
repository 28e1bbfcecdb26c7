import { Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Connection } from '@temporalio/client';
import { longestWaitMs, realWaitMs } from '../domain/platform/clock.ts';
import { sayWhy } from '../domain/dunning/words.ts';
import type { Why } from '../domain/dunning/receivable.ts';
import { workflowTypes } from '../domain/platform/subject.ts';
import type { ProcessKind } from '../domain/platform/subject.ts';
import { checkEngineIdentity } from './engine.ts';
import { tellFaulty, wakeFaulty } from '../store/ledger/faulty.ts';
import { endFailingTasks } from '../store/tasks/failing-processes.ts';
import { leaseWakes, markRung, nudgeLate, releaseWakes } from '../store/platform/wakes.ts';
import type { LeasedWake } from '../store/platform/wakes.ts';
import { momentOf } from '../store/platform/transaction.ts';
import type { Store } from '../store/platform/transaction.ts';
import type { Listener } from '../store/platform/listener.ts';
import { tellStuckRuns } from './stuck-runs.ts';
import { searchAttributesOf } from '../workflows/platform/attributes.ts';
import { startIfNone } from '../workflows/platform/starts.ts';

const IN_FLIGHT = 32;
const BATCH = 128;
/** Real seconds between looks at the board when nobody rings, and between watchdog rounds. */
const IDLE_MS = 500;
const WATCHDOG_MS = 10_000;
const IDENTITY_MS = 5_000;
const LATE_SECONDS = 60;
const RETRY_MS = 1_000;
/** After a look that found several bells, or none that may be rung, the next one waits so long: under load many share the cost of a look. */
const SEVERAL = 4;
const GATHER_MS = 20;
/** A row that writers hold just now is marked as rung when they let it go; nobody else's bell waits for that. */
const BUSY_ROW_MS = 50;
/** A call the engine does not answer is given up, and its bell rung again. */
const CALL_MS = 10_000;

/** Their plan stands where the relay reads it, so that a run that starts before it was asked need not read the facts. */
const planned = ['receivable', 'outreach', 'work-order'] as readonly ProcessKind[];

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
    let unmarked: RungBell[] = [];
    while (!stopped) {
      unmarked = await mark(options, unmarked, counts);
      const leased = await lease(options, counts);
      if (leased.length > 0) unmarked.push(...(await ringAll(client, options, leased, counts)));
      if (leased.length === BATCH) continue;
      if (leased.length === 0 || leased.length >= SEVERAL) await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
      // Ends at once when somebody has asked since the last look.
      await sleeper.sleep(unmarked.length > 0 ? BUSY_ROW_MS : IDLE_MS);
    }
    await mark(options, unmarked, counts);
  })();
  const watching = (async () => {
    while (!stopped) {
      await watch.sleep(WATCHDOG_MS, false);
      if (stopped) return;
      counts.nudged += await nudgeLate(options.store, LATE_SECONDS).catch(() => 0);
      await endFailingTasks(options.store).catch(() => 0);
      await tellFaulty(options.store).catch(() => null);
      await wakeFaulty(options.store).catch(() => 0);
      await tellStuckRuns(options).catch(() => 0);
      // An engine that is away is told by the bells that cannot be rung; here only one that came back with another store counts.
      await options.connection
        .withDeadline(Date.now() + IDENTITY_MS, () =>
          checkEngineIdentity(options.store, options.connection, options.namespace, options.log),
        )
        .catch(() => undefined);
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

/** A bell that was rung, or needed no ring, as of the `asked` read at its lease. */
interface RungBell {
  subject: string;
  asked: number;
}

async function lease(options: RelayOptions, counts: RelayCounts): Promise<LeasedWake[]> {
  return (await onBoard(options, counts, () => leaseWakes(options.store.db, BATCH))) ?? [];
}

/** Marks bells as rung; answers those that could not be marked yet. */
async function mark(options: RelayOptions, rung: RungBell[], counts: RelayCounts): Promise<RungBell[]> {
  if (rung.length === 0) return [];
  const left = await onBoard(options, counts, () => markRung(options.store.db, rung));
  return left ? rung.filter((bell) => left.includes(bell.subject)) : [];
}

/** Work on the doorbell board. While Postgres is away it fails, is counted and waits a little; leases that are held run out. */
async function onBoard<T>({ log }: RelayOptions, counts: RelayCounts, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    counts.failures += 1;
    log.warn({ err: error }, 'the wake-up table cannot be reached; trying again');
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    return null;
  }
}

/** Rings what was leased and marks it; answers the bells whose row is held by a writer just now. */
async function ringAll(
  client: Client,
  options: RelayOptions,
  leased: readonly LeasedWake[],
  counts: RelayCounts,
): Promise<RungBell[]> {
  // Only a delayed start asks what time it is.
  const moment = leased.some((wake) => !isAsked(wake))
    ? await onBoard(options, counts, () => momentOf(options.store.db, options.store))
    : undefined;
  if (moment === null) return [];
  const queue = [...leased];
  const rung: RungBell[] = [];
  const failed: string[] = [];
  const one = async (): Promise<void> => {
    for (let wake = queue.shift(); wake; wake = queue.shift()) {
      const due = wake;
      try {
        const waitMs = moment ? realWaitMs(moment.clock, due.at, moment.now) : null;
        await client.withDeadline(Date.now() + CALL_MS, () => ring(client, options, due, counts, waitMs));
        rung.push({ subject: due.subject, asked: due.asked });
      } catch (error) {
        counts.failures += 1;
        failed.push(due.subject);
        if (failed.length === 1)
          options.log.warn({ err: error, subject: due.subject }, 'the engine cannot be reached; trying again');
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, queue.length) }, one));
  const left = await mark(options, rung, counts);
  if (failed.length > 0) {
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    await onBoard(options, counts, () => releaseWakes(options.store.db, failed));
  }
  return left;
}

const isAsked = (wake: LeasedWake): boolean => wake.asked > wake.answered;

/** Rings a run that is awake by a plain signal, which costs the engine a third less; false when there is none any more. */
async function rangAwake(client: Client, wake: LeasedWake): Promise<boolean> {
  try {
    await client.workflow.getHandle(wake.subject).signal('factsChanged');
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
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
    typedSearchAttributes: searchAttributesOf(wake),
  };
  const id = wake.subject.slice(wake.kind.length + 1);
  if (isAsked(wake)) {
    counts.rung += 1;
    if (wake.awake && (await rangAwake(client, wake))) return;
    const { kind, customerId, stage } = wake;
    await client.workflow.signalWithStart(workflowTypes[kind], {
      ...startIfNone({ kind, id, customerId, stage }, options.taskQueue),
      signal: 'factsChanged',
    });
    return;
  }
  if (wake.started) return;
  counts.started += 1;
  const why = wake.plan.why === null ? '' : wake.kind === 'receivable' ? sayWhy(wake.plan.why as Why, 'en') : 'deadline';
  const known = {
    seq: wake.plan.seq,
    step: wake.plan.step,
    at: wake.plan.at,
    waitMs: 0,
    why,
    stage: wake.stage,
    ...reasonOf(wake),
  };
  const plan = planned.includes(wake.kind) ? known : null;
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

/** Why a receivable waits, by its code: its story is told in the reader's language. */
const reasonOf = ({ kind, plan }: LeasedWake): { reason?: Why } =>
  kind === 'receivable' && plan.why !== null ? { reason: plan.why as Why } : {};
