import { dateOfDayNumber, dayNumber } from './dates.ts';
import type { BusinessDate } from './dates.ts';

/** A moment, RFC 3339 in UTC with milliseconds: '2026-01-31T10:00:00.000Z'. Text order is time order. */
export type Instant = string;

const minuteMs = 60_000;
const dayMs = 86_400_000;
const canonical = /^(?!0000)\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const rfc3339 = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/;

function toMs(instant: Instant): number {
  const ms = canonical.test(instant) ? Date.parse(instant) : NaN;
  if (Number.isNaN(ms)) throw new RangeError(`not an instant in UTC with milliseconds: ${instant}`);
  return ms;
}

function fromMs(ms: number): Instant {
  const text = new Date(ms).toISOString();
  if (!canonical.test(text)) throw new RangeError(`instant out of range: ${text}`);
  return text;
}

/** True for the one form of instants used inside the house. */
export function isInstant(text: string): boolean {
  return parseInstant(text) === text;
}

/** Any RFC 3339 time with an offset, as an Instant (digits below the millisecond are cut); undefined when it is none. */
export function parseInstant(text: string): Instant | undefined {
  const match = rfc3339.exec(text);
  if (!match) return undefined;
  const [, date = '', hour, minute, second, fraction = '', offset = ''] = match;
  const fields = offset === 'Z' ? [0, 0] : [Number(offset.slice(1, 3)), Number(offset.slice(4, 6))];
  const [offsetHours = 0, offsetMinutes = 0] = fields;
  const clockIsReal = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60 && offsetHours < 24 && offsetMinutes < 60;
  const local = Date.parse(`${date}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}Z`);
  if (!clockIsReal || Number.isNaN(local) || !new Date(local).toISOString().startsWith(date)) return undefined;
  const sign = offset.startsWith('-') ? -1 : 1;
  const result = new Date(local - sign * (offsetHours * 60 + offsetMinutes) * minuteMs).toISOString();
  return canonical.test(result) ? result : undefined;
}

/** The instant `ms` milliseconds later (earlier when negative); fractions are cut. */
export function addMs(instant: Instant, ms: number): Instant {
  return fromMs(toMs(instant) + ms);
}

/** Milliseconds from a to b; negative when b is earlier. */
export function msBetween(a: Instant, b: Instant): number {
  return toMs(b) - toMs(a);
}

/** China has stood at +08:00 without summer time since September 1991. */
const shanghai = { name: 'Asia/Shanghai', fixedFromMs: Date.UTC(1992, 0, 1), offsetMs: 8 * 60 * minuteMs };

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formatters.set(zone, made);
  return made;
}

/** True for a zone the runtime knows ('Asia/Shanghai', 'UTC', …). */
export function isZone(text: string): boolean {
  try {
    formatterOf(text);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Local time minus UTC, in ms, at a moment. Throws RangeError on an unknown zone. */
function offsetAt(ms: number, zone: string): number {
  if (zone === 'UTC') return 0;
  if (zone === shanghai.name && ms >= shanghai.fixedFromMs) return shanghai.offsetMs;
  const field: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const part of formatterOf(zone).formatToParts(ms)) field[part.type] = part.value;
  const n = (type: Intl.DateTimeFormatPartTypes): number => Number(field[type]);
  const year = field.era?.startsWith('B') ? 1 - n('year') : n('year');
  const local = new Date(0);
  local.setUTCFullYear(year, n('month') - 1, n('day'));
  local.setUTCHours(n('hour'), n('minute'), n('second'), 0);
  return local.getTime() - Math.floor(ms / 1000) * 1000;
}

function localMs(instant: Instant, zone: string): number {
  const ms = toMs(instant);
  return ms + offsetAt(ms, zone);
}

/** The calendar day of a moment in a zone. */
export function dateOf(instant: Instant, zone: string): BusinessDate {
  return dateOfDayNumber(Math.floor(localMs(instant, zone) / dayMs));
}

/** Whole minutes since local midnight, by the wall clock, 0 to 1439. */
export function minuteOfDay(instant: Instant, zone: string): number {
  const local = localMs(instant, zone);
  return Math.floor((local - Math.floor(local / dayMs) * dayMs) / minuteMs);
}

/**
 * The moment a wall clock in the zone shows the minute (0 to 1440) on the date. A minute shown twice in autumn is its first
 * showing; one skipped in spring is moved on by the length of the gap.
 */
export function instantAt(date: BusinessDate, minute: number, zone: string): Instant {
  if (!Number.isSafeInteger(minute) || minute < 0 || minute > 1440) throw new RangeError(`not a minute of the day: ${minute}`);
  const local = dayNumber(date) * dayMs + minute * minuteMs;
  const before = offsetAt(local - dayMs, zone);
  const after = offsetAt(local + dayMs, zone);
  // Every offset is within 24 h, so these two bracket the moment; the larger offset is the earlier moment.
  for (const offset of [Math.max(before, after), Math.min(before, after)]) {
    if (offsetAt(local - offset, zone) === offset) return fromMs(local - offset);
  }
  return fromMs(local - before);
}
