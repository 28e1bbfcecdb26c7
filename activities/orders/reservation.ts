import type { ReservationPlan } from '../../domain/orders/process.ts';

/** What the reservation's activities need of the store. */
export interface ReservationBook {
  reassess(input: { id: string; seq: number | null }): Promise<ReservationPlan>;
  lapse(input: { id: string; seq: number }): Promise<ReservationPlan>;
}

/** The one step of a reservation: what did not ship in time no longer counts. */
export function reservationActivities(book: ReservationBook) {
  return {
    reassessReservation: (input: { id: string; seq: number | null }): Promise<ReservationPlan> => book.reassess(input),
    lapseReservation: (input: { id: string; seq: number }): Promise<ReservationPlan> => book.lapse(input),
  };
}
