import type { Instant } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { sayInstant } from '../../domain/platform/said-time.ts';
import type { Moment, Store } from './transaction.ts';

/** That an instant lies after business time, both as the seller's clock shows them. */
export function notYet(store: Store, instant: Instant, { now }: Moment, pointer: string): Refusal {
  const local = (text: Instant) => sayInstant(text, 'en', store.zone);
  return new Refusal('date-in-future', { date: local(instant), today: local(now) }, { pointer });
}
