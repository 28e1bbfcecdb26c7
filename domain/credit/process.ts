import type { ProcessPlan } from '../collection/process.ts';
import type { ReservationStep } from './reservation.ts';

export type ReservationPlan = ProcessPlan<ReservationStep>;
