import { defineConfig } from 'vitest/config';
import { drawRunSeed } from './test/support/seeded.ts';

drawRunSeed();

/** Files of `npm test` that have more cases or runs than it has time for: here all of them. */
const THOROUGH = ['test/chaos/{,credit-,hold-,shipment-hold-,reconciliation-}crash.test.ts', 'test/*/*.property.test.ts'];

/** What takes too long for `npm test`, beside a longer `npm run fuzz`: `npm run nightly` runs both. */
export default defineConfig({
  test: {
    pool: 'forks',
    include: ['test/nightly/*.nightly.ts', ...THOROUGH],
    provide: { thorough: true },
    globalSetup: ['test/support/ground.ts'],
    maxWorkers: 1,
    testTimeout: 90_000,
    hookTimeout: 120_000,
  },
});
