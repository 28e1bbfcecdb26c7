import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { Arrivals } from '../../stack/first-run/arrivals.ts';
import { standAt } from '../../store/platform/clock.ts';
import { openStore } from '../../store/open.ts';
import type { OpenStore } from '../../store/open.ts';
import { setUp } from '../../store/setup.ts';
import { stepTo } from '../../store/platform/stepping.ts';
import { freshDatabase } from '../support/database.ts';
import { system } from '../support/actors.ts';
import { factsOf } from '../support/facts.ts';
import { shanghai } from '../support/shanghai.ts';
import { fleetOver } from '../support/fleet.ts';
import type { Fleet } from '../support/fleet.ts';
import { expectIntact } from '../support/invariants.ts';

/** Due on Wednesday 2026-03-04: the notice goes on 03-02, reminder-1 on 03-05. */
const DUE = '2026-03-04';
const endOfDay = shanghai('2026-03-05', '20:00');

describe('stepped time, killed in the middle of an hour and begun anew', () => {
  let url: string;
  let store: OpenStore;
  let fleet: Fleet;
  let drop: () => Promise<void>;

  beforeEach(async () => {
    ({ url, drop } = await freshDatabase());
    await setUp(url, { business: shanghai('2026-02-27'), speed: 0, pinned: false });
    store = openStore({ url, max: 4 });
    const ground = { url, temporalAddress: inject('temporalAddress'), temporalNamespace: inject('temporalNamespace') };
    fleet = fleetOver(ground, `hour-${randomUUID()}`);
  });
  afterEach(async () => {
    await fleet.close();
    await store.close();
    await drop();
  });

  async function owing(customer: string, count: number): Promise<void> {
    const facts = factsOf(store);
    await facts.customer(customer);
    for (let n = 1; n <= count; n += 1) {
      await facts.invoice({ id: `${customer}-${n}`, customer, amount: '100.00', issued: '2026-02-02', due: DUE });
    }
  }
  /** Lines of each message of a day, the customer's name before them. */
  async function digests(): Promise<string[]> {
    const { rows } = await sql<{ digest: string }>`
      select c.external_id || ' ' || (select count(*) from message_rung x where x.message_id = m.id and x.rung = 'reminder-1') as digest
      from message m join customer c on c.id = m.customer_id where m.template = 'overdue-first' order by 1`.execute(store.db);
    return rows.map((row) => row.digest);
  }
  /** The hour in which the customer's reminders are due. */
  async function reminderHour(): Promise<string> {
    const { rows } = await sql<{ at: string }>`select max(at) as at from wake where kind = 'receivable'`.execute(store.db);
    return new Date(Math.ceil(Date.parse(rows[0]?.at ?? '') / 3_600_000) * 3_600_000).toISOString();
  }

  it(
    'a kill while contacts went out does not leave them open: each customer still gets one digest with every line',
    { timeout: 150_000 },
    async () => {
      const customers = Array.from({ length: 6 }, (_, n) => `O-${n + 1}`);
      for (const customer of customers) await owing(customer, 4);
      await fleet.start().ready;
      await stepTo(store, system, shanghai('2026-03-04'));
      await sql`update clock set contacts_open = true`.execute(store.db);
      await stepTo(store, system, endOfDay);
      expect(await digests()).toEqual(customers.map((customer) => `${customer} 4`).sort());
      await expectIntact(store.db);
    },
  );

  it(
    'documents of the hour that had not been sent come before anything of that hour is taken',
    { timeout: 150_000 },
    async () => {
      await owing('D-1', 2);
      await fleet.start().ready;
      await stepTo(store, system, shanghai('2026-03-04'));
      const hour = await reminderHour();
      await standAt(store, system, hour);
      const pay = () => factsOf(store).pay({ id: 'P-1', customer: 'D-1', amount: '100.00', on: '2026-03-05', invoice: 'D-1-1' });
      const incoming = new Arrivals(
        [{ at: hour, lane: null, send: async () => void (await pay()) }],
        hour,
        new AbortController().signal,
      );
      await stepTo(store, system, endOfDay, { incoming });
      expect(await digests()).toEqual(['D-1 1']);
      const { rows } = await sql`select 1 from audit where action = 'rung.requested' and after->>'rung' = 'reminder-1'`.execute(
        store.db,
      );
      expect(rows).toHaveLength(1);
    },
  );

  it(
    'who had looked and not yet acted is waited for, and stands in the one digest of the day',
    { timeout: 150_000 },
    async () => {
      await owing('A-1', 8);
      await fleet.start().ready;
      await stepTo(store, system, shanghai('2026-03-04'));
      await fleet.close();
      const doomed = fleet.start({ crashAfter: 'rung.requested' });
      await doomed.ready;
      const abandoned = openStore({ url, max: 2 });
      const died = stepTo(abandoned, system, endOfDay).catch((error: unknown) => error);
      await doomed.ended;
      await abandoned.close();
      expect(await died).toBeInstanceOf(Error);
      await fleet.start().ready;
      await stepTo(store, system, endOfDay);
      expect(await digests()).toEqual(['A-1 8']);
      await expectIntact(store.db);
    },
  );
});
