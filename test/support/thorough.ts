import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Whether every case and every run is wanted, as `npm run nightly` does, or those that have most to lose, as `npm test` does. */
    thorough: boolean;
  }
}

/** How many histories a property is held against. */
export const runsOf = (usual: number, thorough: number): number => (inject('thorough') ? thorough : usual);

/** Those with most to lose, and in a thorough run the others after them. */
export const casesOf = <T>(usual: readonly T[], others: readonly T[]): T[] =>
  inject('thorough') ? [...usual, ...others] : [...usual];
