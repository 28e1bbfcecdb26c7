import type { Instant } from '../kernel/calendar.ts';

/** What the reservation of an order depends on. */
export interface ReservationFacts {
  state: 'open' | 'closed' | 'cancelled' | 'lapsed';
  /** What is reserved of it, neither committed to ship nor delivered nor invoiced. */
  reservedMinor: number;
  orderedMinor: number;
  reservedUntil: Instant | null;
}

export type ReservationStep = 'wait' | 'lapse' | 'close';
export interface ReservationVerdict {
  step: ReservationStep;
  at: Instant | null;
  /** Its moment has come. */
  due: boolean;
}

/** A reservation lapses at its end; one with nothing left to lapse is over. */
export function planReservation({ state, reservedMinor, reservedUntil }: ReservationFacts, now: Instant): ReservationVerdict {
  if (state !== 'open' || reservedMinor === 0 || reservedUntil === null) return { step: 'close', at: null, due: false };
  return { step: 'lapse', at: reservedUntil, due: reservedUntil <= now };
}
