import { readdir, readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import type { Calendar, HolidayFile } from '../../domain/platform/calendar.ts';
import { statutoryDays } from '../../domain/platform/statutory.ts';
import type { LunarYear } from '../../domain/platform/statutory.ts';
import type { Database, Tx } from '../platform/database.ts';
import { recordset } from '../platform/rows.ts';

const CALENDARS = new URL('../../policies/calendar/', import.meta.url);
const STATUTE = 'statute';

export type Day = HolidayFile['days'][number];

/** The calendar of the database: the notices, and for years without one what the law fixes. */
export async function readCalendar(db: Database | Tx, zone: string): Promise<Calendar> {
  const days = await db.selectFrom('calendar_day').select(['day', 'kind']).execute();
  const years = await db.selectFrom('calendar_year').select('year').where('published', '=', true).orderBy('year').execute();
  return {
    zone,
    days: Object.fromEntries(days.map((day) => [day.day, day.kind as 'off' | 'work'])),
    publishedYears: years.map((row) => row.year),
  };
}

/** Replaces what is known of a year; days of another year's notice stay. */
export async function replaceYear(
  db: Database,
  year: number,
  days: readonly Day[],
  source: string,
  published: boolean,
): Promise<void> {
  await sql`delete from calendar_day where year = ${year}::int`.execute(db);
  const rows = days.map((day) => ({ day: day.date, kind: day.isOffDay ? 'off' : 'work', name: day.name }));
  await sql`
    insert into calendar_day (day, kind, name, year) select x.day, x.kind, x.name, ${year}::int from ${recordset(rows, 'day date, kind text, name text')}
    on conflict (day) do update set kind = excluded.kind, name = excluded.name, year = excluded.year where calendar_day.year <= excluded.year`.execute(
    db,
  );
  await sql`
    insert into calendar_year (year, published, source) values (${year}::int, ${published}, ${source})
    on conflict (year) do update set published = excluded.published, source = excluded.source`.execute(db);
}

/** Rings every process whose next moment lies in the year, or in the December before, which its notice reaches into; answers how many. */
export async function askPlanned(db: Database | Tx, year: number): Promise<number> {
  const { rows } = await sql<{ asked: number }>`
    with w as (
      update wake set asked = asked + 1
      where at >= ${`${year - 1}-12-01T00:00:00Z`}::timestamptz and at < ${`${year + 1}-01-01T00:00:00Z`}::timestamptz returning 1)
    select count(*)::int as asked from w`.execute(db);
  await sql`select pg_notify('duecourse', 'wake')`.execute(db);
  return rows[0]?.asked ?? 0;
}

/**
 * Seeds the calendars that come with the product: the notices of policies/calendar, and the statutory days of years without one. A year whose
 * notice was loaded meanwhile stays as it is.
 */
export async function seedCalendars(db: Database): Promise<void> {
  const known = await db.selectFrom('calendar_year').select(['year', 'published', 'source']).execute();
  const standing = new Map(known.map((row) => [row.year, row]));
  const files = (await readdir(CALENDARS)).filter((name) => name.endsWith('.json')).sort();
  const noticed = new Set<number>();
  for (const name of files) {
    const { year, days } = JSON.parse(await readFile(new URL(name, CALENDARS), 'utf8')) as HolidayFile;
    const before = standing.get(year);
    if (days.length === 0 || (before?.published && before.source !== name)) continue;
    noticed.add(year);
    await replaceYear(db, year, days, name, true);
    if (before && !before.published) await askPlanned(db, year);
  }
  for (const of of await lunarYears()) {
    if (noticed.has(of.year) || standing.get(of.year)?.published) continue;
    await replaceYear(
      db,
      of.year,
      statutoryDays(of).map((day) => ({ ...day, isOffDay: true })),
      STATUTE,
      false,
    );
  }
}

/** Where the festivals of the Chinese calendar fall, year by year. */
export async function lunarYears(): Promise<readonly LunarYear[]> {
  const { years } = JSON.parse(await readFile(new URL('statutory/lunar.json', CALENDARS), 'utf8')) as { years: LunarYear[] };
  return years;
}

/** What is known of a year, by day. */
export async function daysOf(
  db: Database | Tx,
  year: number,
): Promise<{ published: boolean; source: string | null; days: Day[] }> {
  const row = await db.selectFrom('calendar_year').select(['published', 'source']).where('year', '=', year).executeTakeFirst();
  const days = await db
    .selectFrom('calendar_day')
    .select(['day', 'kind', 'name'])
    .where('year', '=', year)
    .orderBy('day')
    .execute();
  return {
    published: row?.published ?? false,
    source: row?.source ?? null,
    days: days.map(({ day, kind, name }) => ({ name, date: day, isOffDay: kind === 'off' })),
  };
}
