import { fits } from './ladder.ts';
import type { StrategyRow, StrategySubject } from './ladder.ts';
import { customerTypes } from '../customers/customer.ts';

type When = StrategyRow['when'];

/** A region or tier that no row names. */
const UNNAMED = '';

/** So many customers are tried for a policy; what is not found out by then counts as reached. */
const MOST_CUSTOMERS = 20_000;

/** The rows of a strategy (by place), the last aside, that no customer reaches: the rows above take all of theirs. */
export function unreachedStrategy(rows: readonly StrategyRow[], grades: readonly string[]): number[] {
  let left = MOST_CUSTOMERS;
  const isReached = ({ when }: StrategyRow, at: number): boolean => {
    if (rows.slice(0, at).some((above) => takesAllOf(above.when, when))) return false;
    for (const customer of customersOf(when, rows.slice(0, at), grades)) {
      left -= 1;
      if (left < 0 || rows.findIndex((row) => fits(row.when, customer)) === at) return true;
    }
    return false;
  };
  return rows.slice(0, -1).flatMap((row, at) => (isReached(row, at) ? [] : [at]));
}

/** Whether a row holds wherever another does. */
function takesAllOf(wide: When, narrow: When): boolean {
  const lists = ['types', 'regions', 'tiers', 'grades'] as const;
  return (
    lists.every((name) => wide[name] === undefined || (narrow[name]?.every((one) => wide[name]?.includes(one)) ?? false)) &&
    (wide.minTermsDays ?? 0) <= (narrow.minTermsDays ?? 0) &&
    (wide.newCustomer === undefined || wide.newCustomer === narrow.newCustomer)
  );
}

/** Whom a row could be about, as far as the rows above tell customers apart. */
function* customersOf(when: When, above: readonly StrategyRow[], grades: readonly string[]): Generator<StrategySubject> {
  // What no row above asks about tells nobody apart: one value stands for all.
  const told = <T>(name: keyof When, values: readonly T[]): readonly T[] =>
    above.some((row) => row.when[name] !== undefined) ? values : values.slice(0, 1);
  const named = (name: 'regions' | 'tiers') => [...new Set(above.flatMap((row) => row.when[name] ?? [])), UNNAMED];
  const least = when.minTermsDays ?? 0;
  const terms = [...new Set([least, ...above.flatMap((row) => row.when.minTermsDays ?? [])])].filter((days) => days >= least);
  const regions = told('regions', when.regions ?? named('regions'));
  const tiers = told('tiers', when.tiers ?? named('tiers'));
  const ofGrades = told('grades', when.grades ?? [...grades, null]);
  const isNew = told('newCustomer', when.newCustomer === undefined ? [true, false] : [when.newCustomer]);
  for (const type of told('types', when.types ?? customerTypes))
    for (const newCustomer of isNew)
      for (const grade of ofGrades)
        for (const termsDays of terms)
          for (const tier of tiers) for (const region of regions) yield { type, region, tier, termsDays, newCustomer, grade };
}
