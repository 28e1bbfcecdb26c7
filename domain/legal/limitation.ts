import { addMonths } from '../kernel/calendar.ts';
import type { BusinessDate } from '../kernel/calendar.ts';
import { LAST_RECKONED } from '../kernel/date-bounds.ts';

/** The law behind the date, shown to users beside it. */
export const limitationRule = {
  article: '民法典 188、189、201',
  years: 3,
  title: { zh: '诉讼时效', en: 'Limitation period' },
} as const;

/**
 * The last day of the limitation period of a debt: three years from when the creditor knew, which is the day after the last instalment
 * was due; that day is not counted. Not moved past a rest day, so never later than the law has it.
 */
export function limitationEnds(dueDates: readonly BusinessDate[]): BusinessDate {
  const last = dueDates.toSorted().at(-1);
  if (last === undefined) throw new RangeError('a debt without a due date');
  return addMonths(last, limitationRule.years * 12);
}

/** The same of dates that may be out of bounds; null: it cannot be told. */
export const limitationOrNull = (dueDates: readonly BusinessDate[]): BusinessDate | null =>
  dueDates.length === 0 || dueDates.some((day) => day > LAST_RECKONED) ? null : limitationEnds(dueDates);

/** The law by which a confirmed statement, as consent of the debtor, begins the period anew. */
export const acknowledgementRule = {
  act: 'statement-confirmed',
  article: '民法典 195；诉讼时效规定 14',
} as const;
