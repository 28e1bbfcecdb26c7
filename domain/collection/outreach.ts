import { addMs } from '../kernel/calendar.ts';
import type { Calendar, Instant } from '../kernel/calendar.ts';
import type { Channel, DeferReason } from './governor.ts';
import { stages } from './ladder.ts';
import type { Rung } from './ladder.ts';
import type { ContactPolicy, MessageClass } from './policy.ts';
import type { OutreachStep } from './process.ts';
import { askingFor, chooseRecipient, recipientOfNotice } from './recipient.ts';
import type { Recipient } from './recipient.ts';

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

export type OutreachWhyCode =
  | 'message-sending'
  | 'contact-due'
  | 'gathering'
  | 'receipt-awaited'
  | 'withdrawal-awaited'
  | 'restored'
  | 'settings-awaited'
  | 'first-contact-waits'
  | 'nothing-pending'
  | 'fallback-cap'
  | DeferReason;

export interface OutreachVerdict {
  step: OutreachStep;
  at: Instant | null;
  why: { code: OutreachWhyCode; params: Record<string, string> };
  messageId: string | null;
}

/** What goes to whoever pays for a customer as well: statements and friendly letters; formal demands go to the debtor alone. */
export const alsoToPayer = (messageClass: MessageClass): boolean => ['notice', 'statement', 'reminder'].includes(messageClass);

/** The rung that sets a digest's tone: the furthest stage, then the furthest along its ladder. */
export function leadingRung<R extends Pick<RequestedRung, 'stage' | 'position' | 'template'>>(
  rungs: readonly R[],
): R | undefined {
  const rank = (rung: R): number => stages.indexOf(rung.stage);
  return rungs.toSorted((a, b) => rank(b) - rank(a) || b.position - a.position || (a.template < b.template ? -1 : 1))[0];
}

/** What the facts call for: hand over what is being sent, try another channel, contact now or later, wait for a receipt, or nothing. */
export function planOutreach(facts: OutreachFacts, terms: OutreachTerms, now: Instant): OutreachVerdict {
  if (facts.sending) return deliverAt(now, facts.sending, 'message-sending');
  const waits = facts.deferred;
  if (waits && waits.until <= now) return deliverAt(now, waits.messageId, 'message-sending');
  const held = terms.heldBack;
  // Without settings nothing leaves at all; the ramp holds back digests alone.
  if (
    !waits &&
    held?.why === 'settings-awaited' &&
    (facts.requested.length > 0 || facts.notices.length > 0 || facts.followUps.length > 0)
  )
    return compose(held.until, held.why);
  const plans = [...facts.followUps.map((followUp) => planFollowUp(facts, followUp, terms, now))];
  plans.push(...facts.notices.map((notice) => byRecipient(recipientOfNotice(facts, notice, terms, now), now)));
  if (facts.requested.length > 0) plans.push(planDigest(facts, terms, now));
  const copied = leadingRung(facts.copies);
  if (copied) plans.push(byRecipient(chooseRecipient(facts, askingFor(copied), terms, now), now));
  if (waits) plans.unshift(deliverAt(waits.until, waits.messageId, waits.why));
  const first = plans.toSorted((a, b) => ((a.at ?? '') < (b.at ?? '') ? -1 : 1))[0];
  return first ?? { step: 'close', at: null, messageId: null, why: { code: 'nothing-pending', params: {} } };
}

const deliverAt = (at: Instant, messageId: string, code: OutreachWhyCode): OutreachVerdict => ({
  step: 'deliver',
  at,
  messageId,
  why: { code, params: {} },
});

function planDigest(facts: OutreachFacts, terms: OutreachTerms, now: Instant): OutreachVerdict {
  const gathered = addMs(
    facts.requested.map((rung) => rung.at).reduce((a, b) => (a < b ? a : b)),
    terms.gatherMs,
  );
  if (gathered > now) return compose(gathered, 'gathering');
  if (terms.heldBack) return compose(terms.heldBack.until, terms.heldBack.why);
  const leading = leadingRung(facts.requested);
  return leading ? byRecipient(chooseRecipient(facts, askingFor(leading), terms, now), now) : compose(now, 'contact-due');
}

function planFollowUp(facts: OutreachFacts, followUp: FollowUp, terms: OutreachTerms, now: Instant): OutreachVerdict {
  if (followUp.dueAt > now) {
    return { step: 'wait', at: followUp.dueAt, messageId: null, why: { code: 'receipt-awaited', params: {} } };
  }
  if (followUp.noticeId !== null) return compose(now, 'contact-due');
  return byRecipient(chooseRecipient(facts, followUp, terms, now), now);
}

const byRecipient = (recipient: Recipient, now: Instant): OutreachVerdict =>
  recipient.verdict === 'defer' ? compose(recipient.until, recipient.why) : compose(now, 'contact-due');

const compose = (at: Instant, code: OutreachWhyCode): OutreachVerdict => ({
  step: 'compose',
  at,
  messageId: null,
  why: { code, params: {} },
});
