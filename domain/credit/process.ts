import type { ProcessPlan } from '../collection/process.ts';
import type { OrderHoldStep } from './order-hold.ts';
import type { ReservationStep } from './reservation.ts';

export type ReservationPlan = ProcessPlan<ReservationStep>;
export type OrderHoldPlan = ProcessPlan<OrderHoldStep>;
