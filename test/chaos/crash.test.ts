import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { openStore } from '../../store/open.ts';
import type { OpenStore } from '../../store/open.ts';
import { setUp } from '../../store/setup.ts';
import { stepTo } from '../../store/platform/stepping.ts';
import { freshDatabase } from '../support/database.ts';
import { system } from '../support/actors.ts';
import { factsOf } from '../support/facts.ts';
import type { Facts } from '../support/facts.ts';
import { shanghai } from '../support/shanghai.ts';
import { fleetOver } from '../support/fleet.ts';
import type { Fleet } from '../support/fleet.ts';
import { expectIntact, expectNoFailures } from '../support/invariants.ts';
import { casesOf } from '../support/thorough.ts';
import { looksOf } from '../support/world-over.ts';

const DUE = '2026-03-04';

describe('a worker that dies between the commit of its activity and the record of it in the history', () => {
  let store: OpenStore;
  let facts: Facts;
  let fleet: Fleet;
  let connection: Connection;
  let drop: () => Promise<void>;
  const taskQueue = `crash-${randomUUID()}`;

  beforeEach(async () => {
    const database = await freshDatabase();
    drop = database.drop;
    await setUp(database.url, { business: shanghai('2026-02-02'), speed: 0, pinned: false });
    const ground = {
      url: database.url,
      temporalAddress: inject('temporalAddress'),
      temporalNamespace: inject('temporalNamespace'),
    };
    store = openStore({ url: database.url, max: 4 });
    facts = factsOf(store);
    fleet = fleetOver(ground, taskQueue);
    connection = await Connection.connect({ address: ground.temporalAddress });
  });
  afterEach(async () => {
    await fleet.close();
    await connection.close();
    await store.close();
    await drop();
  });

  const points = casesOf<[action: string, what: string]>(
    [
      ['rung.taken', 'the letter is written once'],
      ['receivable.closed', 'the debt ends once'],
    ],
    [
      ['rung.requested', 'the contact is asked for once'],
      ['work-order.opened', 'the task is opened once'],
    ],
  );
  it.each(points)('%s: %s', { timeout: 150_000 }, async (action) => {
    const doomed = fleet.start({ crashAfter: action });
    await doomed.ready;
    await facts.customer('X-1');
    const id = await facts.invoice({ id: 'INV-X-1', customer: 'X-1', amount: '1000.00', issued: '2026-02-02', due: DUE });
    const successor = doomed.ended.then(() => fleet.start().ready);
    await stepTo(store, system, shanghai('2026-03-21'));
    await facts.pay({ id: 'P-X', customer: 'X-1', amount: '1000.00', on: '2026-03-21', invoice: 'INV-X-1' });
    await stepTo(store, system, shanghai('2026-03-22'));
    await successor;
    expect(doomed.alive).toBe(false);
    const looks = looksOf(store);
    expect((await looks.rungs(id)).map(({ rung, state, on }) => `${rung} ${state} ${on.slice(5)}`)).toEqual([
      'notice taken 03-02',
      'reminder-1 taken 03-05',
      'reminder-2 taken 03-12',
      'call taken 03-20',
    ]);
    expect(await looks.receivable(id)).toMatchObject({ stage: 'closed', outcome: 'paid' });
    await expectIntact(store.db);
    await expectNoFailures(new Client({ connection, namespace: inject('temporalNamespace') }), taskQueue);
  });
});
