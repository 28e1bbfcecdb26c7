import { defineConfig } from 'vitest/config';

/** The whole example ledger, lived through once: some eleven minutes on two cores, so it has a run of its own (`npm run test:full`). */
export default defineConfig({
  test: {
    pool: 'forks',
    include: ['test/e2e/full-ledger.test.ts'],
    globalSetup: ['test/support/ground.ts'],
    testTimeout: 60_000,
    hookTimeout: 1_200_000,
  },
});
