import { addMonths } from '../platform/calendar.ts';
import type { BusinessDate } from '../platform/calendar.ts';
import { LAST_RECKONED } from '../platform/date-bounds.ts';

/** The law behind the date, shown to users beside it. */
export const limitationRule = {
  article: { zh: '《民法典》第一百八十八条、第一百八十九条、第二百零一条', en: 'Civil Code, arts. 188, 189 and 201' },
  years: 3,
  title: { zh: '诉讼时效', en: 'Limitation period' },
} as const;

/**
 * The last day of the limitation period of a debt: three years from when the creditor knew, which is the day after the last instalment
 * was due; that day is not counted. Not moved past a rest day, so never later than the law has it.
 */
export const limitationEnds = (lastDue: BusinessDate): BusinessDate => addMonths(lastDue, limitationRule.years * 12);

/** The same of a day that may be out of bounds; null: it cannot be told. */
export const limitationOrNull = (lastDue: BusinessDate): BusinessDate | null =>
  lastDue > LAST_RECKONED ? null : limitationEnds(lastDue);

/** The law by which a confirmed statement, as consent of the debtor, begins the period anew. */
export const acknowledgementRule = {
  act: 'statement-confirmed',
  article: {
    zh: '《民法典》第一百九十五条；《诉讼时效规定》第十四条',
    en: 'Civil Code, art. 195; Judicial Provisions on Limitation, art. 14',
  },
} as const;
