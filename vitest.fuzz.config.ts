import { defineConfig } from 'vitest/config';
import { drawRunSeed } from './test/support/seeded.ts';

drawRunSeed();

/** Every route asked at random, bounded in time: not part of `npm test`. SEED repeats a run, FUZZ_SECONDS bounds it. */
export default defineConfig({
  test: {
    pool: 'forks',
    include: ['test/fuzz/*.fuzz.ts'],
    globalSetup: ['test/support/ground.ts'],
    maxWorkers: 1,
    hookTimeout: 120_000,
  },
});
