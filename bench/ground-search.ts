import { spreadOf, table } from './figures.ts';
import { runOnce } from './job-r.ts';
import type { LifecycleFigures } from './lifecycle.ts';
import type { Settings } from './settings.ts';
import type { EngineSettings, Ground } from './world.ts';

interface Variant {
  name: string;
  engine: EngineSettings;
}

const pragmas = { journal_mode: 'wal', synchronous: 'normal' };
const dynamic = (dynamicConfig: Record<string, string | number | boolean>): EngineSettings => ({ server: { dynamicConfig } });
const env = (values: Record<string, string>): EngineSettings => ({ server: { env: values } });

/** One setting changed at a time; `now` is what the product does, measured at the beginning, in the middle and at the end. */
const variants: readonly Variant[] = [
  { name: 'now', engine: {} },
  { name: 'server: plain file, no pragmas', engine: { server: { pragmas: {} } } },
  { name: 'server: synchronous=off', engine: { server: { pragmas: { ...pragmas, synchronous: 'off' } } } },
  {
    name: 'server: cache_size 64 MB, temp_store memory',
    engine: { server: { pragmas: { ...pragmas, cache_size: '-65536', temp_store: 'memory' } } },
  },
  { name: 'server: mmap 256 MB', engine: { server: { pragmas: { ...pragmas, mmap_size: '268435456' } } } },
  { name: 'server: checkpoint every 8000 pages', engine: { server: { pragmas: { ...pragmas, wal_autocheckpoint: '8000' } } } },
  { name: 'server: exclusive lock', engine: { server: { pragmas: { ...pragmas, locking_mode: 'exclusive' } } } },
  { name: 'server: GOGC=400', engine: env({ GOGC: '400' }) },
  { name: 'server: GOGC=800', engine: env({ GOGC: '800' }) },
  { name: 'server: GOMAXPROCS=1', engine: env({ GOMAXPROCS: '1' }) },
  {
    name: 'server: search-attribute cache',
    engine: dynamic({ 'system.forceSearchAttributesCacheRefreshOnRead': false, 'system.forceNexusEndpointRefreshOnRead': false }),
  },
  {
    name: 'server: 1 task-queue partition',
    engine: dynamic({ 'matching.numTaskqueueReadPartitions': 1, 'matching.numTaskqueueWritePartitions': 1 }),
  },
  { name: 'server: timers shifted by 100 ms at most', engine: dynamic({ 'history.timerProcessorMaxTimeShift': '100ms' }) },
  {
    name: 'server: fewer queue workers (16)',
    engine: dynamic({
      'history.transferProcessorSchedulerWorkerCount': 16,
      'history.timerProcessorSchedulerWorkerCount': 16,
      'history.visibilityProcessorSchedulerWorkerCount': 4,
    }),
  },
  {
    name: 'server: progress saved every 60 s',
    engine: dynamic({
      'history.timerProcessorUpdateAckInterval': '60s',
      'history.transferProcessorUpdateAckInterval': '60s',
      'history.visibilityProcessorUpdateAckInterval': '60s',
      'history.shardUpdateMinInterval': '5m',
    }),
  },
  { name: 'server: no CHASM', engine: dynamic({ 'history.enableChasm': false }) },
  { name: 'now, again', engine: {} },
  {
    name: 'worker: 100 workflow tasks at once',
    engine: { tuning: { maxConcurrentWorkflowTaskExecutions: 100, maxConcurrentLocalActivityExecutions: 100 } },
  },
  {
    name: 'worker: 16 workflow tasks at once',
    engine: { tuning: { maxConcurrentWorkflowTaskExecutions: 16, maxConcurrentLocalActivityExecutions: 16 } },
  },
  { name: 'worker: 4 polls', engine: { tuning: { workflowTaskPollerBehavior: { type: 'simple-maximum', maximum: 4 } } } },
  { name: 'worker: 20 polls', engine: { tuning: { workflowTaskPollerBehavior: { type: 'simple-maximum', maximum: 20 } } } },
  { name: 'worker: polls by load', engine: { tuning: { workflowTaskPollerBehavior: { type: 'autoscaling' } } } },
  { name: 'worker: nothing cached', engine: { tuning: { maxCachedWorkflows: 0 } } },
  { name: 'worker: 10 000 cached', engine: { tuning: { maxCachedWorkflows: 10_000 } } },
  { name: 'worker: 2 workflow threads', engine: { tuning: { workflowThreadPoolSize: 2 } } },
  { name: 'worker: sticky timeout 10 s', engine: { tuning: { stickyQueueScheduleToStartTimeout: '10s' } } },
  { name: 'now, at the end', engine: {} },
];

/** L0 under one changed setting after another: what raises the engine's own limit on this machine, and what does harm. */
export async function groundSearch(ground: Ground, settings: Settings): Promise<object> {
  const count = settings.sizes[0] ?? 1_000;
  const chosen = variants.filter(({ name }) => name.startsWith('now') || new RegExp(settings.match).test(name));
  const results: { name: string; engine: EngineSettings; runs: LifecycleFigures[]; failed?: string }[] = [];
  for (const variant of chosen) {
    const runs: LifecycleFigures[] = [];
    let failed: string | undefined;
    for (let round = 0; round < (settings.quick ? 1 : Math.min(settings.rounds, 2)); round += 1) {
      try {
        runs.push(
          await runOnce(ground, 'L0', {
            ...settings,
            count,
            spreadSeconds: 0,
            kill: false,
            profile: null,
            engine: variant.engine,
          }),
        );
      } catch (error) {
        failed = error instanceof Error ? error.message : String(error);
      }
    }
    results.push({ ...variant, runs, ...(failed !== undefined && { failed }) });
    const last = runs.at(-1);
    console.log(
      `  ${variant.name}: ${last ? JSON.stringify({ starts: last.created, reminders: last.reminders, closes: last.closes, cpu: last.cpuToRemind }) : failed}`,
    );
  }
  const rows = results.map(({ name, runs, failed }) => {
    const median = (of: (run: LifecycleFigures) => number): number => spreadOf(runs.map(of)).median;
    return [
      failed === undefined ? name : `${name} (failed: ${failed})`,
      median((run) => run.created),
      median((run) => run.reminders),
      median((run) => run.closes),
      median((run) => run.cpuToCreate.engine ?? NaN),
      median((run) => run.cpuToRemind.engine ?? NaN),
      median((run) => run.cpuToRemind.worker ?? NaN),
      median((run) => run.cpuToClose.engine ?? NaN),
      median((run) => run.cpuToClose.worker ?? NaN),
    ];
  });
  const head = [
    'setting',
    'starts/s',
    'reminders/s',
    'closes/s',
    'engine ms/start',
    'engine ms/reminder',
    'worker ms/reminder',
    'engine ms/close',
    'worker ms/close',
  ];
  console.log(table(head, rows));
  return { count, results };
}
