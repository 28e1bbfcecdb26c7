import type { ReservationStep } from './reservation.ts';
import type { ProcessPlan } from '../platform/plan.ts';

export type ReservationPlan = ProcessPlan<ReservationStep>;
