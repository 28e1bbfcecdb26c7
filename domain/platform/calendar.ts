import { addDays, dayNumber, weekdayOf, yearOf } from './dates.ts';
import type { BusinessDate } from './dates.ts';

export { addDays, addMonths, dayOfMonth, daysBetween, endOfMonth, isBusinessDate, weekdayOf } from './dates.ts';
export type { BusinessDate } from './dates.ts';
export { addMs, dateOf, instantAt, isInstant, isZone, minuteOfDay, msBetween, parseInstant } from './instants.ts';
export type { Instant } from './instants.ts';

/**
 * Public holidays and make-up days (调休) of one zone. `off` is a day the notice frees (weekends inside a holiday too),
 * `work` a weekend day it makes a working day; days not named follow the week. A year not listed has no notice yet.
 */
export interface Calendar {
  zone: string;
  days: Readonly<Record<BusinessDate, 'off' | 'work'>>;
  publishedYears: readonly number[];
}

/** One year's State Council notice as data. `year` is the notice's: its days may lie in the December before. */
export interface HolidayFile {
  year: number;
  days: readonly { name: string; date: BusinessDate; isOffDay: boolean }[];
}

/** Builds a calendar; a file without days is a year not yet published. A day named twice follows the later notice. */
export function calendarFromFiles(zone: string, files: readonly HolidayFile[]): Calendar {
  const published = files.filter((file) => file.days.length > 0).toSorted((a, b) => a.year - b.year);
  const days: Record<BusinessDate, 'off' | 'work'> = {};
  for (const file of published) {
    for (const day of file.days) {
      dayNumber(day.date);
      days[day.date] = day.isOffDay ? 'off' : 'work';
    }
  }
  return { zone, days, publishedYears: published.map((file) => file.year) };
}

const isWeekday = (date: BusinessDate): boolean => weekdayOf(date) <= 5;

/** A day people work: weekdays that are not off, plus make-up days. */
export function isWorkingDay(cal: Calendar, date: BusinessDate): boolean {
  const named = cal.days[date];
  return named === undefined ? isWeekday(date) : named === 'work';
}

/** A day on which customers may be contacted: a weekday that is no public holiday. A make-up weekend is not one. */
export function isContactDay(cal: Calendar, date: BusinessDate): boolean {
  return isWeekday(date) && cal.days[date] !== 'off';
}

const longestSearchDays = 366;

function firstFrom(date: BusinessDate, step: 1 | -1, fits: (date: BusinessDate) => boolean): BusinessDate {
  let day = date;
  for (let tried = 0; tried <= longestSearchDays; tried++) {
    if (fits(day)) return day;
    day = addDays(day, step);
  }
  throw new RangeError(`the calendar has no fitting day within a year of ${date}`);
}

/** The first contact day from `date` on, `date` included. */
export function nextContactDay(cal: Calendar, date: BusinessDate): BusinessDate {
  return firstFrom(date, 1, (day) => isContactDay(cal, day));
}

/** The last contact day before `date`, `date` itself not included. */
export function lastContactDayBefore(cal: Calendar, date: BusinessDate): BusinessDate {
  return firstFrom(addDays(date, -1), -1, (day) => isContactDay(cal, day));
}

/** The first working day from `date` on, `date` included. */
export function nextWorkingDay(cal: Calendar, date: BusinessDate): BusinessDate {
  return firstFrom(date, 1, (day) => isWorkingDay(cal, day));
}

/** The n-th working day after `date` (before it when n < 0); `date` itself is not counted [Civil Code 201]. n = 0 is `date`. */
export function addWorkingDays(cal: Calendar, date: BusinessDate, n: number): BusinessDate {
  if (!Number.isSafeInteger(n)) throw new RangeError(`not a whole number of days: ${n}`);
  const step = n < 0 ? -1 : 1;
  let day = date;
  for (let left = Math.abs(n); left > 0; left--) day = firstFrom(addDays(day, step), step, (d) => isWorkingDay(cal, d));
  return day;
}

/** The last day of a period, moved past statutory rest days to the day after they end [Civil Code 203]. */
export function rollOffRestDay(cal: Calendar, date: BusinessDate): BusinessDate {
  return nextWorkingDay(cal, date);
}

/** Notices have named days from 26 December before their year; make-up days can precede the holiday by one weekend. */
const nextNoticeReachesFrom = '12-25';

/** True when every notice that can name `date` is out: that of its year and, in late December, that of the next year. */
export function isPublished(cal: Calendar, date: BusinessDate): boolean {
  const year = yearOf(date);
  const needsNext = date.slice(5) >= nextNoticeReachesFrom;
  return cal.publishedYears.includes(year) && (!needsNext || cal.publishedYears.includes(year + 1));
}
