import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { expectSpoken } from '../support/invariants.ts';
import { livedStory } from '../support/lived-ledger.ts';

const UNTIL = '2026-08-31';
/** Of the customer and its documents. */
const IDS = /DEMO-(?:[A-Z]+-)?F-/;

test('a first-time hospital: a low limit by two tiers, an order beyond it held, released when it paid, a delivery cut until the books agreed, a better grade at its review, a raise', async () => {
  const { world, close, lived } = await livedStory(UNTIL, IDS);
  const rows = async <T>(query: ReturnType<typeof sql<T>>): Promise<T[]> => (await query.execute(world.store.db)).rows;
  try {
    expect(lived.refusals).toEqual([]);
    expect(
      await rows(sql`
        select a.kind, a.state, (a.granted ->> 'limitMinor')::bigint as granted, s.grade,
          (select array_agg(p.role || ' ' || p.state order by p.tier) from approval p where p.process = 'credit-application-' || a.id) as route
        from credit_application a join assessment s on s.id = a.assessment_id order by a.submitted_at`),
    ).toEqual([
      {
        ...{ kind: 'new', state: 'approved', granted: 5_000_000, grade: 'C' },
        route: ['credit_officer countered', 'credit_manager approved'],
      },
      { kind: 'review', state: 'approved', granted: 5_000_000, grade: 'B', route: ['credit_officer approved'] },
      {
        ...{ kind: 'raise', state: 'approved', granted: 8_000_000, grade: 'B' },
        route: ['credit_officer approved', 'credit_manager approved'],
      },
    ]);
    const decisions = await rows<{ order: string; decision: string; code: string | null }>(sql`
      select distinct on (o.external_id, d.decision) o.external_id as "order", d.decision, d.reasons -> 0 ->> 'code' as code
      from order_decision d join sales_order o on o.id = d.order_id order by o.external_id, d.decision, d.at`);
    expect(decisions).toEqual([
      { order: 'DEMO-SO-F-1', decision: 'approved', code: null },
      { order: 'DEMO-SO-F-2', decision: 'approved', code: null },
      { order: 'DEMO-SO-F-2', decision: 'held', code: 'limit-exceeded' },
    ]);
    expect(await rows(sql`select state from order_hold`)).toEqual([{ state: 'released' }]);
    expect(await rows(sql`select external_id as request, decision from shipment_request order by 1`)).toEqual([
      { request: 'DEMO-SR-F-1', decision: 'ship' },
      { request: 'DEMO-SR-F-2', decision: 'reduce' },
    ]);
    expect(await rows(sql`select state from shipment_hold`)).toEqual([{ state: 'shipped' }]);
    expect(await rows(sql`select state from credit_review where cause = 'request'`)).toEqual([{ state: 'kept' }]);
    expect(
      await rows(
        sql`select sum(open_minor)::bigint as open, sum(reserved_minor + ordered_minor + delivered_minor)::bigint as rest from credit_account`,
      ),
    ).toEqual([{ open: 3_000_000, rest: 0 }]);
    await expectSpoken(world.store.db);
  } finally {
    await close();
  }
}, 300_000);
