import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordRate } from '../../store/ledger/rates.ts';
import { standAt } from '../../store/platform/clock.ts';
import { within } from '../../store/platform/transaction.ts';
import { system } from '../support/actors.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { until } from '../support/world-over.ts';
import { actOf, approve, openGoLive } from '../support/two-persons.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ business: '2026-10-10T02:00:00.000Z' });
  await openGoLive(api, '2026-10-01', '2026-10-31');
});
afterAll(() => api.close());

let count = 0;
/** A customer in renminbi with a limit; of a group with one too where it is named. */
async function customer(group: string | null = null): Promise<string> {
  const id = `R-${(count += 1)}`;
  const body = { name: id, type: 'dealer', region: 'SH', currency: 'CNY', terms: { days: 30 }, owner: 'lin', contacts: [] };
  await api
    .as('erp')
    .put(`/v1/customers/${id}`)
    .send({ ...body, ...(group !== null && { group }) })
    .expect(201);
  const grant = { customer: id, amount: '100000.00', currency: 'CNY', reason: 'going live' };
  for (const on of group === null ? ['payer'] : ['payer', 'group'])
    await api
      .as('credit_manager')
      .post('/v1/credit-limits')
      .send({ ...grant, on, externalId: `${id}-${on}` })
      .expect(201);
  return id;
}
const owes = (id: string, currency: string, amount: string, no = 'A') =>
  api
    .as('erp')
    .put(`/v1/invoices/${id}-${no}`)
    .send({ customer: id, number: `${id}-${no}`, issueDate: '2026-09-01', currency, amount })
    .expect(201);
const pay = (id: string, currency: string, amount: string, receivedOn: string, no = 'A') =>
  api
    .as('erp')
    .post('/v1/payments')
    .send({ externalId: `${id}-${no}-P`, customer: id, amount, currency, receivedOn, reference: `${id}-${no}` })
    .expect(201);
const tell = (pair: string, on: string, rate: string) => {
  const [base, quote] = pair.split('/');
  return api.as('credit_manager').post('/v1/exchange-rates').send({ base, quote, on, rate, source: 'bank' });
};
const read = async (path: string) => (await api.as('credit_officer').get(path).expect(200)).body;
const open = async (id: string, no = 'A'): Promise<string> => (await read(`/v1/invoices/${id}-${no}`)).open;
/** The tasks that ask for a rate between two currencies, either way. */
const asked = async (one: string, other: string): Promise<string[]> =>
  (await read('/v1/tasks?limit=100')).data
    .map((task: { subject: string }) => task.subject)
    .filter((subject: string) => [`rate ${one}/${other}`, `rate ${other}/${one}`].includes(subject));
const drift = async () => (await sql`select * from exposure_drift()`.execute(api.store.db)).rows;

test('money settles what is owed in another currency by a rate told the other way round, divided by it exactly', async () => {
  const id = await customer();
  await tell('USD/CNY', '2026-10-01', '7.1').expect(201);
  await owes(id, 'USD', '10000.00');
  await pay(id, 'CNY', '71000.00', '2026-10-02');
  expect(await read(`/v1/payments/${id}-A-P`)).toMatchObject({
    ...{ amount: '10000.00', currency: 'USD', unapplied: '0.00' },
    exchange: { currency: 'CNY', amount: '71000.00', rate: '7.1', inverse: true, source: 'file', difference: '0.00' },
  });
  expect(await open(id)).toBe('0.00');
  expect(await drift()).toEqual([]);
});

test('of a rate told each way the later of the day counts, of one day the one told as it is asked for', async () => {
  const id = await customer();
  await tell('HKD/CNY', '2026-10-01', '0.9').expect(201);
  await tell('CNY/HKD', '2026-10-03', '1.25').expect(201);
  await tell('HKD/CNY', '2026-10-05', '0.75').expect(201);
  await tell('CNY/HKD', '2026-10-05', '1.5').expect(201);
  await owes(id, 'HKD', '90000.00');
  const worth = async (no: string, on: string) => {
    await owes(id, 'HKD', '90000.00', no);
    await pay(id, 'CNY', '900.00', on, no);
    const { amount, exchange } = await read(`/v1/payments/${id}-${no}-P`);
    return [amount, exchange.rate, exchange.inverse];
  };
  expect(await worth('B', '2026-10-02')).toEqual(['1000.00', '0.9', true]);
  expect(await worth('C', '2026-10-04')).toEqual(['1125.00', '1.25', false]);
  expect(await worth('D', '2026-10-06')).toEqual(['1350.00', '1.5', false]);
});

test('whatever waits for a pair, either way, is one task; a rate told either way settles all of it and ends the task', async () => {
  const [domestic, abroad] = [await customer(), await customer()];
  await owes(domestic, 'CNY', '500.00');
  await pay(domestic, 'THB', '2500.00', '2026-10-05');
  expect(await asked('THB', 'CNY')).toEqual(['rate THB/CNY']);
  await owes(abroad, 'THB', '2500.00');
  await pay(abroad, 'CNY', '500.00', '2026-10-05');
  expect(await asked('THB', 'CNY')).toEqual(['rate THB/CNY']);
  const refused = await api.as('credit_officer').post(`/v1/payments/${abroad}-A-P/allocate`).send({}).expect(422);
  expect(refused.body).toMatchObject({ code: 'rate-missing' });
  await tell('CNY/THB', '2026-10-06', '4.9').expect(201);
  expect([await open(domestic), await open(abroad), await asked('THB', 'CNY')]).toEqual(['500.00', '2500.00', ['rate THB/CNY']]);
  await tell('CNY/THB', '2026-10-05', '5').expect(201);
  expect([await open(domestic), await open(abroad), await asked('THB', 'CNY')]).toEqual(['0.00', '0.00', []]);
  expect(await read(`/v1/payments/${domestic}-A-P`)).toMatchObject({
    ...{ amount: '500.00', currency: 'CNY' },
    exchange: { rate: '5', inverse: true, difference: '0.00' },
  });
  expect(await read(`/v1/payments/${abroad}-A-P`)).toMatchObject({
    ...{ amount: '2500.00', currency: 'THB' },
    exchange: { rate: '5', inverse: false, difference: '0.00' },
  });
  expect(await drift()).toEqual([]);
});

test('a payer and its group count what is owed by a rate told the other way round, and nobody is asked for another', async () => {
  const id = await customer('R-group');
  await owes(id, 'SGD', '50.00');
  expect(await asked('SGD', 'CNY')).toEqual(['rate SGD/CNY']);
  await tell('CNY/SGD', '2026-10-09', '0.19').expect(201);
  expect(await asked('SGD', 'CNY')).toEqual([]);
  const counted = { exposure: '263.16', unconverted: [] };
  expect(await read(`/v1/customers/${id}/exposure`)).toMatchObject({ payer: counted, group: counted });
  await owes(id, 'SGD', '50.00', 'B');
  expect(await asked('SGD', 'CNY')).toEqual([]);
  const order = {
    ...{ customer: id, currency: 'SGD', requestedShipDate: '2026-10-20' },
    lines: [{ line: 1, item: 'A-1', quantity: '1', unitPrice: '10.00' }],
  };
  const { body } = await api.as('erp').put(`/v1/orders/${id}-1`).send(order).expect(201);
  expect(body).toMatchObject({ decision: 'approved', exposure: { before: '526.32', after: '578.95', currency: 'CNY' } });
});

test('an order held for want of a rate, and goods of it, are judged by one told the other way round', async () => {
  const id = await customer();
  const order = {
    ...{ customer: id, currency: 'NZD', requestedShipDate: '2026-10-20' },
    lines: [{ line: 1, item: 'A-1', quantity: '1', unitPrice: '100.00' }],
  };
  const put = (more: object = {}) =>
    api
      .as('erp')
      .put(`/v1/orders/${id}-1`)
      .send({ ...order, ...more });
  const { body: held } = await put().expect(201);
  expect(held).toMatchObject({ decision: 'held', reasons: [{ code: 'rate-missing', figures: { from: 'NZD', to: 'CNY' } }] });
  const wake = async () => {
    const subject = `order-hold-${held.orderHoldId as string}`;
    return (await api.store.db.selectFrom('wake').select('asked').where('subject', '=', subject).executeTakeFirstOrThrow()).asked;
  };
  const before = await wake();
  await tell('CNY/SEK', '2026-10-09', '1.4').expect(201);
  expect(await wake()).toBe(before);
  await tell('CNY/NZD', '2026-10-09', '0.25').expect(201);
  expect(await wake()).toBe(before + 1);
  expect((await put({ requestedShipDate: '2026-10-21' }).expect(200)).body).toMatchObject({
    ...{ decision: 'approved', exposure: { before: '0.00', after: '400.00', currency: 'CNY' } },
  });
  const goods = { externalId: `${id}-S`, order: `${id}-1`, lines: [{ line: 1, quantity: '1' }] };
  await api.as('erp').post('/v1/shipment-requests').send(goods).expect(201);
});

test('a rate far from those of the pair told the other way round waits for a second person, and says which these are', async () => {
  await tell('PHP/CNY', '2026-10-08', '0.125').expect(201);
  await tell('CNY/PHP', '2026-10-08', '8.1').expect(201);
  const act = actOf(await tell('CNY/PHP', '2026-10-09', '80'));
  expect((await api.as('auditor').get(`/v1/pending-acts/${act}`).expect(200)).body).toMatchObject({
    ...{ kind: 'exchange-rate', what: { base: 'CNY', quote: 'PHP', rate: '80', onFile: ['8.1'], inverseOnFile: ['0.125'] } },
  });
  const onFile = async () => (await read('/v1/exchange-rates?base=CNY&quote=PHP')).data.map((one: { rate: string }) => one.rate);
  expect(await onFile()).toEqual(['8.1000000000']);
  await approve(api, act, 'finance_director');
  expect(await onFile()).toEqual(['80.0000000000', '8.1000000000']);
  await tell('IDR/CNY', '2026-10-08', '0.0005').expect(201);
  actOf(await tell('CNY/IDR', '2026-10-09', '200'));
  await tell('CNY/IDR', '2026-10-09', '2010').expect(201);
});

test('two figures that differ in the tenth decimal are two rates', async () => {
  await tell('VND/CNY', '2026-10-08', '123456789.1234567891').expect(201);
  expect((await tell('VND/CNY', '2026-10-08', '123456789.1234567892').expect(200)).body).toEqual({ changed: true });
});

test('the exposure of a past day goes by the rate told the other way round that was on file at its end', async () => {
  const id = await customer();
  await owes(id, 'DKK', '100.00');
  const told = async (day: string) => (await read(`/v1/customers/${id}/exposure?currency=CNY&asOf=${day}`)).payer;
  await standAt(api.store, system, '2026-10-11T02:00:00.000Z');
  await tell('CNY/DKK', '2026-10-11', '1.25').expect(201);
  await standAt(api.store, system, '2026-10-12T02:00:00.000Z');
  await tell('CNY/DKK', '2026-10-11', '1.6').expect(200);
  await standAt(api.store, system, '2026-10-13T02:00:00.000Z');
  await tell('DKK/CNY', '2026-10-13', '0.7').expect(201);
  await standAt(api.store, system, '2026-10-14T02:00:00.000Z');
  expect(await told('2026-10-10')).toMatchObject({ exposure: '0.00', unconverted: [{ currency: 'DKK', amount: '100.00' }] });
  const days = ['2026-10-11', '2026-10-12', '2026-10-13', '2026-10-14'];
  const figures = await Promise.all(days.map(async (day) => (await told(day)).exposure));
  expect(figures).toEqual(['80.00', '62.50', '70.00', '70.00']);
});

test('a payment that finds no rate while one is being recorded waits for that, and settles by it', async () => {
  const id = await customer();
  await owes(id, 'SEK', '1000.00');
  const { store } = api;
  const document = { base: 'SEK', quote: 'NOK', on: '2026-10-01', rate: '25', source: 'bank' } as const;
  const paid = await store.db.transaction().execute(async (tx) => {
    await recordRate(within(store, tx), system, document, null);
    const posting = pay(id, 'NOK', '25000.00', '2026-10-02').then((answer) => answer);
    await until('the payment waits for the rate', async () => (await lockWaits()) > 0);
    return { posting };
  });
  await paid.posting;
  expect([await open(id), await asked('SEK', 'NOK')]).toEqual(['0.00', []]);
});

/** How many of this database wait for a lock of the kind that is not a row's. */
async function lockWaits(): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int from pg_locks where locktype = 'advisory' and not granted
      and database = (select oid from pg_database where datname = current_database())`.execute(api.store.db);
  return rows[0]?.count ?? 0;
}
