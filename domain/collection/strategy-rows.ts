import { customerTypes } from './documents.ts';
import { fits } from './ladder.ts';
import type { StrategyRow } from './ladder.ts';

/** A region or tier that no row names. */
const UNNAMED = '';

/** The rows of a strategy (by place), the last aside, that no customer reaches: the rows above take all of theirs. */
export function unreachedStrategy(rows: readonly StrategyRow[], grades: readonly string[]): number[] {
  const regions = [...new Set(rows.flatMap((row) => row.when.regions ?? [])), UNNAMED];
  const tiers = [...new Set(rows.flatMap((row) => row.when.tiers ?? [])), UNNAMED];
  const terms = [...new Set([0, ...rows.flatMap((row) => row.when.minTermsDays ?? [])])];
  return rows.slice(0, -1).flatMap(({ when }, at) => {
    const own = rows.slice(0, at + 1);
    const reached = (when.types ?? customerTypes).some((type) =>
      (when.regions ?? regions).some((region) =>
        (when.tiers ?? tiers).some((tier) =>
          terms.some((termsDays) =>
            (when.newCustomer === undefined ? [true, false] : [when.newCustomer]).some((newCustomer) =>
              (when.grades ?? [...grades, null]).some((grade) => {
                const subject = { type, region, tier, termsDays, newCustomer, grade };
                return own.findIndex((row) => fits(row.when, subject)) === at;
              }),
            ),
          ),
        ),
      ),
    );
    return reached ? [] : [at];
  });
}
