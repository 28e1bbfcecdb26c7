import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

const UNIT = ['test/domain/**/*.test.ts', 'test/contracts/**/*.test.ts', 'test/architecture.test.ts'];
const REPLAY = ['test/replay/**/*.test.ts'];
const LONGEST = 'test/e2e/full-ledger.test.ts';

/** The full ledger takes as long as all the rest, beside which it runs: it begins first. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const longest = sorted.filter((file) => file.moduleId.endsWith(LONGEST));
    return [...longest, ...sorted.filter((file) => !longest.includes(file))];
  }
}

/** `unit` is pure and instant; `replay` runs recorded histories through today's workflow code; `ground` has one real PostgreSQL and one real Temporal for the run, and two cores to share. */
export default defineConfig({
  test: {
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
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
