import { addDays, instantAt } from '../platform/calendar.ts';
import type { BusinessDate, Instant } from '../platform/calendar.ts';

/** What the reservation of an order depends on. */
export interface ReservationFacts {
  state: 'open' | 'closed' | 'cancelled' | 'lapsed';
  /** What is reserved of it, neither committed to ship nor delivered nor invoiced. */
  reservedMinor: number;
  orderedMinor: number;
  reservedUntil: Instant | null;
  /** When an order that ships later than counts today begins to count, and is judged again; null: it counts. */
  countsFrom: Instant | null;
}

export type ReservationStep = 'wait' | 'lapse' | 'close';
export interface ReservationVerdict {
  step: ReservationStep;
  at: Instant | null;
  /** Its moment has come. */
  due: boolean;
}

/** Midnight of the first day on which an order with this ship date counts. */
export const countsFromOf = (shipDate: BusinessDate, horizonDays: number, zone: string): Instant =>
  instantAt(addDays(shipDate, -horizonDays), 0, zone);

/** A reservation is judged again when it begins to count, and lapses at its end; one with nothing left to lapse is over. */
export function planReservation(facts: ReservationFacts, now: Instant): ReservationVerdict {
  const { state, reservedMinor, reservedUntil, countsFrom } = facts;
  if (state !== 'open' || reservedMinor === 0 || reservedUntil === null) return { step: 'close', at: null, due: false };
  if (countsFrom !== null && countsFrom < reservedUntil && reservedUntil > now)
    return { step: 'wait', at: countsFrom, due: countsFrom <= now };
  return { step: 'lapse', at: reservedUntil, due: reservedUntil <= now };
}
