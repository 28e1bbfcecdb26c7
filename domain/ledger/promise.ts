import { addDays } from '../platform/dates.ts';
import type { BusinessDate } from '../platform/dates.ts';
import type { PromiseState } from './claims.ts';

/** A promise on the same debt that was made before, and the day it was made. */
export interface EarlierPromise {
  madeOn: BusinessDate;
  state: PromiseState;
}

/**
 * The last day that a promise may name: `days` after its row began. Promises of which none was kept or broken, cancelled ones too, are one
 * row, so that small steps give no more time than one promise. A row that began before the debt fell due, or before its due date was
 * moved, begins on the due date; when its time is over, the next promise begins a new one.
 *
 * @param earlier promises of the same debt, the oldest first
 */
export function lastPromiseDay(
  earlier: readonly EarlierPromise[],
  { today, dueDate, days }: { today: BusinessDate; dueDate: BusinessDate; days: number },
): BusinessDate {
  const judged = earlier.findLastIndex(({ state }) => state !== 'pending' && state !== 'cancelled');
  const began = earlier[judged + 1]?.madeOn ?? today;
  const counted = began < dueDate ? dueDate : began;
  const last = addDays(counted < today ? counted : today, days);
  return last < today ? addDays(today, days) : last;
}
