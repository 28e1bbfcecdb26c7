/** A calendar day 'YYYY-MM-DD' in the seller's zone; text order is time order. Years 0001 to 9999. */
export type BusinessDate = string;

const shape = /^\d{4}-\d{2}-\d{2}$/;
const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const daysInMonth = (year: number, month: number): number => (month === 2 && isLeap(year) ? 29 : (monthDays[month - 1] ?? 0));

interface Ymd {
  year: number;
  month: number;
  day: number;
}

function split(text: string): Ymd | undefined {
  if (!shape.test(text)) return undefined;
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8, 10));
  const real = year >= 1 && day >= 1 && day <= daysInMonth(year, month);
  return real ? { year, month, day } : undefined;
}

function parts(date: BusinessDate): Ymd {
  const ymd = split(date);
  if (!ymd) throw new RangeError(`not a calendar date: ${date}`);
  return ymd;
}

const two = (n: number): string => (n < 10 ? `0${n}` : String(n));

function join({ year, month, day }: Ymd): BusinessDate {
  if (year < 1 || year > 9999) throw new RangeError(`year out of range: ${year}`);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

/** True for a day that exists, written 'YYYY-MM-DD'. */
export function isBusinessDate(text: string): boolean {
  return split(text) !== undefined;
}

/** Days from 1970-01-01 (proleptic Gregorian). Throws RangeError when the text is not a date. */
export function dayNumber(date: BusinessDate): number {
  const { year, month, day } = parts(date);
  // Years begin in March, so that the leap day is the last day of a year and month lengths follow one formula.
  const y = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719468;
}

/** The date `n` days after 1970-01-01. Throws RangeError outside the years 0001 to 9999. */
export function dateOfDayNumber(n: number): BusinessDate {
  if (!Number.isSafeInteger(n)) throw new RangeError(`not a whole number of days: ${n}`);
  const z = n + 719468;
  const era = Math.floor(z / 146097);
  const dayOfEra = z - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return join({ year, month, day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1 });
}

/** The date n calendar days later (earlier when n < 0). */
export function addDays(date: BusinessDate, n: number): BusinessDate {
  return dateOfDayNumber(dayNumber(date) + n);
}

/** Calendar days from `from` to `to`; negative when `to` is earlier. The first day is not counted [Civil Code 201]. */
export function daysBetween(from: BusinessDate, to: BusinessDate): number {
  return dayNumber(to) - dayNumber(from);
}

/** The last day of the date's month. */
export function endOfMonth(date: BusinessDate): BusinessDate {
  const { year, month } = parts(date);
  return join({ year, month, day: daysInMonth(year, month) });
}

/** The day of this number in the date's month, or the month's last day when it has no such day. */
export function dayOfMonth(date: BusinessDate, n: number): BusinessDate {
  const { year, month } = parts(date);
  return join({ year, month, day: Math.min(Math.max(1, n), daysInMonth(year, month)) });
}

/** The same day n months later, or that month's last day when it has no such day [Civil Code 200–202]. */
export function addMonths(date: BusinessDate, n: number): BusinessDate {
  if (!Number.isSafeInteger(n)) throw new RangeError(`not a whole number of months: ${n}`);
  const { year, month, day } = parts(date);
  const months = year * 12 + month - 1 + n;
  const toYear = Math.floor(months / 12);
  const toMonth = months - toYear * 12 + 1;
  return join({ year: toYear, month: toMonth, day: Math.min(day, daysInMonth(toYear, toMonth)) });
}

/** 1 Monday … 7 Sunday. */
export function weekdayOf(date: BusinessDate): number {
  const n = (dayNumber(date) + 3) % 7;
  return (n < 0 ? n + 7 : n) + 1;
}

/** The date's year. */
export function yearOf(date: BusinessDate): number {
  return parts(date).year;
}
