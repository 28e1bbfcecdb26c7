import { defineConfig } from 'vitest/config';
import { drawRunSeed } from './test/support/seeded.ts';

drawRunSeed();

/** What takes too long for `npm test`, beside a longer `npm run fuzz`: `npm run nightly` runs both. */
export default defineConfig({
  test: {
    pool: 'forks',
    include: ['test/nightly/*.nightly.ts'],
    globalSetup: ['test/support/ground.ts'],
    maxWorkers: 1,
    testTimeout: 90_000,
    hookTimeout: 120_000,
  },
});
