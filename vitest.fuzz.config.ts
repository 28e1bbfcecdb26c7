import { defineConfig } from 'vitest/config';

/** Every route asked at random, bounded in time: not part of `npm test`. FUZZ_SEED repeats a run, FUZZ_SECONDS bounds it. */
export default defineConfig({
  test: {
    pool: 'forks',
    include: ['test/fuzz/*.fuzz.ts'],
    globalSetup: ['test/support/ground.ts'],
    maxWorkers: 1,
    hookTimeout: 120_000,
  },
});
