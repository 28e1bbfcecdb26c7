import { defineQuery } from '@temporalio/workflow';
import type { ReservationPlan } from '../../domain/orders/process.ts';
import { defineProcess, step } from '../platform/process.ts';
import { records } from '../platform/proxies.ts';

/** What an approved order keeps of a limit, until it ships, is cancelled or changed; after its time it lapses and must be ordered again. */
export const reservation = defineProcess<ReservationPlan>({
  query: defineQuery('reservationPlan'),
  reassess: records.reassessReservation,
  steps: {
    wait: step(records.reassessReservation),
    lapse: step(records.lapseReservation),
    close: step(records.reassessReservation),
  },
});
