import { defineConfig } from 'vitest/config';

const UNIT = ['test/domain/**/*.test.ts', 'test/contracts/**/*.test.ts', 'test/architecture.test.ts'];

/** `unit` is pure and instant; `ground` has one real PostgreSQL and one real Temporal for the run, and two cores to share. */
export default defineConfig({
  test: {
    pool: 'forks',
    projects: [
      { extends: true, test: { name: 'unit', include: UNIT } },
      {
        extends: true,
        test: {
          name: 'ground',
          include: ['test/**/*.test.ts'],
          exclude: UNIT,
          globalSetup: ['test/support/ground.ts'],
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
