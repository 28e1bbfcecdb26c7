import { addMs } from '../platform/calendar.ts';
import type { Instant } from '../platform/calendar.ts';
import type { Channel } from './governor.ts';
import type { Rung } from '../dunning/ladder.ts';
import type { ContactPolicy, FallbackRule } from './policy.ts';
import { stages } from '../ledger/outcome.ts';

const WEEK_MS = 7 * 86_400_000;

/** From which step on, and how often a week, other channels than their own reach a customer: reminders, once, when policy is silent. */
export const fallbackRule = ({ fallback }: Pick<ContactPolicy, 'fallback'>): FallbackRule =>
  fallback ?? { fromStage: 'reminder', perWeek: 1 };

/** Whether a step matters enough for another channel. A letter that some process asks for (null) always does. */
export const mayFallBack = (stage: Rung['stage'] | null, { fromStage }: FallbackRule): boolean =>
  stage === null || stages.indexOf(stage) >= stages.indexOf(fromStage);

/**
 * Whether a channel is a way round the person's own, which is the first of `channels` they have an address for. An SMS in the place of a
 * letter always is: it cannot say what it is about.
 */
export function isFallback(
  channel: Channel,
  of: {
    addresses: Readonly<Partial<Record<Channel, string>>>;
    channels: readonly Channel[];
    preferred: Channel | undefined;
  },
): boolean {
  const own = of.channels.find((one) => (of.addresses[one] ?? '').trim() !== '');
  return channel !== own || (channel === 'sms' && of.preferred !== 'sms');
}

/** From when on the cap lets another fallback go; null: now. `history`: instants of the customer's fallbacks. */
export function fallbackFrom(history: readonly Instant[], { perWeek }: FallbackRule, now: Instant): Instant | null {
  const decisive = history.toSorted().at(-perWeek);
  const from = decisive === undefined ? null : addMs(decisive, WEEK_MS);
  return from !== null && from > now ? from : null;
}
