import { dateOf, instantAt } from '../platform/calendar.ts';
import type { Instant } from '../platform/calendar.ts';
import { fallbackFrom, fallbackRule, isFallback, mayFallBack } from './fallback.ts';
import { judgeContact } from './governor.ts';
import type { Channel, DeferReason } from './governor.ts';
import type { Rung } from '../dunning/ladder.ts';
import type { OutreachFacts, OutreachTerms, Person, RequestedNotice, RequestedRung } from './outreach-facts.ts';
import type { MessageClass } from './policy.ts';

export type Recipient =
  | { verdict: 'send'; person: Person; channel: Channel; fallback: boolean }
  | { verdict: 'defer'; until: Instant; why: DeferReason | 'fallback-cap' }
  | { verdict: 'drop'; why: DropReason };

/** Why nobody is contacted, the one that tells most first. `fallback-not-due`: the step does not matter enough for another channel. */
const dropReasons = ['no-channel', 'opted-out', 'fallback-not-due', 'no-address'] as const;
export type DropReason = (typeof dropReasons)[number];

/** Finance first, then in the customer's own order. */
export function inContactOrder(people: readonly Person[]): Person[] {
  const later = (person: Person): number => (person.role === 'finance' ? 0 : 1);
  return people.toSorted((a, b) => later(a) - later(b) || a.position - b.position);
}

/** What a contact is for. */
export interface Asking {
  class: MessageClass;
  /** Null: a letter of its own that some process asks for. */
  stage: Rung['stage'] | null;
  /** Channels that failed for it. */
  tried: readonly Channel[];
}

/**
 * Who is contacted now and how: the first person whom a channel of the class reaches. A person whose turn is only later is waited for
 * (caps are not got round through a colleague); when nobody can be reached, the reason that tells most.
 */
export function chooseRecipient(
  { people, fallbacks }: Pick<OutreachFacts, 'people' | 'fallbacks'>,
  asking: Asking,
  terms: OutreachTerms,
  now: Instant,
): Recipient {
  const whys = new Set<DropReason>(['no-address']);
  for (const person of inContactOrder(people)) {
    const found = reachPerson(person, asking, terms, now);
    if (found.verdict === 'drop') whys.add(found.why);
    else if (found.verdict === 'defer') return { ...found, until: inSlot(found.until, terms) };
    else return asking.stage !== null && found.fallback ? capped(found, fallbacks, asking, terms, now) : found;
  }
  return { verdict: 'drop', why: dropReasons.find((why) => whys.has(why)) ?? 'no-address' };
}

function reachPerson(person: Person, asking: Asking, terms: OutreachTerms, now: Instant): Recipient {
  const { rules, calendar, live, callBack } = terms;
  const all = rules.channels[asking.class];
  const connected = live === null ? all : all.filter((channel) => live.has(channel));
  const around = (channel: Channel): boolean => {
    const channels = connected.includes(channel) ? connected : all;
    return isFallback(channel, { addresses: person.addresses, channels, preferred: all[0] });
  };
  const matters = mayFallBack(asking.stage, fallbackRule(rules));
  const speaking = connected.filter((channel) => channel !== 'sms' || callBack[person.language]);
  const channels = speaking.filter((channel) => matters || !around(channel));
  const verdict = judgeContact({ rules, calendar, now, channels, triedChannels: asking.tried, ...person });
  if (verdict.verdict === 'send') return { ...verdict, person, fallback: around(verdict.channel) };
  if (verdict.verdict === 'defer') return verdict;
  const reached = (channel: Channel): boolean => reaches(person, channel, asking.tried);
  if (all.some((channel) => !speaking.includes(channel) && reached(channel) && (matters || !around(channel))))
    return { verdict: 'drop', why: 'no-channel' };
  const withheld = all.some((channel) => !channels.includes(channel) && reached(channel));
  return withheld && verdict.why === 'no-address' ? { verdict: 'drop', why: 'fallback-not-due' } : verdict;
}

/** All fallbacks of a customer share one cap: what is beyond it waits. */
function capped(
  found: Extract<Recipient, { verdict: 'send' }>,
  fallbacks: readonly Instant[],
  { tried }: Asking,
  terms: OutreachTerms,
  now: Instant,
): Recipient {
  const from = fallbackFrom(fallbacks, fallbackRule(terms.rules), now);
  if (from === null) return found;
  const { rules, calendar } = terms;
  const then = judgeContact({ rules, calendar, now: from, channels: [found.channel], triedChannels: tried, ...found.person });
  return { verdict: 'defer', until: inSlot(then.verdict === 'defer' ? then.until : from, terms), why: 'fallback-cap' };
}

/** Whether a person could be reached by a channel if it were live. */
const reaches = ({ addresses, optedOut }: Person, channel: Channel, tried: readonly Channel[]): boolean =>
  (addresses[channel] ?? '') !== '' && !optedOut.includes(channel) && !tried.includes(channel);

/** Whether a notice goes to whoever wants no other letters, too. */
export const passesOptOut = (notice: Pick<RequestedNotice, 'class'>, { rules }: Pick<OutreachTerms, 'rules'>): boolean =>
  notice.class === 'demand' && rules.legalPassesOptOut === true;

/** The same for a notice; where the house says so, one of legal class goes to whoever wants no other letters, too. */
export function recipientOfNotice(
  { people, fallbacks }: Pick<OutreachFacts, 'people' | 'fallbacks'>,
  notice: RequestedNotice,
  terms: OutreachTerms,
  now: Instant,
): Recipient {
  const asked = passesOptOut(notice, terms) ? people.map((person) => ({ ...person, optedOut: [] })) : people;
  return chooseRecipient({ people: asked, fallbacks }, { ...notice, stage: null }, terms, now);
}

/** A deferred contact goes in the customer's own slot of that day, by the clock of the contact rules, with all else that is due by then. */
export function inSlot(until: Instant, { rules: { zone }, slotMinute }: OutreachTerms): Instant {
  const slot = instantAt(dateOf(until, zone), slotMinute, zone);
  return slot > until ? slot : until;
}

/** What a first message of a step asks of its channel. */
export const askingFor = ({ class: messageClass, stage }: Pick<RequestedRung, 'class' | 'stage'>): Asking => ({
  class: messageClass,
  stage,
  tried: [],
});
