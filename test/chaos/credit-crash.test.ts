import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { Client, Connection } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { openStore } from '../../store/open.ts';
import type { OpenStore } from '../../store/open.ts';
import { setUp } from '../../store/setup.ts';
import { openOffice } from '../support/credit-world.ts';
import type { CreditOffice, Person } from '../support/credit-world.ts';
import { freshDatabase } from '../support/database.ts';
import { fleetOver } from '../support/fleet.ts';
import type { Fleet } from '../support/fleet.ts';
import { expectNoFailures } from '../support/invariants.ts';
import { shanghai } from '../support/shanghai.ts';
import { configOf, looksOf } from '../support/world-over.ts';

describe('a worker that dies between the commit of a step of an application and the record of it in the history', () => {
  let store: OpenStore;
  let office: CreditOffice;
  let fleet: Fleet;
  let connection: Connection;
  let drop: () => Promise<void>;
  const taskQueue = `credit-crash-${randomUUID()}`;

  beforeEach(async () => {
    const database = await freshDatabase();
    drop = database.drop;
    await setUp(database.url, { business: shanghai('2026-09-01', '09:00'), speed: 0, pinned: false });
    const ground = {
      url: database.url,
      temporalAddress: inject('temporalAddress'),
      temporalNamespace: inject('temporalNamespace'),
    };
    store = openStore({ url: database.url, max: 6 });
    office = await openOffice(store, configOf(ground, taskQueue, { DUECOURSE_RATE_LIMIT: '1000000' }));
    fleet = fleetOver(ground, taskQueue);
    connection = await Connection.connect({ address: ground.temporalAddress });
  });
  afterEach(async () => {
    await fleet.close();
    await office.commands.close();
    await connection.close();
    await store.close();
    await drop();
  });

  it.each([
    ['credit-application.gathered', 'approve'],
    ['credit-application.assessed', 'approve'],
    ['credit-application.routed', 'approve'],
    ['credit-application.decided', 'approve'],
    ['credit-application.approved', 'approve'],
    ['credit-application.returned', 'return'],
    ['credit-application.declined', 'decline'],
  ])('%s: it is done once, and whoever decided hears so', { timeout: 150_000 }, async (action, verdict) => {
    const doomed = fleet.start({ crashAfter: action });
    await doomed.ready;
    const successor = doomed.ended.then(() => fleet.start().ready);
    const sales = await office.person('sales', { owner: 'lin' });
    const officer = await office.person('credit_officer');
    const manager = await office.person('credit_manager');
    await office.debtor('X-1');
    const id = await office.apply(sales, 'X-1', { limit: '50000.00', termsDays: 30 });
    const send = async (person: Person, verdict: string) => {
      const key = randomUUID();
      const once = () => office.decide(person, id, verdict, {}, key);
      // On a slow machine nobody may be back within the half minute a decision waits: the caller sends it again.
      const first = await once();
      return first.status === 503 ? once() : first;
    };
    const first = await send(officer, verdict);
    expect([first.status, first.body.code]).toEqual([200, undefined]);
    if (verdict === 'approve') expect((await send(manager, 'approve')).body).toMatchObject({ state: 'approved' });
    await successor;
    expect(doomed.alive).toBe(false);
    const actions = await looksOf(store).actions(id);
    for (const once of ['submitted', 'gathered', 'assessed', 'routed', 'approved', 'returned', 'declined'])
      expect(actions.filter((one) => one === `credit-application.${once}`).length, once).toBeLessThanOrEqual(1);
    const { rows } = await sql<Record<string, number>>`
      select (select count(*) from credit_limit where revoked_at is null)::int as limits, (select count(*) from assessment)::int as assessments,
        (select count(*) from decision_answer)::int as answers, (select count(*) from approval)::int as seats`.execute(store.db);
    const decisions = verdict === 'approve' ? 2 : 1;
    expect(rows[0]).toEqual({ limits: verdict === 'approve' ? 1 : 0, assessments: 1, answers: decisions, seats: 2 });
    await expectNoFailures(new Client({ connection, namespace: inject('temporalNamespace') }), taskQueue);
  });
});
