import { afterAll, beforeAll, expect, test } from 'vitest';
import { workflowId } from '../../domain/kernel/subject.ts';
import { findDrift } from '../../store/credit/drift.ts';
import { endOrder, putOrder } from '../../store/credit/orders.ts';
import { lapseReservation } from '../../store/credit/reservation-book.ts';
import { postShipment } from '../../store/credit/shipments.ts';
import { erp } from '../support/actors.ts';
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
