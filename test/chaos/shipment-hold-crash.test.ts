import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { findDrift } from '../../store/credit/drift.ts';
import { openStore } from '../../store/open.ts';
import type { OpenStore } from '../../store/open.ts';
import { setUp } from '../../store/setup.ts';
import { openOffice } from '../support/credit-world.ts';
import type { CreditOffice } from '../support/credit-world.ts';
import { limitOf } from '../support/credit.ts';
import { freshDatabase } from '../support/database.ts';
import { fleetOver } from '../support/fleet.ts';
import type { Fleet } from '../support/fleet.ts';
import { heldShipments } from '../support/held-shipments.ts';
import { expectNoFailures } from '../support/invariants.ts';
import { shanghai } from '../support/shanghai.ts';
import { configOf, looksOf, until } from '../support/world-over.ts';

describe('a worker that dies between the commit of a step of a held shipment and the record of it in the history', () => {
  let store: OpenStore;
  let office: CreditOffice;
  let fleet: Fleet;
  let connection: Connection;
  let drop: () => Promise<void>;
  const taskQueue = `hold-crash-${randomUUID()}`;

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
    ['shipment-hold.told', 'ship'],
    ['notice.requested', 'ship'],
    ['shipment-hold.decided', 'ship'],
    ['shipment-hold.shipped', 'ship'],
    ['shipment-hold.kept', 'keep'],
    ['shipment-hold.eased', 'limit'],
  ])('%s: it is done once, and whoever acted hears so', { timeout: 150_000 }, async (action, what) => {
    const doomed = fleet.start({ crashAfter: action });
    await doomed.ready;
    const successor = doomed.ended.then(() => fleet.start().ready);
    const [officer, manager] = [await office.person('credit_officer'), await office.person('credit_manager')];
    const ships = heldShipments(store, office, await office.person('auditor'));
    const id = await ships.held('X-1', [3], 10_000);
    await ships.rests(id);
    if (what === 'limit') {
      await limitOf(store, 'X-1', 30_000);
      await until('it has shipped', async () => (await ships.show(id)).state === 'shipped');
    } else expect((await ships.act(officer, id, what)).status).toBe(200);
    if (what === 'ship') expect((await ships.act(manager, id, 'ship')).body).toMatchObject({ state: 'shipped' });
    if (what === 'keep') expect(await ships.show(id)).toMatchObject({ state: 'open', round: 2 });
    else expect(await ships.show(id)).toMatchObject({ state: 'shipped', lines: [{ allowed: '3' }] });
    await successor;
    expect(doomed.alive).toBe(false);
    expect(await ships.cents('X-1-O')).toMatchObject({ ordered: what === 'keep' ? 10_000 : 30_000, cancelled: 0 });
    const actions = await looksOf(store).actions(id);
    for (const once of ['told', 'grounded', 'shipped', 'kept', 'eased'])
      expect(actions.filter((one) => one === `shipment-hold.${once}`).length, once).toBeLessThanOrEqual(1);
    expect((await findDrift(store.db)).drift).toEqual([]);
    await expectNoFailures(new Client({ connection, namespace: inject('temporalNamespace') }), taskQueue);
  });
});
