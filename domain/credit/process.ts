import type { ReservationStep } from './reservation.ts';
import type { ProcessPlan } from '../kernel/plan.ts';

export type ReservationPlan = ProcessPlan<ReservationStep>;
