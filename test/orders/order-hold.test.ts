import { afterAll, beforeAll, expect, test } from 'vitest';
import { workflowId } from '../../domain/platform/subject.ts';
import { findDrift } from '../../store/credit/drift.ts';
import { endOrder, putOrder } from '../../store/orders/orders.ts';
import { postInvoice } from '../../store/ledger/invoices.ts';
import { recordRate } from '../../store/ledger/rates.ts';
import { postPayment } from '../../store/ledger/payments.ts';
import { director, erp } from '../support/actors.ts';
import { accountsOf, limitOf, orderOf } from '../support/credit.ts';
import { invoiceOf } from '../support/documents.ts';
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

test('an order that no rate lets count is held, asks for the rate, and is judged by itself when that is on file', async () => {
  await world.customer('H-7');
  await limitOf(world.store, 'H-7', 500_000);
  const dollars = { requestedShipDate: '2026-02-20', currency: 'USD' };
  for (const [order, minor] of [
    ['H-7-A', 50_000],
    ['H-7-B', 90_000],
  ] as const)
    expect(await putOrder(world.store, erp, orderOf(order, 'H-7', minor, dollars), null)).toMatchObject({
      decision: 'held',
      reasons: [{ code: 'rate-missing' }],
    });
  await world.settled();
  const asked = async () =>
    world.store.db.selectFrom('work_order').select(['subject', 'closed_at']).where('kind', '=', 'rate-missing').execute();
  expect(await asked()).toEqual([{ subject: 'rate USD/CNY', closed_at: null }]);
  const rate = { base: 'USD', quote: 'CNY', on: '2026-02-01', rate: '7', source: 'bank' };
  await recordRate(world.store, director, rate, null);
  await world.settled();
  expect(await asked()).toEqual([{ subject: 'rate USD/CNY', closed_at: expect.any(String) as string }]);
  expect(await holdOf('H-7-A')).toMatchObject({ state: 'released', decision: 'approved' });
  expect(await holdOf('H-7-B')).toMatchObject({ state: 'open', decision: 'held' });
  expect((await findDrift(world.store.db)).drift).toEqual([]);
});

test('a held order is judged by itself when the rate it waits for is told the other way round, or another that its exposure rests on is corrected', async () => {
  const tell = (base: string, quote: string, rate: string) =>
    recordRate(world.store, director, { base, quote, on: '2026-02-01', rate, source: 'bank' }, null);
  const dollars = { requestedShipDate: '2026-02-20', currency: 'AUD' };
  await world.customer('H-8');
  await limitOf(world.store, 'H-8', 500_000);
  await tell('CNY', 'SGD', '0.2');
  const invoice = invoiceOf('H-8-I', 'H-8', { issueDate: '2026-02-01', currency: 'SGD', amountMinor: 80_000 });
  await postInvoice(world.store, erp, invoice);
  await putOrder(world.store, erp, orderOf('H-8-A', 'H-8', 20_000, dollars), null);
  await world.settled();
  expect(await holdOf('H-8-A')).toMatchObject({ state: 'open', decision: 'held' });
  await tell('CNY', 'AUD', '0.1');
  await world.settled();
  expect(await holdOf('H-8-A')).toMatchObject({ state: 'open', decision: 'held' });
  // Of a pair that the order itself is not in.
  await tell('CNY', 'SGD', '0.4');
  await world.settled();
  expect(await holdOf('H-8-A')).toMatchObject({ state: 'released', decision: 'approved' });
  await putOrder(world.store, erp, orderOf('H-8-B', 'H-8', 20_000, dollars), null);
  await world.settled();
  expect(await holdOf('H-8-B')).toMatchObject({ state: 'open', decision: 'held' });
  await tell('CNY', 'AUD', '0.2');
  await world.settled();
  expect(await holdOf('H-8-B')).toMatchObject({ state: 'released', decision: 'approved' });
  expect((await findDrift(world.store.db)).drift).toEqual([]);
});

test('money that came before its prepaid order and names it is its deposit: the order goes by itself', async () => {
  await world.customer('H-4');
  const came = { customer: 'H-4', currency: 'CNY', amountMinor: 50_000, receivedOn: '2026-02-02', allocations: null };
  await postPayment(world.store, erp, { ...came, externalId: 'H-4-P', reference: '预付款 H-4-A' });
  await postPayment(world.store, erp, { ...came, externalId: 'H-4-Q', reference: 'H-4-AB' });
  const tasks = () =>
    world.store.db
      .selectFrom('work_order')
      .select('subject')
      .where('kind', '=', 'unapplied-money')
      .where('closed_at', 'is', null)
      .execute();
  expect((await tasks()).map(({ subject }) => subject).toSorted()).toEqual(['payment H-4-P', 'payment H-4-Q']);
  const prepaid = orderOf('H-4-A', 'H-4', 50_000, { requestedShipDate: '2026-02-20', prepaid: true });
  expect(await putOrder(world.store, erp, prepaid, null)).toMatchObject({
    decision: 'held',
    reasons: [{ code: 'prepayment-missing' }],
  });
  await world.settled();
  expect(await holdOf('H-4-A')).toMatchObject({ state: 'released', decision: 'approved' });
  expect((await tasks()).map(({ subject }) => subject)).toEqual(['payment H-4-Q']);
  expect((await findDrift(world.store.db)).drift).toEqual([]);
});

test('of an order that is over the money whose text named it is unapplied again, and asks somebody; a payer has no deposit for another', async () => {
  await world.customer('H-5');
  await world.customer('H-6', { payer: 'H-5' });
  const came = { customer: 'H-5', currency: 'CNY', amountMinor: 20_000, receivedOn: '2026-02-02', allocations: null };
  await postPayment(world.store, erp, { ...came, externalId: 'H-5-P', reference: 'H-5-A' });
  await postPayment(world.store, erp, { ...came, externalId: 'H-5-Q', reference: 'H-6-A' });
  const prepaid = (of: string) => orderOf(`${of}-A`, of, 50_000, { requestedShipDate: '2026-02-20', prepaid: true });
  await putOrder(world.store, erp, prepaid('H-5'), null);
  await putOrder(world.store, erp, prepaid('H-6'), null);
  await world.settled();
  const boundTo = async () =>
    (
      await world.store.db
        .selectFrom('payment')
        .select(['external_id', 'order_code'])
        .where('external_id', 'like', 'H-5-%')
        .orderBy('external_id')
        .execute()
    ).map((row) => row.order_code);
  const asked = async () =>
    (
      await world.store.db
        .selectFrom('work_order')
        .select('subject')
        .where('kind', '=', 'unapplied-money')
        .where('closed_at', 'is', null)
        .where('subject', 'like', 'payment H-5-%')
        .orderBy('subject')
        .execute()
    ).map(({ subject }) => subject);
  expect([await boundTo(), await asked()]).toEqual([['H-5-A', null], ['payment H-5-Q']]);
  await endOrder(world.store, erp, 'H-5-A', { as: 'cancelled', reason: 'no longer wanted' });
  expect([await boundTo(), await asked()]).toEqual([
    [null, null],
    ['payment H-5-P', 'payment H-5-Q'],
  ]);
  expect((await findDrift(world.store.db)).drift).toEqual([]);
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
