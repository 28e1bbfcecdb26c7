import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import type { HolidayFile, Instant } from '../domain/kernel/calendar.ts';
import { policyKinds } from '../domain/policy.ts';
import { openDatabase } from './database.ts';
import type { Database } from './database.ts';
import { seedTemplates } from './templates.ts';

const POLICIES = new URL('../policies/', import.meta.url);

/** Stable text of a JSON value: keys sorted, so that equal content has an equal hash. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, v]) => v !== undefined);
    return `{${entries
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`)
      .join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

export const contentHash = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('hex');

/**
 * Seeds an empty database, as its owner: the clock, the default policies as version 1 and the published calendars. What is there already
 * stays. `clock` is given for the local stack and tests; production gets a pinned clock at speed 1.
 */
export async function setUp(url: string, clock?: { business: Instant; speed: number; pinned: boolean }): Promise<void> {
  const db = openDatabase({ url, max: 1, role: null });
  try {
    await db.transaction().execute(async (tx) => {
      await sql`insert into clock (real_anchor, business_anchor, speed, pinned)
        select n.now, coalesce(${clock?.business ?? null}::timestamptz, n.now), ${clock?.speed ?? 1}, ${clock?.pinned ?? true}
        from (select clock_timestamp() as now) n on conflict do nothing`.execute(tx);
      await seedPolicies(tx);
      await seedCalendars(tx);
      await seedTemplates(tx);
    });
  } finally {
    await db.destroy();
  }
}

async function seedPolicies(db: Database): Promise<void> {
  for (const kind of policyKinds) {
    const content: unknown = JSON.parse(await readFile(new URL(`${kind}.json`, POLICIES), 'utf8'));
    await db
      .insertInto('policy')
      .values({
        kind,
        version: 1,
        content: JSON.stringify(content),
        content_hash: contentHash(content),
        effective_from: '1970-01-01',
        author: 'default',
        approved_by: 'default',
        created_at: sql<string>`clock_timestamp()`,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

/** Reads every published calendar of policies/calendar; later files win, so next year's notice is added by running this again. */
export async function seedCalendars(db: Database): Promise<void> {
  const folder = new URL('calendar/', POLICIES);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  for (const name of names) {
    const file = JSON.parse(await readFile(new URL(name, folder), 'utf8')) as HolidayFile;
    await db
      .insertInto('calendar_year')
      .values({ year: file.year, published: file.days.length > 0, source: name })
      .onConflict((conflict) => conflict.column('year').doUpdateSet({ published: file.days.length > 0, source: name }))
      .execute();
    if (file.days.length === 0) continue;
    await db
      .insertInto('calendar_day')
      .values(file.days.map((day) => ({ day: day.date, kind: day.isOffDay ? 'off' : 'work', name: day.name })))
      .onConflict((conflict) =>
        conflict.column('day').doUpdateSet((row) => ({ kind: row.ref('excluded.kind'), name: row.ref('excluded.name') })),
      )
      .execute();
  }
}
