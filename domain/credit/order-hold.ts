import type { Instant } from '../kernel/calendar.ts';
import type { OrderState } from './order.ts';

export type OrderHoldState = 'open' | 'released' | 'part-released' | 'rejected' | 'lapsed';

/** What the hold of an order depends on. */
export interface OrderHoldFacts {
  state: OrderHoldState;
  orderState: OrderState;
  decision: 'approved' | 'held' | 'rejected';
  /** What of the order is still held. */
  heldMinor: number;
  expiresAt: Instant;
}

export type OrderHoldStep = 'wait' | 'lapse' | 'close';
export interface OrderHoldVerdict {
  step: OrderHoldStep;
  at: Instant | null;
  /** Its moment has come. */
  due: boolean;
}

/** A hold waits for news of the account until it expires; one whose order holds nothing any more is over. */
export function planOrderHold({ state, heldMinor, expiresAt }: OrderHoldFacts, now: Instant): OrderHoldVerdict {
  if (state !== 'open' || heldMinor === 0) return { step: 'close', at: null, due: false };
  return { step: 'lapse', at: expiresAt, due: expiresAt <= now };
}

/** How an open hold ended whose order holds nothing any more; null: it goes on. */
export function endOfHold({ state, orderState, decision, heldMinor }: OrderHoldFacts): Exclude<OrderHoldState, 'open'> | null {
  if (state !== 'open' || heldMinor > 0) return null;
  if (decision === 'rejected') return 'rejected';
  return decision === 'approved' && orderState === 'open' ? 'released' : 'lapsed';
}
