import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { standAt } from '../../store/platform/clock.ts';
import { system } from '../support/actors.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { actOf, approve } from '../support/two-persons.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ business: '2026-03-01T02:00:00.000Z' });
});
afterAll(() => api.close());

const on = (day: string) => standAt(api.store, system, `${day}T02:00:00.000Z`);
const post = (path: string, body: object) => api.as('erp').post(`/v1/${path}`).send(body);
/** A customer that owed this and paid it on 1 March. */
async function paid(id: string, amount: string): Promise<void> {
  const body = { name: id, type: 'dealer', region: 'SH', currency: 'CNY', terms: { days: 30 }, owner: 'lin', contacts: [] };
  await api.as('erp').put(`/v1/customers/${id}`).send(body).expect(201);
  const invoice = { customer: id, number: id, issueDate: '2026-01-10', currency: 'CNY', amount };
  await api.as('erp').put(`/v1/invoices/${id}-I`).send(invoice).expect(201);
  await post('payments', { externalId: `${id}-P`, customer: id, amount, currency: 'CNY', receivedOn: '2026-03-01' }).expect(201);
}
const figures = async (customer: string, asOf: string) => {
  const { body } = await api.as('auditor').get(`/v1/ageing?customer=${customer}&asOf=${asOf}`).expect(200);
  const [row] = (body as { data: { open: string; unapplied: string; balance: string }[] }).data;
  return row ? [row.open, row.unapplied, row.balance] : [];
};

describe('money that went back on an earlier day than it was told', () => {
  test('is owed again from the day on which the bank took the part back, or we paid it out, with nothing unapplied below zero', async () => {
    await on('2026-03-01');
    await paid('BD-1', '1000.00');
    await paid('BD-2', '500.00');
    await on('2026-03-10');
    await post('payments/BD-1-P/reverse', { amount: '400.00', reversedOn: '2026-03-05', reason: 'taken back' }).expect(200);
    const refund = { externalId: 'BD-2-R', customer: 'BD-2', payment: 'BD-2-P', amount: '200.00', currency: 'CNY' };
    await post('refunds', { ...refund, paidOn: '2026-03-05', reason: 'paid by mistake' }).expect(201);
    for (const day of ['2026-03-05', '2026-03-07', '2026-03-10']) {
      expect(await figures('BD-1', day)).toEqual(['400.00', '0.00', '400.00']);
      expect(await figures('BD-2', day)).toEqual(['200.00', '0.00', '200.00']);
    }
    expect([await figures('BD-1', '2026-03-04'), await figures('BD-2', '2026-03-04')]).toEqual([[], []]);
  });
});

describe('bad debt', () => {
  const net = async (from: string, to: string) => {
    const { body } = await api.as('auditor').get(`/v1/write-offs/figures?customer=BD-3&from=${from}&to=${to}`).expect(200);
    return (body as { figures: object[] }).figures;
  };
  const row = (writtenOff: string, takenBack: string, recovered: string, sum: string) => [
    { currency: 'CNY', writtenOff, takenBack, recovered, net: sum },
  ];

  test('is nothing once its write-off is taken back: what had come in on it is a payment like any other', async () => {
    await on('2026-03-11');
    await paid('BD-3', '10.00');
    const invoice = { customer: 'BD-3', number: 'BD-3-L', issueDate: '2026-01-10', currency: 'CNY', amount: '1000.00' };
    await api.as('erp').put('/v1/invoices/BD-3-L').send(invoice).expect(201);
    const say = (path: string) => api.as('finance_director').post(`/v1/${path}`).send({ reason: 'bankrupt' });
    const { body } = await approve(api, actOf(await say('receivables/BD-3-L:1/write-off')), 'credit_manager');
    await on('2026-03-13');
    await post('payments', {
      ...{ externalId: 'BD-3-R', customer: 'BD-3', amount: '400.00', currency: 'CNY', receivedOn: '2026-03-12' },
    }).expect(201);
    expect(await net('2026-03-01', '2026-03-13')).toEqual(row('1000.00', '0.00', '400.00', '600.00'));
    await post('payments/BD-3-R/reverse', { amount: '150.00', reversedOn: '2026-03-12', reason: 'taken back' }).expect(200);
    expect(await net('2026-03-12', '2026-03-12')).toEqual(row('0.00', '0.00', '250.00', '-250.00'));
    await on('2026-03-15');
    const { writeOff } = (body as { outcome: { writeOff: string } }).outcome;
    await approve(api, actOf(await say(`write-offs/${writeOff}/reverse`)), 'credit_manager');
    expect(await net('2026-03-01', '2026-03-31')).toEqual(row('1000.00', '1000.00', '0.00', '0.00'));
    expect(await net('2026-03-14', '2026-03-31')).toEqual(row('0.00', '1000.00', '-250.00', '-750.00'));
    expect(await net('2026-03-01', '2026-03-14')).toEqual(row('1000.00', '0.00', '250.00', '750.00'));
  });
});
