import { defineConfig } from 'vitest/config';

const UNIT = ['test/domain/**/*.test.ts', 'test/contracts/**/*.test.ts', 'test/architecture.test.ts'];
const REPLAY = ['test/replay/**/*.test.ts'];

/** `unit` is pure and instant; `replay` runs recorded histories through today's workflow code; `ground` has one real PostgreSQL and one real Temporal for the run, and two cores to share. */
export default defineConfig({
  test: {
    pool: 'forks',
    projects: [
      { extends: true, test: { name: 'unit', include: UNIT, testTimeout: 30_000, sequence: { groupOrder: 0 } } },
      { extends: true, test: { name: 'replay', include: REPLAY, testTimeout: 60_000, sequence: { groupOrder: 1 } } },
      {
        extends: true,
        test: {
          name: 'ground',
          include: ['test/**/*.test.ts'],
          exclude: [...UNIT, ...REPLAY],
          globalSetup: ['test/support/ground.ts'],
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
