import { randomInt } from 'node:crypto';

/** Draws the seed of the run and says it once, green or red: the workers inherit it. `SEED=…` before the command has the same run again. */
export function drawRunSeed(): void {
  if (process.env['SEED'] !== undefined) return;
  process.env['SEED'] = String(randomInt(2 ** 31));
  console.error(`random tests: SEED=${process.env['SEED']}`);
}

/** The seed that every random test of this run begins from. */
export const runSeed = (): number => Number(process.env['SEED']);

/** Chance that can be had again: whole numbers from 0 to `below` − 1, the same for the same seed (mulberry32). */
export interface Seeded {
  below(bound: number): number;
}

/** Without a seed of its own it is the run's. */
export function seededFrom(seed = runSeed()): Seeded {
  let state = seed >>> 0;
  return {
    below(bound) {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * bound);
    },
  };
}
