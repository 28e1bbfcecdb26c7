import { defineConfig } from 'vitest/config';

/** The whole example ledger lived through once, and ten kills over 600 receivables: some twenty minutes on two cores, so they have a run of their own (`npm run test:full`). */
export default defineConfig({
  test: {
    pool: 'forks',
    include: ['test/e2e/full-ledger.test.ts', 'test/chaos/kills.test.ts'],
    fileParallelism: false,
    globalSetup: ['test/support/ground.ts'],
    testTimeout: 60_000,
    hookTimeout: 1_200_000,
  },
});
