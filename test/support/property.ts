import fc from 'fast-check';
import { runSeed } from './seeded.ts';

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: runSeed() });

/** fast-check, beginning from the seed of the run; `test.prop` of @fast-check/vitest does too where this is imported. */
export { fc };
