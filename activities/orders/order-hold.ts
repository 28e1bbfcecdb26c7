import type { HoldAnswer, OrderHoldPlan, OrderHoldStep, SentHoldDecision } from '../../domain/orders/order-hold.ts';
import type { Refused } from '../../domain/platform/refusal-codes.ts';

type Input = { id: string; seq: number };
interface Deciding {
  id: string;
  /** As versions before told it; nobody heeds it. */
  decision?: SentHoldDecision;
  held: { seq: number; updateId: string };
}
interface Decided {
  plan: OrderHoldPlan;
  outcome: { answer: HoldAnswer } | { refused: Refused };
}

/** What the activities of a held order need of the store. */
export interface OrderHoldBook {
  reassess(input: { id: string; seq: number | null }): Promise<OrderHoldPlan>;
  take(step: OrderHoldStep, input: Input): Promise<OrderHoldPlan>;
  decide(input: Deciding): Promise<Decided>;
}

/** The steps of a held order. Each takes what the stored plan says, under lock. */
export function orderHoldActivities(book: OrderHoldBook) {
  return {
    recheckHeldOrder: (input: { id: string; seq: number | null }): Promise<OrderHoldPlan> => book.reassess(input),
    routeHeldOrder: (input: Input): Promise<OrderHoldPlan> => book.take('route', input),
    warnOfLapse: (input: Input): Promise<OrderHoldPlan> => book.take('warn', input),
    lapseHold: (input: Input): Promise<OrderHoldPlan> => book.take('lapse', input),
    decideOrderHold: (input: Deciding): Promise<Decided> => book.decide(input),
  };
}
