/** Chance that can be had again: whole numbers from 0 to `below` − 1, the same for the same seed (mulberry32). */
export interface Seeded {
  readonly seed: number;
  below(bound: number): number;
}

/** Print the seed, so that a failure can be repeated. */
export function seededFrom(seed: number | string): Seeded {
  let state = Number(seed) >>> 0;
  return {
    seed: Number(seed),
    below(bound) {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * bound);
    },
  };
}
