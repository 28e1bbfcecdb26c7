import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { addDays, weekdayOf } from '../../domain/platform/calendar.ts';
import type { HolidayFile } from '../../domain/platform/calendar.ts';
import { missingNotices, statutoryDays } from '../../domain/platform/statutory.ts';
import type { LunarYear } from '../../domain/platform/statutory.ts';

const json = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../policies/calendar/${name}`, import.meta.url), 'utf8')) as T;
const { years } = json<{ years: LunarYear[] }>('statutory/lunar.json');
const of = (year: number): LunarYear => years.find((one) => one.year === year) ?? (undefined as never);

describe('the days that the law makes free', () => {
  test.each([2025, 2026])('every statutory day is free in the notices since the law names it: %i', (year) => {
    const { days } = json<HolidayFile>(`cn-${year}.json`);
    const free = new Set(days.filter((day) => day.isOffDay).map((day) => day.date));
    for (const { date, name } of statutoryDays(of(year))) expect(free.has(date), `${date} ${name}`).toBe(true);
  });

  test('are thirteen a year, twelve when Mid-Autumn is a day of the National Day holiday', () => {
    expect(years.map((one) => one.year)).toEqual(Array.from({ length: 17 }, (_, n) => 2024 + n));
    for (const one of years) {
      const inNational = one.midAutumn >= `${one.year}-10-01` && one.midAutumn <= `${one.year}-10-03`;
      expect(statutoryDays(one), String(one.year)).toHaveLength(inNational ? 12 : 13);
    }
    expect(statutoryDays(of(2027)).map((day) => day.date)).toContain('2027-02-05');
  });

  test('festivals of the moon lie a month of 29 or 30 days, or several, apart', () => {
    for (const [place, one] of years.entries()) {
      const next = years[place + 1];
      if (!next) continue;
      const days = (Date.parse(next.springFestival) - Date.parse(one.springFestival)) / 86_400_000;
      expect([353, 354, 355, 383, 384, 385]).toContain(days);
      expect(weekdayOf(addDays(one.springFestival, 7))).toBe(weekdayOf(one.springFestival));
    }
  });

  test('a notice is missed from 1 December of the year before on', () => {
    const cal = { publishedYears: [2025, 2026] };
    expect(missingNotices(cal, '2026-11-30')).toEqual([]);
    expect(missingNotices(cal, '2026-12-01')).toEqual([2027]);
    expect(missingNotices(cal, '2027-01-01')).toEqual([2027]);
  });
});
