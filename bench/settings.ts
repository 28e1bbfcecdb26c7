import { parseArgs } from 'node:util';

export const jobs = ['r', 'd', 'race', 'facts', 'profile', 'ground', 'first-run'] as const;
export type Job = (typeof jobs)[number];

/** What one call of `npm run bench` measures. */
export interface Settings {
  jobs: readonly Job[];
  /** Receivables of Job R; the largest is run once, the others `rounds` times. */
  sizes: readonly number[];
  rounds: number;
  quick: boolean;
  /** Job R with the outreach processes running too. */
  outreach: boolean;
  /** Job R with a kill -9 of the worker at half, apart from the figures of speed. */
  kill: boolean;
  /** Job R: only one of the two, for profiling. */
  only: 'L0' | 'ours' | null;
  /** Search of the ground: names of variants that match this pattern. */
  match: string;
  /** Folder for CPU profiles of the worker; none are taken when null. */
  profile: string | null;
  /** Where results are written. */
  out: string;
  /** Job R: results of earlier calls that are counted in, so that a long series can be run in pieces; with `--rounds 0` only they are. */
  with: readonly string[];
}

const USAGE = `npm run bench -- [--job r|d|race|facts|profile|ground|first-run]… [--sizes 1000,3000] [--rounds 3] [--quick]
  [--outreach] [--kill] [--only L0|ours] [--match PATTERN] [--profile DIR] [--out DIR] [--with FILE]…`;

/** Reads the command line. Exits with the usage when it cannot be read. */
export function readSettings(args: readonly string[]): Settings {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        job: { type: 'string', multiple: true },
        sizes: { type: 'string' },
        rounds: { type: 'string' },
        quick: { type: 'boolean', default: false },
        outreach: { type: 'boolean', default: false },
        kill: { type: 'boolean', default: false },
        only: { type: 'string' },
        match: { type: 'string', default: '' },
        profile: { type: 'string' },
        out: { type: 'string', default: 'bench/results' },
        with: { type: 'string', multiple: true, default: [] },
      },
    });
    const chosen = (values.job ?? []).map(jobOf);
    const sizes = (values.sizes ?? (values.quick ? '300' : '1000,3000,10000')).split(',').map(countOf);
    return {
      jobs: chosen.length > 0 ? chosen : jobs,
      sizes: sizes.sort((a, b) => a - b),
      rounds: values.rounds === '0' ? 0 : countOf(values.rounds ?? (values.quick ? '1' : '3')),
      quick: values.quick,
      outreach: values.outreach,
      kill: values.kill,
      only: values.only === 'L0' || values.only === 'ours' ? values.only : null,
      match: values.match,
      profile: values.profile ?? null,
      out: values.out,
      with: values.with,
    };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
    process.exit(1);
  }
}

function jobOf(text: string): Job {
  const job = jobs.find((one) => one === text);
  if (!job) throw new Error(`no such job: ${text}`);
  return job;
}

function countOf(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new Error(`not a count: ${text}`);
  return count;
}
