import type { SentHoldAct, ShipmentHoldAnswer, ShipmentHoldPlan, ShipmentHoldStep } from '../../domain/shipments/hold.ts';
import type { Refused } from '../../domain/platform/refusal-codes.ts';

interface Held {
  seq: number;
  updateId: string;
}
interface Deciding {
  id: string;
  /** As versions before told it; nobody heeds it. */
  decision?: SentHoldAct;
  held: Held;
}
interface Decided {
  plan: ShipmentHoldPlan;
  outcome: { answer: ShipmentHoldAnswer } | { refused: Refused };
}
type Input = { id: string; seq: number };

/** What the activities of a held shipment need of the store. */
export interface ShipmentHoldBook {
  reassess(input: { id: string; seq: number | null }): Promise<ShipmentHoldPlan>;
  take(step: ShipmentHoldStep, input: Input): Promise<ShipmentHoldPlan>;
  decide(input: Deciding): Promise<Decided>;
}

/** The steps of a held shipment, by the names the manual gives them. Each takes what the stored plan says, under lock. */
export function shipmentHoldActivities(book: ShipmentHoldBook) {
  const take =
    (step: ShipmentHoldStep) =>
    (input: Input): Promise<ShipmentHoldPlan> =>
      book.take(step, input);
  return {
    reassessShipmentHold: (input: { id: string; seq: number | null }): Promise<ShipmentHoldPlan> => book.reassess(input),
    tellDepartments: take('tell'),
    giveHoldNotice: take('notice'),
    noteUnanswered: take('answer'),
    decideShipmentHold: (input: Deciding): Promise<Decided> => book.decide(input),
  };
}
