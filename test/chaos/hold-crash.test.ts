import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { Client, Connection } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { findDrift } from '../../store/credit/drift.ts';
import { openStore } from '../../store/open.ts';
import type { OpenStore } from '../../store/open.ts';
import { setUp } from '../../store/setup.ts';
import { stepTo } from '../../store/stepping.ts';
import { system } from '../support/actors.ts';
import { limitOf } from '../support/credit.ts';
import { openOffice } from '../support/credit-world.ts';
import type { CreditOffice } from '../support/credit-world.ts';
import { freshDatabase } from '../support/database.ts';
import { fleetOver } from '../support/fleet.ts';
import type { Fleet } from '../support/fleet.ts';
import { openHoldOffice } from '../support/hold-office.ts';
import { expectNoFailures } from '../support/invariants.ts';
import { shanghai } from '../support/shanghai.ts';
import { configOf, looksOf, until } from '../support/world-over.ts';

const SMALL = 50_000;

describe('a worker that dies between the commit of a step of a held order and the record of it in the history', () => {
  let url: string;
  let store: OpenStore;
  let office: CreditOffice;
  let fleet: Fleet;
  let connection: Connection;
  let drop: () => Promise<void>;
  const taskQueue = `hold-crash-${randomUUID()}`;

  beforeEach(async () => {
    const database = await freshDatabase();
    ({ url, drop } = database);
    await setUp(url, { business: shanghai('2026-09-01', '09:00'), speed: 0, pinned: false });
    const ground = { url, temporalAddress: inject('temporalAddress'), temporalNamespace: inject('temporalNamespace') };
    store = openStore({ url, max: 6 });
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
    ['order-hold.routed', 'release', { reserved: SMALL }],
    ['order-hold.decided', 'release', { reserved: SMALL }],
    ['order-hold.released', 'release', { reserved: SMALL }],
    ['order-hold.rejected', 'reject', { cancelled: SMALL }],
    ['order-hold.released', 'room', { reserved: SMALL }],
    ['order-hold.expiring', 'time', { cancelled: SMALL }],
    ['order-hold.lapsed', 'time', { cancelled: SMALL }],
  ])('%s, by %s: it is done once, and whoever decided hears so', { timeout: 150_000 }, async (action, how, buckets) => {
    const doomed = fleet.start({ crashAfter: action });
    await doomed.ready;
    const successor = doomed.ended.then(() => fleet.start().ready);
    const holds = await openHoldOffice(store, url, office);
    const officer = await office.person('credit_officer');
    const manager = await office.person('credit_manager');
    await office.debtor('X-1');
    const id = await holds.put('X-1-A', 'X-1', SMALL);
    if (how === 'release' || how === 'reject')
      for (const person of [officer, manager]) {
        const key = randomUUID();
        const send = () => holds.decide(person, id, person === manager ? how : 'release', {}, key);
        // On a slow machine nobody may be back within the half minute a decision waits: the caller sends it again.
        const first = await send();
        const said = first.status === 503 ? await send() : first;
        expect([said.status, said.body.code]).toEqual([200, undefined]);
      }
    if (how === 'room') await limitOf(store, 'X-1', SMALL);
    if (how === 'time') await stepTo(store, system, (await holds.show(id)).expiresAt);
    await until('it has ended', async () => (await holds.show(id)).state !== 'open');
    await successor;
    expect(doomed.alive).toBe(false);
    await holds.rests(id);
    const actions = await looksOf(store).actions(id);
    for (const once of ['routed', 'released', 'rejected', 'expiring', 'lapsed'])
      expect(actions.filter((one) => one === `order-hold.${once}`).length, once).toBeLessThanOrEqual(1);
    expect((await holds.order('X-1-A')).buckets).toEqual(buckets);
    const { rows } = await sql<Record<string, number>>`
      select (select count(*) from decision_answer)::int as answers, (select count(*) from approval)::int as seats,
        (select count(*) from work_order where process = ${`order-hold-${id}`} and closed_at is null)::int as open`.execute(
      store.db,
    );
    expect(rows[0]).toEqual({ answers: how === 'release' || how === 'reject' ? 2 : 0, seats: 2, open: 0 });
    expect((await findDrift(store.db)).drift).toEqual([]);
    await expectNoFailures(new Client({ connection, namespace: inject('temporalNamespace') }), taskQueue);
  });
});
