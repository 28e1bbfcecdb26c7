import { sql } from 'kysely';
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { readConfig } from '../../config/env.ts';
import type { Config } from '../../config/env.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import { openStore } from '../../store/open.ts';
import type { OpenStore } from '../../store/open.ts';
import { setUp } from '../../store/setup.ts';
import { stepTo } from '../../store/platform/stepping.ts';
import { startWorker } from '../../worker/main.ts';
import type { RunningWorker, WorkerLog } from '../../worker/main.ts';
import type { WorkerTuning } from '../../worker/tuning.ts';
import { system } from './actors.ts';
import { factsOf } from './facts.ts';
import type { Facts } from './facts.ts';
import { dayOf, shanghai } from './shanghai.ts';
import { INSTALLATION, letOut } from './let-out.ts';

/** What a test reads of the record. */
export interface Looks {
  rungs(receivableId: string): Promise<{ rung: string; state: string; reason: string | null; on: string }[]>;
  receivable(
    id: string,
  ): Promise<{ stage: string; outcome: string | null; plan_step: string; plan_rung: string | null; seq: number }>;
  /** Actions of the audit record about one subject, in order. */
  actions(subjectId: string): Promise<string[]>;
  /** The doorbell row of a process. */
  wake(subject: string): Promise<{ asked: number; rang: number; answered: number; at: Instant | null; started: boolean }>;
}

/** A whole product on a real Postgres and Temporal: a task queue and a clock of its own, one worker. */
export interface World extends Facts, Looks {
  url: string;
  store: OpenStore;
  worker: RunningWorker;
  client: Client;
  taskQueue: string;
  config: Config;
  /** Steps the standing clock to the day's given hour (00:00 unless told) in Shanghai. */
  step(day: string, hour?: number): Promise<void>;
  /** Until every posted process was started, has answered what it was asked and has nothing due; outreach waits for its hour at speed 0. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export interface WorldOptions {
  /** The clock's first day, 00:00 in Shanghai, or its first instant. */
  from: string;
  speed?: number;
  env?: Record<string, string>;
  tuning?: WorkerTuning;
  /** Where the worker writes; nowhere unless told. */
  log?: WorkerLog;
}

const show = (fields: object, message: string): void => {
  if (process.env['WORLD_LOG']) console.error(message, fields);
};
export const quietLog = { info: show, warn: show, error: show };

/** Where a world stands: a migrated, otherwise empty database, and an engine. */
export interface Ground {
  url: string;
  temporalAddress: string;
  temporalNamespace: string;
}

export function configOf(ground: Ground, taskQueue: string, more: Record<string, string> = {}): Config {
  return readConfig({
    DATABASE_URL: ground.url,
    TEMPORAL_ADDRESS: ground.temporalAddress,
    TEMPORAL_NAMESPACE: ground.temporalNamespace,
    DUECOURSE_TASK_QUEUE: taskQueue,
    DUECOURSE_MODE: 'local',
    DUECOURSE_INSTALLATION: INSTALLATION,
    // Killed workers are part of these tests: what they held goes on soon.
    DUECOURSE_STICKY_SECONDS: '1',
    LOG_LEVEL: 'silent',
    ...more,
  });
}

export async function openWorldOver(
  ground: Ground,
  { from, speed = 0, env = {}, tuning = {}, log = quietLog }: WorldOptions,
): Promise<World> {
  const { url } = ground;
  await setUp(url, { business: from.length === 10 ? shanghai(from) : from, speed, pinned: false });
  const taskQueue = `world-${randomUUID()}`;
  const config = configOf(ground, taskQueue, env);
  const store = openStore({ url, max: 6 });
  await letOut(store);
  const worker = await startWorker({ config, log, tuning });
  const connection = await Connection.connect({ address: config.temporal.address });
  return {
    url,
    store,
    worker,
    client: new Client({ connection, namespace: config.temporal.namespace }),
    taskQueue,
    config,
    ...factsOf(store),
    ...looksOf(store),
    async step(day, hour = 0) {
      await stepTo(store, system, shanghai(day, `${String(hour).padStart(2, '0')}:00`));
    },
    settled: () => settled(store),
    async close() {
      await worker.shutdown();
      await connection.close();
      await store.close();
    },
  };
}

export function looksOf(store: OpenStore): Looks {
  return {
    async rungs(receivableId) {
      const rows = await store.db
        .selectFrom('rung')
        .selectAll()
        .where('receivable_id', '=', receivableId)
        .orderBy('position')
        .execute();
      return rows.map(({ rung, state, reason, at }) => ({ rung, state, reason, on: dayOf(at) }));
    },
    async receivable(id) {
      return store.db
        .selectFrom('receivable')
        .select(['stage', 'outcome', 'plan_step', 'plan_rung', 'seq'])
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
    },
    async actions(subjectId) {
      const rows = await store.db
        .selectFrom('audit')
        .select('action')
        .where('subject_id', '=', subjectId)
        .orderBy('seq')
        .execute();
      return rows.map((row) => row.action);
    },
    async wake(subject) {
      const { started_at, ...row } = await store.db
        .selectFrom('wake')
        .select(['asked', 'rang', 'answered', 'at', 'started_at'])
        .where('subject', '=', subject)
        .executeTakeFirstOrThrow();
      return { ...row, started: started_at !== null };
    },
  };
}

/** Waits for a condition of the world itself; never longer than `ms`, and then names what it waited for. */
export async function until(what: string, holds: () => Promise<boolean>, ms = 30_000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${ms / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export async function settled(store: OpenStore, ms = 30_000): Promise<void> {
  const open = () =>
    store.db
      .selectFrom('wake')
      .select('subject')
      .where((w) => w.or([w('kind', '<>', 'outreach'), w('started_at', 'is not', null)]))
      .where((w) =>
        w.or([
          w('started_at', 'is', null),
          w.and([
            w('kind', '<>', 'outreach'),
            w.or([w('asked', '>', w.ref('answered')), w('at', '<=', sql<string>`business_now()`)]),
          ]),
        ]),
      )
      .limit(1)
      .executeTakeFirst();
  await until('every process has answered', async () => (await open()) === undefined, ms);
}
