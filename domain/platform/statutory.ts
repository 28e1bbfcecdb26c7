import { addDays, yearOf } from './dates.ts';
import type { BusinessDate } from './dates.ts';
import type { Calendar } from './calendar.ts';

/** Where the festivals of the Chinese calendar fall in a year; policies/calendar/statutory says how the days were found. */
export interface LunarYear {
  year: number;
  springFestival: BusinessDate;
  qingming: BusinessDate;
  dragonBoat: BusinessDate;
  midAutumn: BusinessDate;
}

/**
 * The thirteen days that the law itself makes free [全国年节及纪念日放假办法 2, as of 2025], before any notice moves weekends around them:
 * what is known of a year whose notice is not out.
 */
export function statutoryDays(of: LunarYear): { date: BusinessDate; name: string }[] {
  const named = (name: string, ...dates: BusinessDate[]) => dates.map((date) => ({ date, name }));
  const on = (day: string): BusinessDate => `${of.year}-${day}`;
  const spring = [-1, 0, 1, 2].map((n) => addDays(of.springFestival, n));
  const days = [
    ...named('元旦', on('01-01')),
    ...named('春节', ...spring),
    ...named('清明节', of.qingming),
    ...named('劳动节', on('05-01'), on('05-02')),
    ...named('端午节', of.dragonBoat),
    ...named('中秋节', of.midAutumn),
    ...named('国庆节', on('10-01'), on('10-02'), on('10-03')),
  ];
  // Mid-Autumn may be a day of the National Day holiday.
  return days.filter((day, place) => days.findIndex((one) => one.date === day.date) === place);
}

/** Notices come in November: from this day on the next year's is missed. */
const expectedFrom = '12-01';

/** The years whose notice should be out as of a day, and is not. */
export function missingNotices(cal: Pick<Calendar, 'publishedYears'>, today: BusinessDate): number[] {
  const year = yearOf(today);
  const due = today.slice(5) >= expectedFrom ? [year, year + 1] : [year];
  return due.filter((one) => !cal.publishedYears.includes(one));
}
