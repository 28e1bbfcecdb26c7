import { addMs, dateOf, instantAt } from '../kernel/calendar.ts';
import type { Calendar, Instant } from '../kernel/calendar.ts';
import { judgeContact } from './governor.ts';
import type { Channel, ContactVerdict, DeferReason } from './governor.ts';
import { stages } from './ladder.ts';
import type { Rung } from './ladder.ts';
import type { ContactPolicy, MessageClass } from './policy.ts';
import type { OutreachStep } from './process.ts';

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
  followUps: readonly FollowUp[];
  /** A message committed as `sending` that the gateway has not taken yet. */
  sending: string | null;
}

export interface OutreachTerms {
  rules: ContactPolicy;
  calendar: Calendar;
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
  | 'nothing-pending'
  | DeferReason;

export interface OutreachVerdict {
  step: OutreachStep;
  at: Instant | null;
  why: { code: OutreachWhyCode; params: Record<string, string> };
  messageId: string | null;
}

export type Recipient =
  | { verdict: 'send'; person: Person; channel: Channel }
  | Extract<ContactVerdict, { verdict: 'defer' }>
  | Extract<ContactVerdict, { verdict: 'drop' }>;

/** Finance first, then in the customer's own order. */
export function inContactOrder(people: readonly Person[]): Person[] {
  const later = (person: Person): number => (person.role === 'finance' ? 0 : 1);
  return people.toSorted((a, b) => later(a) - later(b) || a.position - b.position);
}

/**
 * Who is contacted now and how: the first person whom a channel of the class reaches. A person whose turn is only later is waited for
 * (caps are not got round through a colleague); when nobody can be reached, `opted-out` if that is why, else `no-address`.
 */
export function chooseRecipient(
  people: readonly Person[],
  messageClass: MessageClass,
  triedChannels: readonly Channel[],
  terms: OutreachTerms,
  now: Instant,
): Recipient {
  let dropped: Recipient = { verdict: 'drop', why: 'no-address' };
  for (const person of inContactOrder(people)) {
    const { rules, calendar } = terms;
    const verdict = judgeContact({ rules, calendar, now, channels: rules.channels[messageClass], triedChannels, ...person });
    if (verdict.verdict === 'send') return { verdict: 'send', person, channel: verdict.channel };
    if (verdict.verdict === 'defer') return { ...verdict, until: inSlot(verdict.until, terms) };
    if (verdict.why === 'opted-out') dropped = verdict;
  }
  return dropped;
}

/** The same for a notice; where the house says so, one of legal class goes to whoever wants no other letters, too. */
export function recipientOfNotice(
  people: readonly Person[],
  notice: RequestedNotice,
  terms: OutreachTerms,
  now: Instant,
): Recipient {
  const passes = notice.class === 'demand' && terms.rules.legalPassesOptOut === true;
  const asked = passes ? people.map((person) => ({ ...person, optedOut: [] })) : people;
  return chooseRecipient(asked, notice.class, notice.tried, terms, now);
}

/** A deferred contact goes in the customer's own slot of that day, with all else that is due by then. */
function inSlot(until: Instant, { calendar, slotMinute }: OutreachTerms): Instant {
  const slot = instantAt(dateOf(until, calendar.zone), slotMinute, calendar.zone);
  return slot > until ? slot : until;
}

/** The rung that sets a digest's tone: the furthest stage, then the furthest along its ladder. */
export function leadingRung<R extends Pick<RequestedRung, 'stage' | 'position' | 'template'>>(
  rungs: readonly R[],
): R | undefined {
  const rank = (rung: R): number => stages.indexOf(rung.stage);
  return rungs.toSorted((a, b) => rank(b) - rank(a) || b.position - a.position || (a.template < b.template ? -1 : 1))[0];
}

/** What the facts call for: hand over what is being sent, try another channel, contact now or later, wait for a receipt, or nothing. */
export function planOutreach(facts: OutreachFacts, terms: OutreachTerms, now: Instant): OutreachVerdict {
  if (facts.sending) return { step: 'deliver', at: now, messageId: facts.sending, why: { code: 'message-sending', params: {} } };
  const plans = [...facts.followUps.map((followUp) => planFollowUp(facts, followUp, terms, now))];
  plans.push(...facts.notices.map((notice) => byRecipient(recipientOfNotice(facts.people, notice, terms, now), now)));
  if (facts.requested.length > 0) plans.push(planDigest(facts, terms, now));
  const first = plans.toSorted((a, b) => ((a.at ?? '') < (b.at ?? '') ? -1 : 1))[0];
  return first ?? { step: 'close', at: null, messageId: null, why: { code: 'nothing-pending', params: {} } };
}

function planDigest(facts: OutreachFacts, terms: OutreachTerms, now: Instant): OutreachVerdict {
  const gathered = addMs(
    facts.requested.map((rung) => rung.at).reduce((a, b) => (a < b ? a : b)),
    terms.gatherMs,
  );
  if (gathered > now) return compose(gathered, 'gathering');
  const messageClass = leadingRung(facts.requested)?.class ?? 'reminder';
  return byRecipient(chooseRecipient(facts.people, messageClass, [], terms, now), now);
}

function planFollowUp(facts: OutreachFacts, followUp: FollowUp, terms: OutreachTerms, now: Instant): OutreachVerdict {
  if (followUp.dueAt > now) {
    return { step: 'wait', at: followUp.dueAt, messageId: null, why: { code: 'receipt-awaited', params: {} } };
  }
  if (followUp.noticeId !== null) return compose(now, 'contact-due');
  return byRecipient(chooseRecipient(facts.people, followUp.class, followUp.tried, terms, now), now);
}

const byRecipient = (recipient: Recipient, now: Instant): OutreachVerdict =>
  recipient.verdict === 'defer' ? compose(recipient.until, recipient.why) : compose(now, 'contact-due');

const compose = (at: Instant, code: OutreachWhyCode): OutreachVerdict => ({
  step: 'compose',
  at,
  messageId: null,
  why: { code, params: {} },
});

/** Why a contact waits, in words for the history of its process. */
export function sayOutreachWhy(code: OutreachWhyCode): string {
  switch (code) {
    case 'message-sending':
      return 'a message is being handed to its provider';
    case 'contact-due':
      return 'a contact is due';
    case 'gathering':
      return 'one digest gathers what is due';
    case 'receipt-awaited':
      return 'a receipt is awaited';
    case 'withdrawal-awaited':
      return 'a contact no longer called for is being withdrawn';
    case 'restored':
      return 'the record was restored: a person finds out what went out';
    case 'nothing-pending':
      return 'nothing pending';
    case 'quiet-hours':
      return 'quiet hours';
    case 'holiday':
      return 'no contact day';
    case 'daily-cap':
      return 'contacted already today';
    case 'weekly-cap':
      return 'contacted often enough this week';
    case 'outside-window':
      return 'outside contact hours';
    case 'enforcement-off':
      return 'contacts are switched off';
  }
}
