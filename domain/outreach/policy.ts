import type { ContactRules, Channel } from './governor.ts';
import type { Rung } from '../dunning/ladder.ts';

export type MessageClass = 'notice' | 'reminder' | 'demand' | 'statement' | 'neutral';

/** When another channel than a customer's own is used. */
export interface FallbackRule {
  /** The first stage that matters enough. */
  fromStage: Rung['stage'];
  /** Fallbacks of one customer in seven days, whatever they are about. */
  perWeek: number;
}

export interface ContactPolicy extends ContactRules {
  /** Channels by class of message, the preferred first; the others are its fallbacks. */
  channels: Readonly<Record<MessageClass, readonly Channel[]>>;
  /** Hours to wait for a receipt before the next channel is tried. */
  receiptHours: number;
  /** From reminders on, once a week, when absent. */
  fallback?: FallbackRule;
  /** Notices the law asks for also go to whoever has opted out of a channel. Unless it is true, a person gives them another way. */
  legalPassesOptOut?: boolean;
}
