import type { OrderHoldPlan } from '../domain/credit/process.ts';

/** What the activities of a held order need of the store. */
export interface OrderHoldBook {
  recheck(input: { id: string; seq: number | null }): Promise<OrderHoldPlan>;
  lapse(input: { id: string; seq: number }): Promise<OrderHoldPlan>;
}

/** The steps of a held order: judged anew when there is news, and given up when it expires. */
export function orderHoldActivities(book: OrderHoldBook) {
  return {
    recheckHeldOrder: (input: { id: string; seq: number | null }): Promise<OrderHoldPlan> => book.recheck(input),
    lapseHold: (input: { id: string; seq: number }): Promise<OrderHoldPlan> => book.lapse(input),
  };
}
