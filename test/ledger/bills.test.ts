import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { standAt } from '../../store/platform/clock.ts';
import { system } from '../support/actors.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { openGoLive } from '../support/two-persons.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ business: '2026-10-10T02:00:00.000Z' });
  await openGoLive(api, '2026-10-01', '2026-10-31');
});
afterAll(() => api.close());

const erp = () => api.as('erp');
async function customer(id: string, more: object = {}): Promise<string> {
  const body = {
    name: `Customer ${id}`,
    type: 'dealer',
    region: 'SH',
    currency: 'CNY',
    terms: { days: 30 },
    owner: 'lin',
    contacts: [],
  };
  await erp()
    .put(`/v1/customers/${id}`)
    .send({ ...body, ...more })
    .expect(201);
  return id;
}
const grant = (customer: string) =>
  api
    .as('credit_manager')
    .post('/v1/credit-limits')
    .send({ externalId: `L-${customer}`, customer, amount: '1000.00', currency: 'CNY', reason: 'going live' })
    .expect(201);

/** A bill of 500.00 on an invoice of that amount. */
async function paidByBill(of: string, payer: string): Promise<void> {
  const invoice = { customer: of, number: `${of}-A`, issueDate: '2026-10-01', currency: 'CNY', amount: '500.00' };
  await erp().put(`/v1/invoices/${of}-A`).send(invoice).expect(201);
  const bill = { customer: payer, amount: '500.00', currency: 'CNY', receivedOn: '2026-10-08', clearsOn: '2026-12-01' };
  await erp()
    .post('/v1/payments')
    .send({ externalId: `${of}-P`, ...bill, allocations: [{ invoice: `${of}-A`, amount: '500.00' }] })
    .expect(201);
}
const sendBack = (of: string, amount?: string) =>
  erp()
    .post(`/v1/payments/${of}-P/reverse`)
    .send({ reason: 'refused', ...(amount !== undefined && { amount }) })
    .expect(200);
const exposure = async (of: string, asOf?: string) =>
  (
    await erp()
      .get(`/v1/customers/${of}/exposure${asOf === undefined ? '' : `?asOf=${asOf}`}`)
      .expect(200)
  ).body;
const buckets = async (of: string) =>
  (await exposure(of)).documents.map((one: { bucket: string; amount: string }) => [one.bucket, one.amount]);
const drift = async () => (await sql`select * from exposure_drift()`.execute(api.store.db)).rows;

describe('a bill of which the bank takes back a part', () => {
  test('counts for the rest, beside what is open again, and no more once all of it has gone back', async () => {
    const payer = await customer('B-HQ');
    const of = await customer('B-1', { payer });
    await grant(payer);
    await paidByBill(of, payer);
    expect((await exposure(payer)).payer).toMatchObject({ exposure: '500.00' });
    await sendBack(of, '200.00');
    expect((await exposure(payer)).payer).toMatchObject({ exposure: '500.00' });
    expect(await buckets(payer)).toEqual([
      ['bills', '300.00'],
      ['open', '200.00'],
    ]);
    expect(await drift()).toEqual([]);
    const order = { customer: of, currency: 'CNY', requestedShipDate: '2026-10-20' };
    const line = { line: 1, item: 'A-1', productLine: 'imaging', quantity: '1', unitPrice: '500.00' };
    const { body } = await erp()
      .put('/v1/orders/B-1-O')
      .send({ ...order, lines: [line] })
      .expect(201);
    expect(body).toMatchObject({ decision: 'approved', exposure: { before: '500.00', after: '1000.00' } });
    await sendBack(of);
    expect(await buckets(payer)).toEqual([
      ['open', '500.00'],
      ['reserved', '500.00'],
    ]);
    expect(await drift()).toEqual([]);
  });

  test('counts so too before the customer has a credit account, and on past days', async () => {
    const of = await customer('B-2');
    await paidByBill(of, of);
    const whole = (await exposure(of)).payer;
    expect(whole).toMatchObject({ exposure: '500.00', limit: null });
    await standAt(api.store, system, '2026-10-12T02:00:00.000Z');
    await sendBack(of, '200.00');
    const parted = await exposure(of);
    expect(parted.payer).toMatchObject({ exposure: '500.00' });
    await standAt(api.store, system, '2026-10-14T02:00:00.000Z');
    await grant(of);
    expect((await exposure(of, '2026-10-10')).payer).toEqual(whole);
    expect((await exposure(of, '2026-10-12')).payer).toEqual(parted.payer);
    expect((await exposure(of, '2026-10-12')).accounts).toEqual(parted.accounts);
    expect(await drift()).toEqual([]);
  });
});
