import type { Calendar, Instant } from '../platform/calendar.ts';
import type { Channel, DeferReason } from './governor.ts';
import type { Rung } from '../dunning/ladder.ts';
import type { ContactPolicy, MessageClass } from './policy.ts';

/** Somebody at the customer's, in the order in which they are contacted. */
export interface Person {
  id: string;
  name: string;
  role: string;
  language: 'zh' | 'en';
  position: number;
  /** Usable addresses: those known to be wrong are left out. */
  addresses: Readonly<Partial<Record<Channel, string>>>;
  optedOut: readonly Channel[];
  /** Instants at which this person was contacted in the last seven days. */
  history: readonly Instant[];
}

/** A contact rung that waits for its message. */
export interface RequestedRung {
  receivableId: string;
  rung: string;
  at: Instant;
  template: string;
  class: MessageClass;
  stage: Rung['stage'];
  position: number;
}

/** A message that failed, or whose receipt has not come in time: the next channel is tried at `dueAt`. */
export interface FollowUp {
  messageId: string;
  class: MessageClass;
  /** Of the furthest step in it. */
  stage: Rung['stage'];
  template: string;
  tried: readonly Channel[];
  /** True when it is known not to have arrived. */
  failed: boolean;
  dueAt: Instant;
  /** The notice it was, which is then asked for again; null: a digest. */
  noticeId: string | null;
}

/** A letter of its own that some process asked for. */
export interface RequestedNotice {
  id: string;
  class: MessageClass;
  /** Channels that failed. */
  tried: readonly Channel[];
}

/** All that the plan of one customer's contacts depends on. */
export interface OutreachFacts {
  customerCode: string;
  people: readonly Person[];
  requested: readonly RequestedRung[];
  notices: readonly RequestedNotice[];
  /** Friendly steps of customers that this one pays for, of which it is still to be told. */
  copies: readonly RequestedRung[];
  followUps: readonly FollowUp[];
  /** Instants of the last seven days at which the customer was reached by another channel than their own. */
  fallbacks: readonly Instant[];
  /** A message committed as `sending` that the gateway has not taken yet. */
  sending: string | null;
  /** A message whose delivery came outside the contact rules; it is tried again at `until`. */
  deferred: { messageId: string; until: Instant; why: DeferReason } | null;
}

export interface OutreachTerms {
  rules: ContactPolicy;
  calendar: Calendar;
  /** Channels that reach their provider; null: none does, and each keeps its messages here. A channel that is not live is no channel. */
  live: ReadonlySet<Channel> | null;
  /** By language: whether an SMS can name us and a number to call back; without, it would say nothing at all. */
  callBack: Readonly<Record<Person['language'], boolean>>;
  /** Digests wait until then: settings are missing, or the ramp of going live lets others go first; null: they do not. */
  heldBack: { until: Instant; why: 'settings-awaited' | 'first-contact-waits' } | null;
  /** Minute of the day in which this customer's contacts go. */
  slotMinute: number;
  /** Business milliseconds to wait after the first request, so that one digest carries all. */
  gatherMs: number;
}
