import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  addMonths,
  addWorkingDays,
  calendarFromFiles,
  daysBetween,
  endOfMonth,
  isBusinessDate,
  isContactDay,
  isPublished,
  isWorkingDay,
  nextContactDay,
  nextWorkingDay,
  rollOffRestDay,
  weekdayOf,
} from '../../domain/platform/calendar.ts';
import type { HolidayFile } from '../../domain/platform/calendar.ts';
import { fc } from '../support/property.ts';

const files = [2023, 2024, 2025, 2026, 2027].map(
  (year) => JSON.parse(readFileSync(new URL(`../../policies/calendar/cn-${year}.json`, import.meta.url), 'utf8')) as HolidayFile,
);
const cn = calendarFromFiles('Asia/Shanghai', files);
const daysOf = (year: number): string[] =>
  Array.from({ length: daysBetween(`${year}-01-01`, `${year + 1}-01-01`) }, (_, n) => addDays(`${year}-01-01`, n));
const anyDate = fc.integer({ min: daysBetween('1970-01-01', '0001-01-01'), max: daysBetween('1970-01-01', '9999-12-31') });

describe('dates', () => {
  it.each(['2026-02-28', '2024-02-29', '2000-02-29', '0001-01-01', '9999-12-31'])('%s is a date', (text) => {
    expect(isBusinessDate(text)).toBe(true);
  });

  it.each([
    '2026-02-29',
    '1900-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-04-31',
    '2026-01-00',
    '0000-01-01',
    '2026-1-1',
    '20260101',
  ])('%s is no date, and nothing is reckoned from it', (text) => {
    expect(isBusinessDate(text)).toBe(false);
    expect(() => addDays(text, 1)).toThrow(RangeError);
  });

  it.each(['', '2026-01-01T00:00:00Z', ' 2026-01-01', '2026-01-01\n', '\uff12026-01-01'])('%j is no date', (text) => {
    expect(isBusinessDate(text)).toBe(false);
  });

  it('agrees with the platform on every day: count, weekday, date', () => {
    fc.assert(
      fc.property(anyDate, (n) => {
        const date = addDays('1970-01-01', n);
        const platform = new Date(n * 86_400_000);
        expect(date).toBe(platform.toISOString().slice(0, 10));
        expect(weekdayOf(date)).toBe(platform.getUTCDay() || 7);
        expect(daysBetween('1970-01-01', date)).toBe(n);
      }),
      { numRuns: 3000 },
    );
  });

  it('never leaves the years 0001 to 9999', () => {
    expect(() => addDays('9999-12-31', 1)).toThrow(RangeError);
    expect(() => addDays('0001-01-01', -1)).toThrow(RangeError);
    expect(() => addMonths('9999-12-31', 1)).toThrow(RangeError);
    expect(() => addDays('2026-01-01', 0.5)).toThrow(RangeError);
  });

  it.each([
    ['2026-01-31', '2026-01-31'],
    ['2026-02-01', '2026-02-28'],
    ['2024-02-10', '2024-02-29'],
    ['2100-02-01', '2100-02-28'],
    ['2026-04-30', '2026-04-30'],
    ['2026-12-05', '2026-12-31'],
  ])('the month of %s ends on %s', (date, end) => {
    expect(endOfMonth(date)).toBe(end);
  });

  it.each([
    ['2026-01-31', 1, '2026-02-28'],
    ['2024-01-31', 1, '2024-02-29'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2024-02-29', 48, '2028-02-29'],
    ['2026-02-28', 1, '2026-03-28'],
    ['2026-08-31', 1, '2026-09-30'],
    ['2026-12-15', 1, '2027-01-15'],
    ['2026-01-15', -1, '2025-12-15'],
    ['2026-03-31', -1, '2026-02-28'],
    ['2026-10-09', 36, '2029-10-09'],
  ])('a period of months ends on the same day or the last of the month: %s + %i = %s', (date, n, end) => {
    expect(addMonths(date, n)).toBe(end);
  });

  it.each([
    ['2026-01-01', 4],
    ['2026-02-16', 1],
    ['2026-11-22', 7],
    ['2000-02-29', 2],
    ['1969-12-31', 3],
  ])('%s is weekday %i', (date, weekday) => {
    expect(weekdayOf(date)).toBe(weekday);
  });
});

describe('the calendar of mainland China', () => {
  it('2026 has 33 days off, 6 make-up days and 248 working days', () => {
    const days = daysOf(2026);
    expect(days.filter((day) => cn.days[day] === 'off')).toHaveLength(33);
    expect(days.filter((day) => cn.days[day] === 'work')).toEqual([
      '2026-01-04',
      '2026-02-14',
      '2026-02-28',
      '2026-05-09',
      '2026-09-20',
      '2026-10-10',
    ]);
    expect(days.filter((day) => isWorkingDay(cn, day))).toHaveLength(248);
  });

  it('a make-up weekend is a working day, never a contact day', () => {
    for (const day of Object.keys(cn.days).filter((date) => cn.days[date] === 'work' && weekdayOf(date) > 5)) {
      expect([day, isWorkingDay(cn, day), isContactDay(cn, day)]).toEqual([day, true, false]);
    }
    expect([isWorkingDay(cn, '2026-02-16'), isContactDay(cn, '2026-02-16')]).toEqual([false, false]);
    expect([isWorkingDay(cn, '2026-02-13'), isContactDay(cn, '2026-02-13')]).toEqual([true, true]);
  });

  it('every contact day is a working day', () => {
    for (const year of [2023, 2024, 2025, 2026]) {
      for (const day of daysOf(year)) if (isContactDay(cn, day)) expect(isWorkingDay(cn, day), day).toBe(true);
    }
  });

  it.each([
    ['2026-02-13', '2026-02-13', '2026-02-13'],
    ['2026-02-14', '2026-02-24', '2026-02-14'],
    ['2026-02-15', '2026-02-24', '2026-02-24'],
    ['2026-02-23', '2026-02-24', '2026-02-24'],
    ['2026-02-28', '2026-03-02', '2026-02-28'],
    ['2026-09-26', '2026-09-28', '2026-09-28'],
    ['2026-10-01', '2026-10-08', '2026-10-08'],
    ['2022-12-31', '2023-01-03', '2023-01-03'],
  ])(
    'round Spring Festival and National Day: from %s the next contact day is %s, the next working day %s',
    (date, contact, working) => {
      expect(nextContactDay(cn, date)).toBe(contact);
      expect(nextWorkingDay(cn, date)).toBe(working);
      expect(rollOffRestDay(cn, date)).toBe(working);
    },
  );

  it.each([
    ['2026-02-12', 0, '2026-02-12'],
    ['2026-02-12', 1, '2026-02-13'],
    ['2026-02-12', 2, '2026-02-14'],
    ['2026-02-12', 3, '2026-02-24'],
    ['2026-02-15', 1, '2026-02-24'],
    ['2026-09-30', 2, '2026-10-09'],
    ['2026-09-30', 3, '2026-10-10'],
    ['2026-09-30', 4, '2026-10-12'],
    ['2026-02-24', -1, '2026-02-14'],
  ])('the first day is not counted: %s and %i working days is %s', (date, n, end) => {
    expect(addWorkingDays(cn, date, n)).toBe(end);
  });

  it('a year without a notice is flagged, and so is late December before one', () => {
    expect(cn.publishedYears).toEqual([2023, 2024, 2025, 2026]);
    expect(isPublished(cn, '2026-12-24')).toBe(true);
    expect(isPublished(cn, '2026-12-25')).toBe(false);
    expect(isPublished(cn, '2025-12-31')).toBe(true);
    expect(isPublished(cn, '2027-03-01')).toBe(false);
    expect(isPublished(cn, '2022-12-31')).toBe(false);
  });

  it("a December day stands in the next year's notice, whatever the order of the files", () => {
    const backwards = calendarFromFiles('Asia/Shanghai', files.toReversed());
    expect(backwards.days['2022-12-31']).toBe('off');
    expect(backwards).toEqual(cn);
  });

  it('a later notice overrules an earlier one, and a bad date in a notice is refused', () => {
    const day = (date: string, isOffDay: boolean) => ({ name: 'x', date, isOffDay });
    const two = [
      { year: 2031, days: [day('2030-12-30', true)] },
      { year: 2030, days: [day('2030-12-30', false)] },
    ];
    expect(calendarFromFiles('UTC', two).days['2030-12-30']).toBe('off');
    expect(() => calendarFromFiles('UTC', [{ year: 2030, days: [day('2030-02-30', true)] }])).toThrow(RangeError);
  });

  it('a calendar without any fitting day is an error, not an endless search', () => {
    const days = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [addDays('2026-01-01', n), 'off' as const]));
    expect(() => nextContactDay({ zone: 'UTC', days, publishedYears: [2026] }, '2026-01-01')).toThrow(RangeError);
  });
});
