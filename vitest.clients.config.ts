import { defineConfig } from 'vitest/config';

/** Clients of other languages, made from the published document; their generators are installed for the run, so it is not part of `npm test`. */
export default defineConfig({
  test: {
    pool: 'forks',
    include: ['test/clients/python.test.ts'],
    globalSetup: ['test/support/ground.ts'],
    maxWorkers: 1,
    hookTimeout: 120_000,
  },
});
