import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { openGoLive } from '../support/two-persons.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ business: '2026-10-10T02:00:00.000Z' });
  await openGoLive(api, '2026-10-01', '2026-10-31');
});
afterAll(() => api.close());

let count = 0;
async function customer(limit: string | null = '1000.00', more: object = {}): Promise<string> {
  const id = `V-${(count += 1)}`;
  const body = { name: id, type: 'dealer', region: 'SH', currency: 'CNY', terms: { days: 30 }, ...more };
  await api.as('erp').put(`/v1/customers/${id}`).send(body).expect(201);
  const grant = { externalId: `L-${id}`, customer: id, amount: limit, currency: 'CNY', reason: 'going live' };
  if (limit !== null) await api.as('credit_manager').post('/v1/credit-limits').send(grant).expect(201);
  return id;
}
interface Decided {
  decision: string;
  reasons: { code: string }[];
  exposure: { before: string; after: string };
}
const put = async (id: string, of: string, amount: string, more: object = {}): Promise<Decided> => {
  const lines = [{ line: 1, item: 'A-1', quantity: '1', unitPrice: amount }];
  const body = { customer: of, currency: 'CNY', requestedShipDate: '2026-10-20', lines, ...more };
  return (await api.as('erp').put(`/v1/orders/${id}`).send(body)).body as Decided;
};
const codes = ({ reasons }: Decided): string[] => reasons.map(({ code }) => code);
const invoice = (id: string, of: string, amount: string, more: object = {}) =>
  api
    .as('erp')
    .put(`/v1/invoices/${id}`)
    .send({ customer: of, number: id, issueDate: '2026-07-01', currency: 'CNY', amount, ...more })
    .expect(201);
const pay = (id: string, of: string, amount: string, more: object = {}) =>
  api
    .as('erp')
    .post('/v1/payments')
    .send({ externalId: id, customer: of, amount, currency: 'CNY', receivedOn: '2026-10-10', ...more })
    .expect(201);
const dispute = async (invoiceId: string, amount: string): Promise<void> => {
  const body = { amount, category: 'quality', note: 'broken' };
  await api.as('collector').post(`/v1/receivables/${invoiceId}:1/disputes`).send(body).expect(201);
};

test('an order that never counted has no tolerance: brought near, it is judged', async () => {
  const id = await customer('1000.00');
  const far = { requestedShipDate: '2027-02-20' };
  expect(await put(`${id}-1`, id, '9000.00', far)).toMatchObject({ decision: 'approved' });
  const near = await put(`${id}-1`, id, '9000.00');
  expect([near.decision, codes(near)]).toEqual(['held', ['limit-exceeded']]);
  // Moved out and back while others took the room.
  const other = await customer('1000.00');
  expect(await put(`${other}-1`, other, '900.00')).toMatchObject({ decision: 'approved' });
  expect(await put(`${other}-1`, other, '900.00', far)).toMatchObject({ decision: 'approved' });
  expect(await put(`${other}-2`, other, '1000.00')).toMatchObject({ decision: 'approved' });
  expect(codes(await put(`${other}-1`, other, '900.00'))).toEqual(['limit-exceeded']);
});

test('a stage of collection holds orders only while its item has something left to be asked for', async () => {
  const id = await customer('100000.00');
  await invoice(`${id}-I`, id, '1000.00');
  await api.store.db.updateTable('receivable').set({ stage: 'legal' }).execute();
  expect(codes(await put(`${id}-1`, id, '10.00'))).toContain('stage-reached');
  await dispute(`${id}-I`, '1000.00');
  expect(codes(await put(`${id}-2`, id, '10.00'))).toEqual([]);
  const covered = await customer('100000.00');
  await invoice(`${covered}-I`, covered, '1000.00');
  await api.store.db.updateTable('receivable').set({ stage: 'escalation' }).execute();
  expect(codes(await put(`${covered}-1`, covered, '10.00'))).toContain('stage-reached');
  await pay(`${covered}-P`, covered, '1000.00', { onAccount: true });
  expect(codes(await put(`${covered}-2`, covered, '10.00'))).toEqual([]);
});

test('what is let pass of an item is let pass once: a disputed duplicate hides no other overdue item', async () => {
  const id = await customer('100000.00');
  await invoice(`${id}-1`, id, '20000.00', { number: `${id}-N` });
  await invoice(`${id}-2`, id, '20000.00', { number: `${id}-N` });
  expect(codes(await put(`${id}-O1`, id, '10.00'))).toEqual(['overdue-amount', 'overdue-days']);
  await dispute(`${id}-2`, '20000.00');
  expect(codes(await put(`${id}-O2`, id, '10.00'))).toEqual(['overdue-amount', 'overdue-days']);
});

test('money of a branch covers what the branch owes alone, that of the payer what both owe', async () => {
  const payer = await customer('100000.00');
  const branch = await customer(null, { payer });
  await invoice(`${payer}-I`, payer, '30000.00');
  await pay(`${branch}-P`, branch, '30000.00', { onAccount: true });
  expect(codes(await put(`${payer}-1`, payer, '10.00'))).toEqual(['overdue-amount', 'overdue-days']);
  await invoice(`${branch}-I`, branch, '25000.00', { issueDate: '2026-06-01' });
  expect(codes(await put(`${payer}-2`, payer, '10.00'))).toEqual(['overdue-amount', 'overdue-days']);
  await pay(`${payer}-P`, payer, '30000.00', { onAccount: true });
  expect(codes(await put(`${payer}-3`, payer, '10.00'))).toEqual([]);
});

test('the deposit that a payer sends for an order of its branch makes no room for other orders, as long as it pays for it', async () => {
  const payer = await customer('1000.00');
  const branch = await customer(null, { payer });
  expect(await put(`${branch}-1`, branch, '1000.00', { prepaid: true })).toMatchObject({ decision: 'held' });
  await pay(`${payer}-P`, payer, '1000.00', { order: `${branch}-1` });
  const exposure = async (of: string): Promise<string> =>
    (await api.as('auditor').get(`/v1/customers/${of}/exposure`).expect(200)).body.payer.exposure;
  expect(await exposure(payer)).toBe('0.00');
  expect(await put(`${branch}-1`, branch, '1000.00', { prepaid: true, requestedShipDate: '2026-10-21' })).toMatchObject({
    decision: 'approved',
  });
  expect(codes(await put(`${branch}-2`, branch, '2000.00'))).toEqual(['limit-exceeded']);
  const body = { name: branch, type: 'dealer', region: 'SH', currency: 'CNY', terms: { days: 30 } };
  await api.as('erp').put(`/v1/customers/${branch}`).send(body).expect(200);
  expect(await exposure(payer)).toBe('-1000.00');
  expect(await exposure(branch)).toBe('0.00');
  const { rows } = await sql`select * from exposure_drift()`.execute(api.store.db);
  expect(rows).toEqual([]);
});
