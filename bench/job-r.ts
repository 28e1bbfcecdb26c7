import { readFileSync } from 'node:fs';
import type { Contender } from './contender.ts';
import { logLogSlope, spreadOf, table } from './figures.ts';
import type { Spread } from './figures.ts';
import { l0Contender } from './l0.ts';
import { runLifecycle } from './lifecycle.ts';
import type { LifecycleFigures } from './lifecycle.ts';
import { ourContender } from './ours.ts';
import { SPEED } from './portfolio.ts';
import { prepare } from './rules.ts';
import type { Settings } from './settings.ts';
import type { EngineSettings, Ground } from './world.ts';

export const CALLERS = 32;
/** Of a run, whatever its size: starting, warming up, readings, the lead before the first falls due. */
const IDLE_SECONDS = 45;

export interface RunOptions {
  count: number;
  spreadSeconds: number;
  outreach: boolean;
  kill: boolean;
  profile: string | null;
  engine: EngineSettings;
}

/** One run of one contender in an arena of its own. */
export async function runOnce(ground: Ground, name: Contender['name'], options: RunOptions): Promise<LifecycleFigures> {
  const arena = await ground.arena(options.engine);
  try {
    await prepare(arena.url, arena.sql, { speed: SPEED, outreach: options.outreach });
    const contender =
      name === 'L0' ? await l0Contender(arena, options.profile) : await ourContender(arena, { callers: CALLERS, ...options });
    try {
      return await runLifecycle(arena, contender, { ...options, callers: CALLERS, postgresPid: ground.postgres.pid });
    } finally {
      await contender.close();
    }
  } finally {
    await arena.close();
  }
}

/** Figures that are numbers; rates are better when higher, the others when lower. */
const figures = [
  'accepted',
  'created',
  'reminders',
  'burstLatenessP50',
  'burstLatenessP99',
  'spreadLatenessP50',
  'spreadLatenessP99',
  'closes',
  'earlyCloses',
  'commitsToCreate',
  'commitsToRemind',
  'commitsToClose',
  'postgresBytes',
  'engineBytes',
  'workerRssKb',
  'workerHeapKb',
  'actionsEarly',
  'actionsLate',
] as const satisfies readonly (keyof LifecycleFigures)[];
type Figure = (typeof figures)[number];

interface SizeResult {
  n: number;
  runs: { L0: LifecycleFigures[]; ours: LifecycleFigures[] };
  L0: Record<Figure, Spread>;
  ours: Record<Figure, Spread>;
  /** Ours to L0, of the medians. */
  ratio: Record<Figure, number>;
}

/** Job R beside L0, interleaved; the largest size once when there is more than one. */
export async function jobR(ground: Ground, settings: Settings): Promise<object> {
  const sizes: SizeResult[] = [];
  const names = (['L0', 'ours'] as const).filter((name) => !settings.only || settings.only === name);
  const roundsOf = (n: number): number =>
    settings.sizes.length > 2 && n === settings.sizes.at(-1) ? Math.min(1, settings.rounds) : settings.rounds;
  const spreadSeconds = settings.quick ? 15 : 60;
  const forecast = new Forecast(
    settings.sizes.flatMap((n) => Array.from({ length: roundsOf(n) }, () => names.map((name) => ({ name, n }))).flat()),
    spreadSeconds,
  );
  const earlier = earlierRuns(settings.with);
  for (const n of settings.sizes) {
    const rounds = roundsOf(n);
    const runs = earlier.get(n) ?? { L0: [], ours: [] };
    for (let round = 1; round <= rounds; round += 1) {
      for (const name of names) {
        const began = performance.now();
        const options = { count: n, spreadSeconds, engine: {}, ...settings };
        const run = await runOnce(ground, name, options);
        runs[name].push(run);
        const seconds = (performance.now() - began) / 1000;
        console.log(
          `  ${name} N=${n} round ${round}: ${seconds.toFixed(0)} s ${brief(run)}; ${forecast.after({ name, n }, seconds)}`,
        );
      }
    }
    const result = sizeResult(n, runs);
    sizes.push(result);
    console.log(report(result, settings));
  }
  return { callers: CALLERS, outreach: settings.outreach, kill: settings.kill, sizes, growth: growthOf(sizes) };
}

/** The runs of earlier results by their size, in the order of the files. */
function earlierRuns(files: readonly string[]): Map<number, SizeResult['runs']> {
  const bySize = new Map<number, SizeResult['runs']>();
  for (const file of files) {
    const { result } = JSON.parse(readFileSync(file, 'utf8')) as { result: { sizes: SizeResult[] } };
    for (const { n, runs } of result.sizes) {
      const known = bySize.get(n) ?? { L0: [], ours: [] };
      bySize.set(n, { L0: [...known.L0, ...runs.L0], ours: [...known.ours, ...runs.ours] });
    }
  }
  return bySize;
}

interface Run {
  name: Contender['name'];
  n: number;
}

/** How long the rest of a series will take, from what each contender's last run took beside the time it waits anyway. */
class Forecast {
  readonly #left: Run[];
  readonly #idle: number;
  readonly #each = new Map<Contender['name'], number>();

  constructor(runs: readonly Run[], spreadSeconds: number) {
    this.#left = [...runs];
    this.#idle = spreadSeconds + IDLE_SECONDS;
  }

  after({ name, n }: Run, seconds: number): string {
    this.#left.shift();
    this.#each.set(name, Math.max(0, seconds - this.#idle) / n);
    const known = [...this.#each.values()];
    const usual = known.reduce((sum, each) => sum + each, 0) / known.length;
    const rest = this.#left.reduce((sum, run) => sum + this.#idle + run.n * (this.#each.get(run.name) ?? usual), 0);
    return `${this.#left.length} runs left, about ${Math.ceil(rest / 60)} minutes`;
  }
}

function brief(run: LifecycleFigures): string {
  const { created, reminders, closes, spreadLatenessP99, eventsEarly, eventsLate, faults } = run;
  return JSON.stringify({ created, reminders, closes, spreadLatenessP99, events: [eventsEarly.max, eventsLate.max], faults });
}

function sizeResult(n: number, runs: SizeResult['runs']): SizeResult {
  const spread = (name: 'L0' | 'ours'): Record<Figure, Spread> =>
    Object.fromEntries(figures.map((figure) => [figure, spreadOf(runs[name].map((run) => run[figure]))])) as Record<
      Figure,
      Spread
    >;
  const L0 = spread('L0');
  const ours = spread('ours');
  const ratio = Object.fromEntries(
    figures.map((figure) => [figure, Number((ours[figure].median / L0[figure].median).toFixed(2))]),
  ) as Record<Figure, number>;
  return { n, runs, L0, ours, ratio };
}

function report({ n, runs, L0, ours, ratio }: SizeResult, { outreach, kill }: Settings): string {
  const cell = (s: Spread): string => `${s.median} (${s.min}–${s.max})`;
  const rows = figures.map((figure) => [figure, cell(ours[figure]), cell(L0[figure]), String(ratio[figure])]);
  const events = (of: LifecycleFigures[], key: 'eventsEarly' | 'eventsLate'): string =>
    of[0] ? `${of[0][key].median} (max ${Math.max(...of.map((run) => run[key].max))})` : '';
  rows.push(['events, paid early (≤ 7)', events(runs.ours, 'eventsEarly'), events(runs.L0, 'eventsEarly'), '']);
  rows.push(['events, reminded then paid (≤ 14)', events(runs.ours, 'eventsLate'), events(runs.L0, 'eventsLate'), '']);
  const faults = [...runs.L0, ...runs.ours].flatMap((run) => run.faults);
  return [
    `\nJob R, N = ${n}, ${outreach ? 'with' : 'without'} outreach${kill ? ', worker killed at half' : ''} (${runs.ours[0]?.way ?? ''})`,
    table(['figure', 'ours', 'L0', 'ratio'], rows),
    cpuTable(runs),
    faults.length === 0 ? 'invariants hold in every run' : `FAULTS: ${faults.join('; ')}`,
  ].join('\n');
}

function cpuTable(runs: SizeResult['runs']): string {
  const phases = ['cpuToCreate', 'cpuToRemind', 'cpuToClose'] as const;
  const rows = phases.flatMap((phase) =>
    (['ours', 'L0'] as const).flatMap((name) => {
      const shares = runs[name].map((run) => run[phase]);
      if (shares.length === 0) return [];
      const median = (process: string): number => spreadOf(shares.map((share) => share[process] ?? 0)).median;
      return [[`${phase} ${name}`, ...['engine', 'worker', 'postgres', 'api', 'bench'].map(median)]];
    }),
  );
  return `\nCPU ms an item\n${table(['phase', 'engine', 'worker', 'postgres', 'api', 'bench'], rows)}`;
}

/** How each figure grows with N: the slope of log over log; 0 is flat. */
function growthOf(sizes: readonly SizeResult[]): Record<string, { L0: number; ours: number }> | null {
  if (sizes.length < 2) return null;
  const slope = (name: 'L0' | 'ours', figure: Figure): number =>
    logLogSlope(sizes.map((size) => ({ n: size.n, value: size[name][figure].median })));
  const grown = Object.fromEntries(figures.map((figure) => [figure, { L0: slope('L0', figure), ours: slope('ours', figure) }]));
  console.log(
    `\nlog-log growth over N\n${table(
      ['figure', 'ours', 'L0'],
      figures.map((f) => [f, grown[f]?.ours ?? NaN, grown[f]?.L0 ?? NaN]),
    )}`,
  );
  return grown;
}
