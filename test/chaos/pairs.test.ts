import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectIntact, expectNoFailures } from '../support/invariants.ts';
import { seededFrom } from '../support/seeded.ts';
import { openWorld, until } from '../support/world.ts';
import type { World } from '../support/world.ts';

const PAIRS = 160;
const PAYERS = 4;
const DAY = '2026-03-05';

/** The order in which a reminder and the money for it were committed: both hold the receivable's lock when they write their entry. */
interface Pair {
  invoice: string;
  money: number;
  reminder: number | null;
  asked: number | null;
  outcome: string | null;
}

describe('a payment and a reminder at the same instant', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ from: '2026-03-04' });
  });
  afterAll(() => world.close());

  /** The customers in the order in which their contact hour comes; those of one hour are together. */
  async function hours(): Promise<string[][]> {
    const { rows } = await sql<{ customers: string[] }>`
      select array_agg(c.external_id order by c.external_id) as customers from wake w
      join receivable r on r.id = right(w.subject, 36)::uuid join customer c on c.id = r.customer_id
      where w.kind = 'receivable' group by w.at order by w.at`.execute(world.store.db);
    return rows.map((row) => row.customers);
  }
  /** Whether a contact with one of them is asked for, or is under way. */
  async function begun(customers: readonly string[], what: 'requested' | 'taken'): Promise<boolean> {
    const { rows } = await sql`
      select from rung g join receivable r on r.id = g.receivable_id join customer c on c.id = r.customer_id
      where g.state = ${what} and c.external_id = any(${customers}) limit 1`.execute(world.store.db);
    return rows.length > 0;
  }

  async function pairs(): Promise<Pair[]> {
    const { rows } = await sql<Pair>`
      select i.external_id as invoice, r.outcome,
        (select min(a.seq) from audit a join allocation l on l.payment_id::text = a.subject_id
          where a.action = 'payment.posted' and l.receivable_id = r.id)::int as money,
        (select min(a.seq) from audit a join message_rung x on x.message_id::text = a.subject_id
          where a.action in ('message.sending', 'message.sent') and x.receivable_id = r.id)::int as reminder,
        (select sum(x.asked_minor) from message_rung x where x.receivable_id = r.id)::int as asked
      from receivable r join invoice i on i.id = r.invoice_id order by 1`.execute(world.store.db);
    return rows;
  }

  it('no reminder is committed after the money, in many pairs', { timeout: 300_000 }, async () => {
    const { below } = seededFrom();
    const codes = Array.from({ length: PAIRS }, (_, n) => `X-${n + 1}`);
    for (const customer of codes) {
      await world.customer(customer);
      await world.invoice({ id: `I-${customer}`, customer, amount: '100.00', issued: '2026-02-02', due: '2026-03-04' });
    }
    await world.settled();
    const byHour = await hours();
    const stepping = world.step(DAY, 20);
    // In one hour the money comes while contacts are being asked for, in the next while they are being sent.
    for (const [place, customers] of byHour.entries()) {
      await until('the hour has come', () => begun(customers, place % 2 === 0 ? 'taken' : 'requested'), 90_000);
      const queue = customers.map((code) => ({ code, at: below(1_000_000) })).sort((a, b) => a.at - b.at);
      const payer = async (): Promise<void> => {
        for (let next = queue.shift(); next; next = queue.shift()) {
          const { code } = next;
          await world.pay({ id: `P-${code}`, customer: code, amount: '100.00', on: '2026-03-04', invoice: `I-${code}` });
        }
      };
      await Promise.all(Array.from({ length: PAYERS }, payer));
    }
    await stepping;
    await world.settled();

    const found = await pairs();
    expect(found).toHaveLength(PAIRS);
    expect(found.filter(({ money, reminder }) => reminder !== null && reminder > money)).toEqual([]);
    expect(found.filter(({ reminder, asked }) => (reminder === null) !== (asked === null))).toEqual([]);
    expect(found.every(({ outcome }) => outcome === 'paid')).toBe(true);
    const contacted = found.filter(({ reminder }) => reminder !== null).length;
    expect(contacted).toBeGreaterThan(0);
    expect(contacted).toBeLessThan(PAIRS);
    await expectIntact(world.store.db);
    await expectNoFailures(world.client, world.taskQueue);
  });
});
