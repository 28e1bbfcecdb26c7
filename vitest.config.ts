import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';
import { drawRunSeed } from './test/support/seeded.ts';

drawRunSeed();

const UNIT = ['test/*/*.unit.test.ts'];
const REPLAY = ['test/replay/**/*.test.ts'];
/** Installs generators of clients: a run of its own, `npm run test:clients`. */
const CLIENTS = ['test/clients/python.test.ts'];

/** What takes longest begins first, so that the run does not end with one worker alone at it. */
const LONGEST = [
  'orders/hold-decisions',
  'platform/timers',
  'chaos/parts-killed',
  'chaos/database-away',
  'chaos/zombies',
  'chaos/interrupted-hour',
  'chaos/first-run-killed',
  'chaos/kills',
  'ledger/money-kinds',
  'tasks/failing-process',
  'platform/every-route',
  'credit/application',
  'shipments/hold',
  'cli/cli',
  'e2e/small-ledger',
];
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = LONGEST.findIndex((name) => moduleId.includes(`/test/${name}.test.ts`));
      return place < 0 ? LONGEST.length : place;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/** `unit` is pure and instant; `replay` runs recorded histories through today's workflow code; `ground` has one real PostgreSQL and one real Temporal for the run, and two cores to share: a third process works while the others wait. */
export default defineConfig({
  test: {
    pool: 'forks',
    provide: { thorough: false },
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'unit', include: UNIT, isolate: false, testTimeout: 30_000, sequence: { groupOrder: 0 } } },
      { extends: true, test: { name: 'replay', include: REPLAY, testTimeout: 60_000, sequence: { groupOrder: 1 } } },
      {
        extends: true,
        test: {
          name: 'ground',
          include: ['test/**/*.test.ts'],
          exclude: [...UNIT, ...REPLAY, ...CLIENTS],
          globalSetup: ['test/support/ground.ts'],
          maxWorkers: 3,
          // One process reads and warms the product's modules once for all its files, each of which opens worlds of its own.
          isolate: false,
          sequence: { groupOrder: 2 },
          // Longer than a stepped world waits for its processes, whose error names those that have not answered.
          testTimeout: 90_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
