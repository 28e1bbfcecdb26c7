import { afterAll, beforeAll, expect, test } from 'vitest';
import { workflowId } from '../../domain/platform/subject.ts';
import { findDrift } from '../../store/credit/drift.ts';
import { endOrder, putOrder, recheckOrder } from '../../store/orders/orders.ts';
import { lapseReservation } from '../../store/orders/reservation-book.ts';
import { postShipment } from '../../store/shipments/shipments.ts';
import { write } from '../../store/platform/transaction.ts';
import { director, erp } from '../support/actors.ts';
import { accountsOf, limitOf, orderOf } from '../support/credit.ts';
import { historyOf } from '../support/histories.ts';
import { openWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld({ from: '2026-02-02' });
});
afterAll(() => world.close());

async function reserved(code: string, shipDate = '2026-02-10'): Promise<string> {
  await world.customer(code);
  await limitOf(world.store, code, 100_000);
  const { id } = await putOrder(world.store, erp, orderOf(code, code, 60_000, { requestedShipDate: shipDate }), null);
  return id;
}
const orderStands = (id: string) =>
  world.store.db.selectFrom('sales_order').select(['state', 'version']).where('id', '=', id).executeTakeFirstOrThrow();

test('waits as one delayed start, lapses at the end of ship date + 14 days, and makes room', async () => {
  const id = await reserved('V-1');
  const subject = workflowId('reservation', id);
  await world.settled();
  expect(await historyOf(world.client, subject)).toHaveLength(1);
  expect(await accountsOf(world.store, 'V-1')).toMatchObject([{ reserved: 60_000 }]);
  await world.step('2026-02-24', 23);
  expect(await orderStands(id)).toMatchObject({ state: 'open' });
  await world.step('2026-02-25', 1);
  expect(await orderStands(id)).toMatchObject({ state: 'lapsed' });
  expect(await world.actions(id)).toEqual(['order.approved', 'order.lapsed']);
  expect(await accountsOf(world.store, 'V-1')).toMatchObject([{ reserved: 0 }]);
  await world.client.workflow.getHandle(subject).result();
  const again = await putOrder(world.store, erp, orderOf('V-1', 'V-1', 60_000, { requestedShipDate: '2026-02-10' }), null);
  expect(again).toMatchObject({ decision: 'approved', changed: true, beforeMinor: 0 });
});

test('ends when the order ships or is cancelled; a zombie that lapses late takes nothing', async () => {
  const shipped = await reserved('V-2');
  const issue = { externalId: 'V-2-D', order: 'V-2', lines: [{ line: 1, quantity: '1' }], issuedOn: '2026-02-02' };
  await postShipment(world.store, erp, { ...issue, deliveredOn: null, acceptedOn: null }, null);
  const cancelled = await reserved('V-3');
  await endOrder(world.store, erp, 'V-3', { as: 'cancelled', reason: 'no longer wanted' });
  await world.settled();
  for (const id of [shipped, cancelled]) await world.client.workflow.getHandle(workflowId('reservation', id)).result();
  const before = await orderStands(shipped);
  expect(await lapseReservation(world.store, { id: shipped, seq: 1 })).toMatchObject({ step: 'close' });
  expect(await orderStands(shipped)).toEqual(before);
  expect(await accountsOf(world.store, 'V-2')).toMatchObject([{ delivered: 60_000 }]);
});

test('a later ship date moves the end; a lapse planned for the old one does not come', async () => {
  const now = '2026-03-01';
  const id = await reserved('V-4', now);
  await world.settled();
  await putOrder(world.store, erp, orderOf('V-4', 'V-4', 60_000, { requestedShipDate: '2026-03-20' }), null);
  await world.settled();
  await world.step('2026-03-17', 12);
  expect(await orderStands(id)).toMatchObject({ state: 'open' });
  await world.step('2026-04-05', 12);
  expect(await orderStands(id)).toMatchObject({ state: 'lapsed' });
  expect((await findDrift(world.store.db)).drift).toEqual([]);
});

test('an order is judged again on the day it begins to count: the first taken goes first, what a person released stays, the rest is held', async () => {
  const { store } = world;
  const far = '2026-07-20';
  const put = (id: string, of: string, amount: number) =>
    putOrder(store, erp, orderOf(id, of, amount, { requestedShipDate: far }), null);
  await world.customer('V-5');
  await limitOf(store, 'V-5', 100_000);
  for (const id of ['V-5-1', 'V-5-2', 'V-5-3'])
    expect(await put(id, 'V-5', id === 'V-5-2' ? 90_000 : 60_000)).toMatchObject({ decision: 'approved', afterMinor: 0 });
  await world.customer('V-6');
  const { id } = await put('V-6', 'V-6', 900_000);
  await world.step('2026-04-18', 10);
  await write(store, director, async (work) => {
    const release = { lines: 'all', as: 'reserved', reason: 'agreed' } as const;
    const { effects } = await recheckOrder(work, id, { actor: director, release });
    const [first, ...more] = effects.audit;
    if (!first) throw new Error('a release without its audit entry');
    return { value: null, ...effects, audit: [first, ...more] };
  });
  await world.step('2026-04-20', 23);
  const decisions = async () =>
    Object.fromEntries(
      (
        await store.db
          .selectFrom('sales_order')
          .select(['external_id', 'decision'])
          .where('external_id', 'like', 'V-_%')
          .execute()
      ).map((row) => [row.external_id, row.decision]),
    );
  expect(await decisions()).toMatchObject({ 'V-5-1': 'approved', 'V-5-2': 'approved', 'V-5-3': 'approved', 'V-6': 'approved' });
  await world.step('2026-04-21', 1);
  expect(await decisions()).toMatchObject({ 'V-5-1': 'approved', 'V-5-2': 'held', 'V-5-3': 'held', 'V-6': 'approved' });
  const holds = await store.db
    .selectFrom('order_hold')
    .innerJoin('sales_order', 'sales_order.id', 'order_hold.order_id')
    .select(['external_id', 'order_hold.state'])
    .where('external_id', 'like', 'V-5%')
    .orderBy('external_id')
    .execute();
  expect(holds).toEqual([
    { external_id: 'V-5-2', state: 'open' },
    { external_id: 'V-5-3', state: 'open' },
  ]);
  const tasks = await store.db.selectFrom('work_order').select('kind').where('subject', '=', 'order V-5-2').execute();
  expect(tasks.length).toBeGreaterThan(0);
  expect(await accountsOf(store, 'V-5', 'V-6')).toMatchObject([{ reserved: 60_000 }, { reserved: 900_000 }]);
  expect((await findDrift(store.db)).drift).toEqual([]);
});
