import { addMonths } from './dates.ts';
import type { BusinessDate } from './dates.ts';

/** "Never ends": what ERPs write where a validity has no end. A value of its own, no date to count with. */
export const NO_END: BusinessDate = '9999-12-31';

/** From here on no time can be reckoned: whatever is due later is out of bounds. */
export const LAST_RECKONED: BusinessDate = '9900-12-31';

/**
 * What a date says decides how far from today it may lie. `document`: what happened or will happen in trade; `since`: facts of long ago,
 * such as a founding; `filter`: the edge of a search.
 */
export const dateKinds = ['document', 'since', 'filter'] as const;
export type DateKind = (typeof dateKinds)[number];

const oldestFact: BusinessDate = '1800-01-01';
const documentYears = 30;
const filterYears = 100;
/** What every kind keeps to while no business day is known. */
const frame = { from: oldestFact, to: '2199-12-31' } as const;

export interface DateBounds {
  from: BusinessDate;
  to: BusinessDate;
}

/** The first and last day a date of this kind may name, both included, as seen from a business day (null: not known). */
export function dateBounds(kind: DateKind, today: BusinessDate | null): DateBounds {
  if (today === null) return frame;
  const years = (n: number): BusinessDate => addMonths(today, n * 12);
  switch (kind) {
    case 'document':
      return { from: years(-documentYears), to: years(documentYears) };
    case 'since':
      return { from: oldestFact, to: years(documentYears) };
    case 'filter':
      return { from: oldestFact, to: years(filterYears) };
  }
}

/** The bounds a date breaks; null: it keeps them. */
export function brokenBounds(kind: DateKind, date: BusinessDate, today: BusinessDate | null): DateBounds | null {
  const bounds = dateBounds(kind, today);
  return date < bounds.from || date > bounds.to ? bounds : null;
}
