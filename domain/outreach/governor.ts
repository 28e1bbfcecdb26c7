import { addDays, addMs, dateOf, instantAt, isContactDay, minuteOfDay, nextContactDay } from '../platform/calendar.ts';
import type { BusinessDate, Calendar, Instant } from '../platform/calendar.ts';

/** How a customer can be reached. */
export const channels = ['email', 'sms', 'wecom', 'letter'] as const;
export type Channel = (typeof channels)[number];

/**
 * When and how often one person may be contacted. Times are 'HH:MM' on the zone's wall clock, from inclusive, to exclusive;
 * quiet hours may pass midnight. `enforcementOff` stops all contacts up to and including its date.
 */
export interface ContactRules {
  zone: string;
  quietFrom: string;
  quietTo: string;
  windowFrom: string;
  windowTo: string;
  perDay: number;
  perWeek: number;
  minutesPerSlot: number;
  gatherSeconds: number;
  enforcementOff?: { reason: string; until: BusinessDate };
}

export const deferReasons = ['enforcement-off', 'quiet-hours', 'holiday', 'daily-cap', 'weekly-cap', 'outside-window'] as const;
export type DeferReason = (typeof deferReasons)[number];

/** What the rules say against a contact that a person made all the same. */
export const contactWarnings = [...deferReasons, 'opted-out'] as const;
export type ContactWarning = (typeof contactWarnings)[number];

/** Send now on a channel, wait until an instant that is itself allowed, or drop for good. */
export type ContactVerdict =
  | { verdict: 'send'; channel: Channel }
  | { verdict: 'defer'; until: Instant; why: DeferReason }
  | { verdict: 'drop'; why: 'opted-out' | 'no-address' };

/** `channels` in order of preference; `history` = instants this person was contacted; `triedChannels` failed for this message. */
export interface ContactQuestion {
  rules: ContactRules;
  calendar: Calendar;
  now: Instant;
  channels: readonly Channel[];
  addresses: Readonly<Partial<Record<Channel, string>>>;
  optedOut: readonly Channel[];
  history: readonly Instant[];
  triedChannels: readonly Channel[];
}

/** Judges one contact: whether it may go, when, and by which channel. Throws RangeError when the rules allow no contact at all. */
export function judgeContact(question: ContactQuestion): ContactVerdict {
  const channel = chooseChannel(question);
  if (typeof channel === 'object') return channel;
  const { rules, calendar, now, history } = question;
  const guard = guardOf(rules, calendar, history);
  const why = guard.objection(now);
  return why === undefined ? { verdict: 'send', channel } : { verdict: 'defer', until: earliestAllowed(guard, now), why };
}

/**
 * What the rules say against a call, visit or letter of a person that took place at `at`; `history` = earlier contacts of this customer,
 * whoever or whatever made them. Nothing is refused by it: what happened is a fact.
 */
export function judgeLogged(of: {
  rules: ContactRules;
  calendar: Calendar;
  at: Instant;
  history: readonly Instant[];
  optedOut: boolean;
}): ContactWarning[] {
  const before = of.history.filter((one) => one <= of.at);
  const against = guardOf(of.rules, of.calendar, before).objections(of.at);
  return of.optedOut ? [...against, 'opted-out'] : against;
}

function chooseChannel(question: ContactQuestion): Channel | Extract<ContactVerdict, { verdict: 'drop' }> {
  const { addresses, optedOut, triedChannels } = question;
  const reachable = question.channels.filter((channel) => (addresses[channel] ?? '').trim() !== '');
  const willing = reachable.filter((channel) => !optedOut.includes(channel));
  if (reachable.length > 0 && willing.length === 0) return { verdict: 'drop', why: 'opted-out' };
  const [first] = willing.filter((channel) => !triedChannels.includes(channel));
  return first ?? { verdict: 'drop', why: 'no-address' };
}

const weekMs = 7 * 86_400_000;
const minutesPerDay = 1440;

interface Guard {
  zone: string;
  calendar: Calendar;
  /** No contact before this instant: the weekly cap is free again, and enforcement is on. */
  notBefore: Instant | undefined;
  minuteAllowed: (minute: number) => boolean;
  dayAllowed: (date: BusinessDate) => boolean;
  objections: (at: Instant) => DeferReason[];
  objection: (at: Instant) => DeferReason | undefined;
}

function guardOf(rules: ContactRules, calendar: Calendar, history: readonly Instant[]): Guard {
  const { zone, perDay, perWeek, enforcementOff } = rules;
  if (!(perDay >= 1) || !(perWeek >= 1)) throw new RangeError('contact rules allow no contact: a cap below one');
  const hours = hoursOf(rules);
  const contactsOn = new Map<BusinessDate, number>();
  for (const at of history) {
    const date = dateOf(at, zone);
    contactsOn.set(date, (contactsOn.get(date) ?? 0) + 1);
  }
  const dayIsFull = (date: BusinessDate): boolean => (contactsOn.get(date) ?? 0) >= perDay;
  const decisive = history.toSorted().at(-Math.floor(perWeek));
  const weekFree = decisive === undefined ? undefined : addMs(decisive, weekMs);
  const enforcedFrom = enforcementOff && instantAt(addDays(enforcementOff.until, 1), 0, zone);
  // In the order in which they are told: the first is the reason of a wait.
  const against: Record<DeferReason, (at: Instant) => boolean> = {
    'enforcement-off': (at) => enforcedFrom !== undefined && at < enforcedFrom,
    'quiet-hours': (at) => hours.quiet(minuteOfDay(at, zone)),
    holiday: (at) => !isContactDay(calendar, dateOf(at, zone)),
    'daily-cap': (at) => dayIsFull(dateOf(at, zone)),
    'weekly-cap': (at) => weekFree !== undefined && at < weekFree,
    'outside-window': (at) => !hours.window(minuteOfDay(at, zone)),
  };
  return {
    zone,
    calendar,
    notBefore: [weekFree, enforcedFrom]
      .filter((at) => at !== undefined)
      .toSorted()
      .at(-1),
    minuteAllowed: (minute) => !hours.quiet(minute) && hours.window(minute),
    dayAllowed: (date) => isContactDay(calendar, date) && !dayIsFull(date),
    objections: (at) => deferReasons.filter((why) => against[why](at)),
    objection: (at) => deferReasons.find((why) => against[why](at)),
  };
}

const longestSearchDays = 366;

/** The first allowed instant from `now` on: the bound itself when it is allowed, else the next allowed full minute. */
function earliestAllowed(guard: Guard, now: Instant): Instant {
  const bound = guard.notBefore !== undefined && guard.notBefore > now ? guard.notBefore : now;
  if (guard.objection(bound) === undefined) return bound;
  let date = dateOf(bound, guard.zone);
  for (let tried = 0; tried <= longestSearchDays; tried++) {
    const found = guard.dayAllowed(date) ? firstMinuteOn(guard, date, bound) : undefined;
    if (found !== undefined) return found;
    date = nextContactDay(guard.calendar, addDays(date, 1));
  }
  throw new RangeError('contact rules allow no contact within a year');
}

/** A minute the wall clock skips in spring is shown later, so each found instant is judged again. */
function firstMinuteOn(guard: Guard, date: BusinessDate, bound: Instant): Instant | undefined {
  const from = dateOf(bound, guard.zone) === date ? minuteOfDay(bound, guard.zone) : 0;
  for (let minute = from; minute < minutesPerDay; minute++) {
    if (!guard.minuteAllowed(minute)) continue;
    const at = instantAt(date, minute, guard.zone);
    if (at >= bound && guard.objection(at) === undefined) return at;
  }
  return undefined;
}

interface Hours {
  quiet: (minute: number) => boolean;
  window: (minute: number) => boolean;
}

function hoursOf(rules: ContactRules): Hours {
  return { quiet: span(rules.quietFrom, rules.quietTo), window: span(rules.windowFrom, rules.windowTo) };
}

/** From inclusive, to exclusive, round midnight when `to` is earlier; equal times are an empty span, 00:00–24:00 the whole day. */
function span(from: string, to: string): (minute: number) => boolean {
  const start = minuteOf(from);
  const end = minuteOf(to);
  return start <= end ? (minute) => minute >= start && minute < end : (minute) => minute >= start || minute < end;
}

/** How many minutes of a day are quiet, lie in the window, and are left of the window by the quiet hours. */
export function allowedMinutesOf(rules: ContactRules): { quiet: number; window: number; both: number } {
  const { quiet, window } = hoursOf(rules);
  const count = (holds: (minute: number) => boolean): number => allowedMinutes(1, holds).length;
  return { quiet: count(quiet), window: count(window), both: count((minute) => window(minute) && !quiet(minute)) };
}

const hhmm = /^([01]\d|2[0-3]):([0-5]\d)$/;

function minuteOf(text: string): number {
  if (text === '24:00') return minutesPerDay;
  const match = hhmm.exec(text);
  if (!match) throw new RangeError(`not a time of day: ${text}`);
  return Number(match[1]) * 60 + Number(match[2]);
}

/**
 * The minute of the day on which a customer's contacts go, the same for all their receivables: a stable hash of the external id
 * over the window's slots outside quiet hours, so that a month's end is no thundering herd.
 */
export function contactSlot(externalId: string, rules: ContactRules): number {
  const { quiet, window } = hoursOf(rules);
  const slots = allowedMinutes(rules.minutesPerSlot, (minute) => window(minute) && !quiet(minute));
  const choice = slots.length > 0 ? slots : allowedMinutes(1, (minute) => window(minute) && !quiet(minute)).slice(0, 1);
  const slot = choice[hash32(externalId) % choice.length];
  if (slot === undefined) throw new RangeError('contact rules allow no minute of the day');
  return slot;
}

function allowedMinutes(step: number, isAllowed: (minute: number) => boolean): number[] {
  if (!Number.isSafeInteger(step) || step < 1) throw new RangeError(`not a whole number of minutes: ${step}`);
  const minutes: number[] = [];
  for (let minute = 0; minute < minutesPerDay; minute += step) if (isAllowed(minute)) minutes.push(minute);
  return minutes;
}

const utf8 = new TextEncoder();

/** FNV-1a over the UTF-8 bytes with murmur3's final mix, so that near ids lie far apart. Unsigned 32 bits. */
function hash32(text: string): number {
  let h = 0x811c9dc5;
  for (const byte of utf8.encode(text)) h = Math.imul(h ^ byte, 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const optOutWords: ReadonlySet<string> = new Set([
  ...['STOP', 'STOPALL', 'STOP ALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'OPTOUT', 'OPT OUT', 'OPT-OUT', 'REVOKE', 'T', 'TD'],
  ...['退订', '退訂', '取消订阅', '取消訂閱', '拒收', 'TD退订', 'T退订', '回T退订', '回TD退订'],
]);

const edges = /^[\s"'“”‘’「」.,!?。、]+|[\s"'“”‘’「」.,!?。、]+$/g;

/** Whether a whole reply asks to stop, in either language, whatever its case, width or closing punctuation. */
export function isOptOutWord(text: string): boolean {
  return optOutWords.has(text.normalize('NFKC').replace(edges, '').replace(/\s+/g, ' ').toUpperCase());
}
