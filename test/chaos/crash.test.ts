import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { describe, inject, it } from 'vitest';
import { openStore } from '../../store/open.ts';
import { setUp } from '../../store/setup.ts';
import { stepTo } from '../../store/stepping.ts';
import { freshDatabase } from '../support/database.ts';
import { system } from '../support/actors.ts';
import { factsOf } from '../support/facts.ts';
import { shanghai } from '../support/shanghai.ts';
import { fleetOver } from '../support/fleet.ts';
import { expectIntact, expectNoFailures } from '../support/invariants.ts';
import { looksOf } from '../support/world-over.ts';

const DUE = '2026-03-04';

/** A database, and workers in processes of their own. */
async function openGround() {
  const database = await freshDatabase();
  const taskQueue = `crash-${randomUUID()}`;
  await setUp(database.url, { business: shanghai('2026-02-02'), speed: 0, pinned: false });
  const ground = {
    url: database.url,
    temporalAddress: inject('temporalAddress'),
    temporalNamespace: inject('temporalNamespace'),
  };
  const store = openStore({ url: database.url, max: 4 });
  const fleet = fleetOver(ground, taskQueue);
  const connection = await Connection.connect({ address: ground.temporalAddress });
  const close = async (): Promise<void> => {
    await fleet.close();
    await connection.close();
    await store.close();
    await database.drop();
  };
  const intact = async (): Promise<void> => {
    await expectIntact(store.db);
    await expectNoFailures(new Client({ connection, namespace: ground.temporalNamespace }), taskQueue);
  };
  return { store, facts: factsOf(store), fleet, intact, close };
}

// Most of each case is waiting until the engine gives the dead worker up, so they wait together.
describe.concurrent('a worker that dies between the commit of its activity and the record of it in the history', () => {
  it.for([
    ['rung.requested', 'the contact is asked for once'],
    ['rung.taken', 'the letter is written once'],
    ['work-order.opened', 'the task is opened once'],
    ['receivable.closed', 'the debt ends once'],
  ])('%s: %s', { timeout: 150_000 }, async ([action = ''], { expect, onTestFinished }) => {
    const { store, facts, fleet, intact, close } = await openGround();
    onTestFinished(close);
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
    await intact();
  });
});
