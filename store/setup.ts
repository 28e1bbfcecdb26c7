import { sql } from 'kysely';
import type { Instant } from '../domain/platform/calendar.ts';
import { policyKinds } from '../domain/policy.ts';
import { seedCalendars } from './policies/calendar-rows.ts';
import { openDatabase } from './platform/database.ts';
import { defaultPolicy } from './policies/default-policies.ts';
import type { Database } from './platform/database.ts';
import { seedTemplates } from './outreach/templates.ts';
import { contentHash } from './platform/content-hash.ts';

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
    const content = await defaultPolicy(kind);
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
