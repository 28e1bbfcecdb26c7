import type { Channel } from '../../../domain/outreach/governor.ts';
import type { MessageClass } from '../../../domain/outreach/policy.ts';

/** A message as its provider gets it. `id` is ours; `text` has been judged fit for the channel. */
export interface OutgoingMessage {
  id: string;
  channel: Channel;
  class: MessageClass;
  to: string;
  subject: string | null;
  text: string;
  /** The provider's own approved template, where it wants one. */
  providerTemplate: string | null;
}

/**
 * What a provider's answer means. `kept`: nobody was called, the message is shown in the UI. `accepted`: it has the message. `refused`: it has not and will not. `busy`: it has not, and may be asked again.
 * `unknown`: it may have it (time-out, 5xx, a connection that broke): never repeated blindly.
 */
export type SendOutcome =
  | { outcome: 'kept' }
  | { outcome: 'accepted'; providerId: string }
  | { outcome: 'refused'; code: string; why: 'opted-out' | 'bad-address' | 'refused' }
  | { outcome: 'busy'; why: string }
  | { outcome: 'unknown'; why: string };

/** What a provider knows of a message whose outcome is not known; `cannot-tell`: it cannot be asked. */
export type FindOutcome = { outcome: 'found'; providerId: string } | { outcome: 'absent' } | { outcome: 'cannot-tell' };

/** One outside system behind one file. */
export interface Gateway {
  /** Its name in the record and in the keys of receipts. */
  provider: string;
  /** True when it tells later what became of a message. */
  receipts: boolean;
  /** Real milliseconds after a call before its absence at the provider counts. */
  settleMs: number;
  send(message: OutgoingMessage): Promise<SendOutcome>;
  /** Looks for a message called at `since` (real time), leaving out those known to be other messages. Throws when the provider is away. */
  find(message: OutgoingMessage, since: string, known: readonly string[]): Promise<FindOutcome>;
}

export type Gateways = Partial<Record<Channel, Gateway>>;
