import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { livedStory } from '../support/lived-ledger.ts';

const UNTIL = '2026-08-31';

test('a first-time hospital: a low limit by two tiers, an order beyond it held, paid, released, then a review that raises it', async () => {
  const { world, close, lived } = await livedStory(UNTIL, 'DEMO-F-01');
  try {
    const rows = async <T>(query: ReturnType<typeof sql<T>>): Promise<T[]> => (await query.execute(world.store.db)).rows;
    console.log(await rows(sql`select external_id, kind, state, offer, granted from credit_application order by submitted_at`));
    console.log(await rows(sql`select tier, role, state, reason, verdict from approval order by process, tier`));
    console.log(await rows(sql`select external_id, decision, state from sales_order`));
    console.log(JSON.stringify(await rows(sql`select at, decision, reasons from order_decision order by at`)));
    console.log(await rows(sql`select cause, state from credit_review`));
    console.log(JSON.stringify(await rows(sql`select verdict from assessment`)).slice(0, 3000));
    expect(lived.refusals).toEqual([]);
  } finally {
    await close();
  }
}, 300_000);
