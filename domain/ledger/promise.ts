import { addDays } from '../platform/dates.ts';
import type { BusinessDate } from '../platform/dates.ts';
import type { Instant } from '../platform/instants.ts';
import type { PromiseFact, PromiseState } from './claims.ts';

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

/** Money in for a debt: on it, or unapplied and covering it. */
export interface MoneyIn {
  /** Its value date. */
  on: BusinessDate;
  postedAt: Instant;
  amountMinor: number;
}

type Receiving = Pick<PromiseFact, 'id' | 'amountMinor' | 'on' | 'state' | 'madeAt' | 'faulty'>;

/**
 * What came of each promise: money with a value date on or before its day, posted since it was made. No cent keeps two promises: the one for the
 * earlier day has it first, and one that was cancelled only what no other took.
 */
export function receivedOf(promises: readonly Receiving[], money: readonly MoneyIn[]): Map<string, number> {
  const left = money.toSorted((a, b) => compare(a.on, b.on)).map((one) => ({ ...one }));
  const last = ({ state, faulty }: Receiving): number => (state === 'cancelled' || faulty === true ? 1 : 0);
  const ordered = promises.toSorted(
    (a, b) => last(a) - last(b) || compare(a.on, b.on) || compare(a.madeAt, b.madeAt) || compare(a.id, b.id),
  );
  return new Map(
    ordered.map(({ id, amountMinor, on, madeAt }) => {
      let wantedMinor = amountMinor;
      for (const one of left) {
        if (one.on > on || one.postedAt < madeAt) continue;
        const takenMinor = Math.min(one.amountMinor, wantedMinor);
        one.amountMinor -= takenMinor;
        wantedMinor -= takenMinor;
      }
      return [id, amountMinor - wantedMinor];
    }),
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
