import { afterAll, beforeAll, expect, test } from 'vitest';
import { workflowId } from '../../domain/kernel/subject.ts';
import { findDrift } from '../../store/credit/drift.ts';
import { endOrder, putOrder } from '../../store/credit/orders.ts';
import { erp } from '../support/actors.ts';
import { accountsOf, limitOf, orderOf } from '../support/credit.ts';
import { openWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld({ from: '2026-02-02' });
});
afterAll(() => world.close());

const put = (id: string, customer: string, amount: number) =>
  putOrder(world.store, erp, orderOf(id, customer, amount, { requestedShipDate: '2026-02-20' }), null);
const holdOf = (order: string) =>
  world.store.db
    .selectFrom('order_hold as h')
    .innerJoin('sales_order as o', 'o.id', 'h.order_id')
    .select(['h.id', 'h.state', 'h.expires_at', 'o.decision', 'o.state as order'])
    .where('o.external_id', '=', order)
    .executeTakeFirstOrThrow();

test('a held order is approved by itself when what it waits for makes room, and its process ends', async () => {
  await world.customer('H-1');
  await limitOf(world.store, 'H-1', 100_000);
  await put('H-1-A', 'H-1', 80_000);
  expect(await put('H-1-B', 'H-1', 50_000)).toMatchObject({ decision: 'held' });
  await world.settled();
  expect(await holdOf('H-1-B')).toMatchObject({ state: 'open', decision: 'held' });
  await endOrder(world.store, erp, 'H-1-A', { as: 'cancelled', reason: 'no longer wanted' });
  await world.settled();
  const { id, ...hold } = await holdOf('H-1-B');
  expect(hold).toMatchObject({ state: 'released', decision: 'approved', order: 'open' });
  await world.client.workflow.getHandle(workflowId('order-hold', id)).result();
  expect(await accountsOf(world.store, 'H-1')).toMatchObject([{ reserved: 50_000 }]);
  expect((await world.actions(id)).filter((action) => action === 'order-hold.released')).toHaveLength(1);
});

test('news that makes no room leaves it held, and the world comes to rest', async () => {
  await world.customer('H-2');
  expect(await put('H-2-A', 'H-2', 50_000)).toMatchObject({ decision: 'held', reasons: [{ code: 'no-limit' }] });
  await world.settled();
  await limitOf(world.store, 'H-2', 20_000);
  await world.settled();
  expect(await holdOf('H-2-A')).toMatchObject({ state: 'open', decision: 'held' });
});

test('what nobody released is cancelled when the hold expires', async () => {
  await world.customer('H-3');
  await put('H-3-A', 'H-3', 50_000);
  await world.settled();
  const { id, expires_at: expires } = await holdOf('H-3-A');
  const day = new Date(Date.parse(expires) + 86_400_000).toISOString().slice(0, 10);
  await world.step(day, 1);
  expect(await holdOf('H-3-A')).toMatchObject({ state: 'lapsed', order: 'lapsed' });
  await world.client.workflow.getHandle(workflowId('order-hold', id)).result();
  expect((await findDrift(world.store.db)).drift).toEqual([]);
});
