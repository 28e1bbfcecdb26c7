import { openStore } from '../store/open.ts';
import { momentOf } from '../store/platform/transaction.ts';
import { pour, until } from './callers.ts';
import type { MemoryReading } from './child.ts';
import type { Contender } from './contender.ts';
import { percentile, rateOf, round } from './figures.ts';
import { actionsOf, eventsOf } from './histories.ts';
import type { EventCounts } from './histories.ts';
import { portfolio } from './portfolio.ts';
import type { Planned } from './portfolio.ts';
import { cpuOf, cpuOfFamily } from './processes.ts';
import type { Arena } from './world.ts';

export interface LifecycleOptions {
  count: number;
  callers: number;
  spreadSeconds: number;
  /** kill -9 of the worker when half of the reminders are out. */
  kill: boolean;
  postgresPid: number;
}

/** CPU milliseconds for one item of a phase, by process. */
export type CpuShare = Record<string, number>;

/** The figures of one run; rates are a second, lateness in milliseconds, memory in KB (1024) for each open receivable. */
export interface LifecycleFigures {
  way: string;
  accepted: number;
  created: number;
  reminders: number;
  burstLatenessP50: number;
  burstLatenessP99: number;
  spreadLatenessP50: number;
  spreadLatenessP99: number;
  closes: number;
  earlyCloses: number;
  commitsToCreate: number;
  commitsToRemind: number;
  commitsToClose: number;
  postgresBytes: number;
  engineBytes: number;
  workerRssKb: number;
  workerHeapKb: number;
  cpuToCreate: CpuShare;
  cpuToRemind: CpuShare;
  cpuToClose: CpuShare;
  eventsEarly: EventCounts;
  eventsLate: EventCounts;
  actionsEarly: number;
  actionsLate: number;
  faults: string[];
}

const WARM = 64;
/** Of a whole lifecycle at the warm-up's pace, the share that is over before the first falls due: creating all, closing the early ones. */
const LEAD = 0.6;
const LOOK_MS = 250;

/** Runs the whole of Job R with one contender: create, pay early, all due, pay late, done; each phase measured apart. */
export async function runLifecycle(arena: Arena, contender: Contender, options: LifecycleOptions): Promise<LifecycleFigures> {
  const { count, callers } = options;
  const secondsEach = await warmUp(arena, contender, (await plan(arena, WARM, 600, 0)).all);
  const planned = await plan(arena, count, Math.ceil(12 + count * secondsEach * LEAD), options.spreadSeconds);
  const all = planned.all;
  const probe = new Probe(arena, contender, options.postgresPid);
  const early = all.filter((one) => one.fate === 'early');
  const late = all.filter((one) => one.fate === 'late');
  const notEarly = all.length - early.length;

  const bytes = await probe.bytes();
  const empty = await contender.worker.ask<MemoryReading>('memory');
  const created = await probe.phase(count, async () => {
    const began = performance.now();
    await pour(all, callers, (one) => contender.create(one));
    const accepted = performance.now() - began;
    await until(() => contender.allStarted(), 100, 600_000, 'all started');
    return { accepted: (count / accepted) * 1000, created: (count / (performance.now() - began)) * 1000 };
  });
  const full = await probe.bytes();
  if (Date.now() > planned.firstDue)
    console.error(`  created only ${Math.round((Date.now() - planned.firstDue) / 1000)} s after the first was due`);

  const earlyClosed = await settle(contender, arena, probe, early, callers, 0);
  const earlyLate = Date.now() - planned.firstDue;
  if (earlyLate > 0) console.error(`  paid early ones only ${Math.round(earlyLate / 1000)} s after the first was due`);
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, planned.firstDue - Date.now() - 200)));

  const reminded = await probe.phase(notEarly, async () => {
    if (options.kill) {
      await until(async () => (await contender.reminded()) >= notEarly / 2, LOOK_MS, 900_000, 'half reminded');
      await contender.killWorker();
    }
    await until(async () => (await contender.reminded()) >= notEarly, LOOK_MS, 900_000, 'all reminded');
    return contender.reminders();
  });
  const lateness = latenessOf(reminded.value, all, planned.real);
  const open = await contender.worker.ask<MemoryReading>('memory');
  const closed = await settle(contender, arena, probe, late, callers, early.length);
  const faults = await settledWorld(contender, all);
  const closings = await closingsOf(arena, contender);
  const histories = await sampleHistories(arena, closings, { early, late });
  return {
    way: contender.way,
    accepted: round(created.value.accepted),
    created: round(created.value.created),
    reminders: round(rateOf(lateness.burst.map((one) => one.at))),
    burstLatenessP50: round(
      percentile(
        lateness.burst.map((one) => one.late),
        0.5,
      ),
    ),
    burstLatenessP99: round(
      percentile(
        lateness.burst.map((one) => one.late),
        0.99,
      ),
    ),
    spreadLatenessP50: round(
      percentile(
        lateness.spread.map((one) => one.late),
        0.5,
      ),
    ),
    spreadLatenessP99: round(
      percentile(
        lateness.spread.map((one) => one.late),
        0.99,
      ),
    ),
    closes: round(
      rateOf(
        closings.filter(({ at }) => at >= closed.began).map(({ at }) => at),
        closed.began,
      ),
    ),
    earlyCloses: round(
      rateOf(
        closings.filter(({ at }) => at >= earlyClosed.began && at < closed.began).map(({ at }) => at),
        earlyClosed.began,
      ),
    ),
    commitsToCreate: round(created.commits),
    commitsToRemind: round(reminded.commits),
    commitsToClose: round(closed.commits),
    postgresBytes: Math.round((full.postgres - bytes.postgres) / count),
    engineBytes: Math.round((full.engine - bytes.engine) / count),
    workerRssKb: round((open.rss - empty.rss) / 1024 / notEarly),
    workerHeapKb: round((open.mainHeap + open.threadHeap - empty.mainHeap - empty.threadHeap) / 1024 / notEarly),
    cpuToCreate: created.cpu,
    cpuToRemind: reminded.cpu,
    cpuToClose: closed.cpu,
    ...histories,
    faults: [...faults, ...(await failures(arena))],
  };
}

async function plan(
  arena: Arena,
  count: number,
  leadSeconds: number,
  spreadSeconds: number,
): Promise<{ all: Planned[]; firstDue: number; real(at: string): number }> {
  const store = openStore({ url: arena.url, max: 1, applicationName: 'bench' });
  try {
    const { now, clock } = await momentOf(store.db, store);
    const { current, calendar } = await store.policies.current();
    const { version, content } = current.ladders;
    const ladder = content.ladders[0]?.id ?? '';
    const termsOf = (customerCode: string) =>
      store.policies.terms({ ladder, policyVersion: version, currency: 'CNY', customerCode });
    const all = await portfolio({ count, now, leadSeconds, spreadSeconds, calendar, termsOf });
    const real = (at: string): number =>
      Date.parse(clock.realAnchor) + (Date.parse(at) - Date.parse(clock.businessAnchor)) / clock.speed;
    return { all, real, firstDue: Math.min(...all.map((one) => real(one.at))) };
  } finally {
    await store.close();
  }
}

/** Lifecycles that end at once, so that nothing is measured cold; answers how many seconds each took, which tells how soon the first may fall due. */
async function warmUp(arena: Arena, contender: Contender, all: readonly Planned[]): Promise<number> {
  const began = performance.now();
  const warm = all.map((one) => ({ ...one, externalId: `W-${one.index}`, fate: 'early' as const }));
  await pour(warm, 32, (one) => contender.warmUp(one));
  await until(async () => (await completed(arena, contender)) >= warm.length, LOOK_MS, 120_000, 'warmed up');
  return (performance.now() - began) / 1000 / warm.length;
}

/** Money for these, until their workflows have ended; `before`: how many had ended already (beside those of the warm-up). */
async function settle(
  contender: Contender,
  arena: Arena,
  probe: Probe,
  those: readonly Planned[],
  callers: number,
  before: number,
): Promise<{ began: number; commits: number; cpu: CpuShare }> {
  const began = Date.now();
  const done = await probe.phase(those.length, async () => {
    await pour(those, callers, (one) => contender.settle(one));
    const wanted = WARM + before + those.length;
    await until(async () => (await completed(arena, contender)) >= wanted, 500, 900_000, 'all closed');
  });
  return { began, commits: done.commits, cpu: done.cpu };
}

/** The faults that are left when the world has come to rest, which the last legal steps may take a while to reach. */
async function settledWorld(contender: Contender, all: readonly Planned[]): Promise<string[]> {
  let faults: string[] = [];
  for (let look = 0; look < 60; look += 1) {
    faults = await contender.check(all);
    if (faults.length === 0) return faults;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  return faults;
}

async function completed(arena: Arena, { workflowType }: Contender): Promise<number> {
  const query = `WorkflowType = '${workflowType}' and ExecutionStatus = 'Completed'`;
  const { count } = await arena.client.workflow.count(query);
  return count;
}

async function failures(arena: Arena): Promise<string[]> {
  const query = "ExecutionStatus != 'Completed' and ExecutionStatus != 'Running'";
  const { count } = await arena.client.workflow.count(query);
  return count > 0 ? [`${count} workflows ended otherwise than completed`] : [];
}

interface Closing {
  workflowId: string;
  at: number;
}

async function closingsOf(arena: Arena, { workflowType }: Contender): Promise<Closing[]> {
  const closings: Closing[] = [];
  const query = `WorkflowType = '${workflowType}' and ExecutionStatus = 'Completed'`;
  for await (const info of arena.client.workflow.list({ query, pageSize: 1000 }))
    closings.push({ workflowId: info.workflowId, at: info.closeTime?.getTime() ?? 0 });
  return closings;
}

const SAMPLE = 20;

async function sampleHistories(
  arena: Arena,
  closings: readonly Closing[],
  fates: { early: readonly Planned[]; late: readonly Planned[] },
): Promise<Pick<LifecycleFigures, 'eventsEarly' | 'eventsLate' | 'actionsEarly' | 'actionsLate'>> {
  const sorted = [...closings].sort((a, b) => a.at - b.at).map(({ workflowId }) => workflowId);
  const histories = (ids: readonly string[]) => Promise.all(ids.map((id) => arena.client.workflow.getHandle(id).fetchHistory()));
  const early = await histories(sorted.slice(WARM, WARM + Math.min(SAMPLE, fates.early.length)));
  const late = await histories(sorted.slice(-Math.min(SAMPLE, fates.late.length)));
  return {
    eventsEarly: eventsOf(early),
    eventsLate: eventsOf(late),
    actionsEarly: actionsOf(early),
    actionsLate: actionsOf(late),
  };
}

function latenessOf(
  reminders: readonly { externalId: string; at: number }[],
  all: readonly Planned[],
  real: (at: string) => number,
): { burst: { at: number; late: number }[]; spread: { at: number; late: number }[] } {
  const byId = new Map(all.map((one) => [one.externalId, one]));
  const burst: { at: number; late: number }[] = [];
  const spread: { at: number; late: number }[] = [];
  for (const { externalId, at } of reminders) {
    const one = byId.get(externalId);
    if (one) (one.together ? burst : spread).push({ at, late: at - real(one.at) });
  }
  return { burst, spread };
}

/** Counts what a phase cost: commits of the database and CPU of each process. */
class Probe {
  readonly #arena: Arena;
  readonly #contender: Contender;
  readonly #postgresPid: number;

  constructor(arena: Arena, contender: Contender, postgresPid: number) {
    this.#arena = arena;
    this.#contender = contender;
    this.#postgresPid = postgresPid;
  }

  async bytes(): Promise<{ postgres: number; engine: number }> {
    return { postgres: await this.#arena.databaseBytes(), engine: this.#arena.engineBytes() };
  }

  async phase<T>(items: number, work: () => Promise<T>): Promise<{ value: T; commits: number; cpu: CpuShare }> {
    const before = await this.#reading();
    const value = await work();
    const after = await this.#reading();
    const share = (now: number, then: number): number => round((now - then) / Math.max(items, 1));
    const cpu: CpuShare = {};
    for (const [name, used] of Object.entries(after.cpu)) cpu[name] = share(used, before.cpu[name] ?? Number.NaN);
    return {
      value,
      commits: (after.commits - before.commits - (after.statements - before.statements)) / Math.max(items, 1),
      cpu,
    };
  }

  async #reading(): Promise<{ commits: number; statements: number; cpu: Record<string, number> }> {
    const pids = this.#contender.processes();
    const cpu: Record<string, number> = { engine: cpuOf(this.#arena.temporal.pid), postgres: cpuOfFamily(this.#postgresPid) };
    for (const [name, pid] of Object.entries(pids)) cpu[name] = cpuOf(pid);
    cpu.bench = cpuOf(process.pid);
    // Sessions report what they did at most once a second.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const commits = await this.#arena.sql.one('select xact_commit from pg_stat_database where datname = current_database()');
    return { commits, statements: this.#arena.sql.statements, cpu };
  }
}
