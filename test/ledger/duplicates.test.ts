import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limitOf } from '../support/credit.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { actOf, approve } from '../support/two-persons.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ business: '2026-01-05T02:00:00.000Z' });
});
afterAll(() => api.close());

let count = 0;
async function customer(): Promise<string> {
  const id = `DU-${(count += 1)}`;
  const contacts = [{ id: 'c1', name: 'Li', role: 'finance', email: 'li@example.com', language: 'zh' }];
  const body = { name: `Dealer ${id}`, type: 'dealer', region: 'SH', currency: 'CNY', terms: { days: 30 }, contacts };
  await api.as('erp').put(`/v1/customers/${id}`).send(body).expect(201);
  await limitOf(api.store, id, 1_000_000_00);
  return id;
}
const put = (id: string, of: string, more: object = {}) =>
  api
    .as('erp')
    .put(`/v1/invoices/${id}`)
    .send({ customer: of, number: `NO-${of}`, issueDate: '2025-12-01', currency: 'CNY', amount: '1000.00', ...more });
const pay = (id: string, of: string, more: object = {}) =>
  api
    .as('erp')
    .post('/v1/payments')
    .send({ externalId: id, customer: of, amount: '1000.00', currency: 'CNY', receivedOn: '2026-01-05', ...more });
const read = async (path: string) => (await api.as('credit_officer').get(path).expect(200)).body;
const say = (path: string, reason: string | undefined = 'looked at') => api.as('credit_officer').post(path).send({ reason });
const exposureOf = async (of: string): Promise<string> => (await read(`/v1/customers/${of}/exposure`)).payer.exposure;
const tasksOf = async (of: string): Promise<{ kind: string; subject: string }[]> =>
  (await api.as('credit_manager').get(`/v1/tasks?customer=${of}`).expect(200)).body.data;
const order = async (id: string, of: string): Promise<string[]> => {
  const lines = [{ line: 1, item: 'A', quantity: '1', unitPrice: '1.00' }];
  const body = { customer: of, currency: 'CNY', requestedShipDate: '2026-01-12', lines };
  const res = await api.as('erp').put(`/v1/orders/${id}`).send(body);
  return (res.body as { reasons: { code: string }[] }).reasons.map((one) => one.code);
};
const asked = (of: string) => read(`/v1/receivables/${of}-B:1`);

describe('the same invoice under two keys', () => {
  test('is taken and flagged at once: the later one is neither dunned nor held against orders until a person says that both are right', async () => {
    const of = await customer();
    const big = { amount: '50000.00' };
    await put(`${of}-A`, of, big).expect(201);
    await put(`${of}-B`, of, { ...big, number: `no ${of.replace('-', '')}` }).expect(201);
    expect(await asked(of)).toMatchObject({
      question: 'duplicate',
      plan: { step: 'wait', code: 'in-question' },
      open: '50000.00',
    });
    expect(await read(`/v1/receivables/${of}-A`)).toMatchObject({ question: null });
    expect(await read(`/v1/invoices/${of}-B`)).toMatchObject({ duplicate: { of: `${of}-A`, state: 'suspected', reason: null } });
    expect(await tasksOf(of)).toMatchObject([{ kind: 'duplicate-document', role: 'credit_officer', subject: `invoice ${of}-B` }]);
    expect(await exposureOf(of)).toBe('100000.00');
    await pay(`${of}-P`, of, { ...big, reference: `NO-${of}` }).expect(201);
    expect([(await read(`/v1/invoices/${of}-A`)).open, (await asked(of)).open]).toEqual(['0.00', '50000.00']);
    expect(await order(`${of}-O1`, of)).not.toContain('overdue-amount');
    expect((await say(`/v1/invoices/${of}-A/both-right`)).status).toBe(409);
    expect((await api.as('credit_officer').post(`/v1/invoices/${of}-B/both-right`).send({})).status).toBe(422);
    await say(`/v1/invoices/${of}-B/both-right`).expect(200);
    expect((await say(`/v1/invoices/${of}-B/both-right`)).status).toBe(409);
    expect(await asked(of)).toMatchObject({ question: null });
    expect(await tasksOf(of)).toEqual([]);
    expect(await order(`${of}-O2`, of)).toContain('overdue-amount');
    await put(`${of}-B`, of, { ...big, contract: 'K' }).expect(200);
    await put(`${of}-A`, of, { ...big, contract: 'K' }).expect(200);
    expect([(await asked(of)).question, (await read(`/v1/receivables/${of}-A`)).question]).toEqual([null, null]);
  });

  test('leaves the exposure when two persons say which one is the duplicate, and money on it finds its place again', async () => {
    const of = await customer();
    await put(`${of}-A`, of).expect(201);
    await put(`${of}-B`, of).expect(201);
    await pay(`${of}-P`, of, { amount: '300.00', reference: `${of}-B` }).expect(201);
    expect((await asked(of)).open).toBe('700.00');
    const act = actOf(await say(`/v1/invoices/${of}-B/duplicate`, 'sent twice by the interface'));
    expect(await exposureOf(of)).toBe('1700.00');
    await approve(api, act, 'credit_manager');
    expect(await asked(of)).toMatchObject({ open: '0.00', withdrawn: true, question: null });
    expect(await read(`/v1/invoices/${of}-B`)).toMatchObject({
      duplicate: { of: `${of}-A`, state: 'duplicate', reason: 'sent twice by the interface' },
    });
    expect(await exposureOf(of)).toBe('700.00');
    expect((await tasksOf(of)).map((one) => one.kind)).toEqual(['unapplied-money']);
    await put(`${of}-B`, of, { contract: 'K' }).expect(200);
    expect((await asked(of)).open).toBe('0.00');
    await put(`${of}-B`, of, { contract: 'K', amount: '900.00' }).expect(200);
    expect(await asked(of)).toMatchObject({ open: '600.00', withdrawn: false, question: null });
    expect((await read(`/v1/invoices/${of}-B`)).duplicate).toBeNull();
    expect((await say(`/v1/invoices/${of}-B/duplicate`)).status).toBe(409);
  });

  test('hands what is disputed and promised of the one that goes to the one that stays', async () => {
    const of = await customer();
    for (const key of ['A', 'B']) await put(`${of}-${key}`, of).expect(201);
    const claim = { amount: '400.00', note: 'told by phone' };
    const on = (key: string, what: string, more: object) =>
      api
        .as('collector')
        .post(`/v1/receivables/${of}-${key}:1/${what}`)
        .send({ ...claim, ...more })
        .expect(201);
    const { body: dispute } = await on('A', 'disputes', { category: 'price' });
    await on('A', 'promises', { on: '2026-01-12', by: 'c1' });
    await on('B', 'disputes', { amount: '100.00', category: 'price' });
    await approve(api, actOf(await say(`/v1/invoices/${of}-A/duplicate`)), 'credit_manager');
    const [gone, stays] = [await read(`/v1/receivables/${of}-A:1`), await asked(of)];
    expect(gone).toMatchObject({ open: '0.00', disputes: [], promises: [{ state: 'cancelled' }] });
    expect(stays).toMatchObject({ open: '1000.00', disputed: '500.00', promises: [{ amount: '400.00', state: 'pending' }] });
    expect(stays.disputes).toContainEqual(expect.objectContaining({ id: dispute.id, amount: '400.00', state: 'open' }));
    const { data } = await read(`/v1/tasks?customer=${of}`);
    expect(data).toContainEqual(expect.objectContaining({ subject: `invoice ${of}-B/1` }));
  });

  test('can be the earlier one, and a correction that tells them apart takes the flag back, of one or the other', async () => {
    const of = await customer();
    for (const key of ['A', 'B', 'C']) await put(`${of}-${key}`, of).expect(201);
    expect(await tasksOf(of)).toHaveLength(2);
    await put(`${of}-A`, of, { amount: '1100.00' }).expect(200);
    expect([(await asked(of)).question, (await read(`/v1/invoices/${of}-C`)).duplicate.of]).toEqual([null, `${of}-B`]);
    expect(await tasksOf(of)).toHaveLength(1);
    await approve(api, actOf(await say(`/v1/invoices/${of}-B/duplicate`)), 'credit_manager');
    expect(await read(`/v1/receivables/${of}-C`)).toMatchObject({ question: null, open: '1000.00' });
    expect((await asked(of)).open).toBe('0.00');
    expect(await tasksOf(of)).toEqual([]);
    await put(`${of}-D`, of, { issueDate: '2025-12-02' }).expect(201);
    await put(`${of}-D`, of).expect(200);
    expect(await read(`/v1/receivables/${of}-D`)).toMatchObject({ question: 'duplicate' });
    await put(`${of}-D`, of, { number: 'another' }).expect(200);
    expect(await read(`/v1/receivables/${of}-D`)).toMatchObject({ question: null });
  });
});

test('of a pair only one can be taken out, and none once a correction has told them apart', async () => {
  const decide = (act: string) =>
    api.as('credit_manager').post(`/v1/pending-acts/${act}/decision`).send({ verdict: 'approve', reason: 'looked at' });
  const of = await customer();
  for (const key of ['A', 'B']) await put(`${of}-${key}`, of).expect(201);
  const [first, second] = [
    actOf(await say(`/v1/invoices/${of}-A/duplicate`)),
    actOf(await say(`/v1/invoices/${of}-B/duplicate`)),
  ];
  await approve(api, first, 'credit_manager');
  expect((await decide(second)).body).toMatchObject({ code: 'not-open' });
  expect(await exposureOf(of)).toBe('1000.00');
  const apart = await customer();
  for (const key of ['A', 'B']) await put(`${apart}-${key}`, apart).expect(201);
  const waiting = actOf(await say(`/v1/invoices/${apart}-B/duplicate`));
  await put(`${apart}-B`, apart, { amount: '900.00' }).expect(200);
  expect((await decide(waiting)).body).toMatchObject({ code: 'not-open' });
  expect(await exposureOf(apart)).toBe('1900.00');
});

test('one that was right beside an invoice that was taken out since cannot be taken out for that one', async () => {
  const of = await customer();
  for (const key of ['A', 'B']) await put(`${of}-${key}`, of).expect(201);
  await say(`/v1/invoices/${of}-B/both-right`).expect(200);
  await put(`${of}-C`, of).expect(201);
  expect((await read(`/v1/invoices/${of}-C`)).duplicate).toMatchObject({ of: `${of}-A` });
  await approve(api, actOf(await say(`/v1/invoices/${of}-A/duplicate`)), 'credit_manager');
  expect((await say(`/v1/invoices/${of}-B/duplicate`)).status).toBe(409);
  expect(await exposureOf(of)).toBe('2000.00');
});

test('one that was written off is not taken out, also when all of it was recovered', async () => {
  const of = await customer();
  for (const key of ['A', 'B']) await put(`${of}-${key}`, of).expect(201);
  const act = actOf(await say(`/v1/invoices/${of}-B/duplicate`));
  const off = await api.as('finance_director').post(`/v1/receivables/${of}-B:1/write-off`).send({ reason: 'bankrupt' });
  await approve(api, actOf(off), 'credit_manager');
  await pay(`${of}-P`, of, { reference: `${of}-B` }).expect(201);
  const decided = await api
    .as('credit_manager')
    .post(`/v1/pending-acts/${act}/decision`)
    .send({ verdict: 'approve', reason: 'looked at' });
  expect(decided.body).toMatchObject({ code: 'instalment-has-money' });
  await api.as('credit_officer').post(`/v1/pending-acts/${act}/withdraw`).send({ reason: 'written off' }).expect(200);
  expect((await say(`/v1/invoices/${of}-B/duplicate`)).body).toMatchObject({ code: 'instalment-has-money' });
});

describe('the same money under two keys', () => {
  test('is booked and flagged with a task; both right, or the copy is reversed', async () => {
    const of = await customer();
    await put(`${of}-A`, of, { amount: '5000.00' }).expect(201);
    for (const key of ['1', '2', '3'])
      await pay(`${of}-P${key}`, of, { reference: key === '3' ? 'other' : `rent, NO-${of}` }).expect(201);
    expect((await read(`/v1/invoices/${of}-A`)).open).toBe('2000.00');
    expect(await tasksOf(of)).toMatchObject([{ kind: 'duplicate-document', subject: `payment ${of}-P2` }]);
    expect((await read(`/v1/payments/${of}-P2`)).duplicate).toMatchObject({ of: `${of}-P1`, state: 'suspected' });
    await api.as('erp').post(`/v1/payments/${of}-P2/reverse`).send({ reason: 'booked twice' }).expect(200);
    expect((await read(`/v1/payments/${of}-P2`)).duplicate).toMatchObject({ state: 'duplicate' });
    await pay(`${of}-P4`, of, { reference: `Rent NO-${of}` }).expect(201);
    await say(`/v1/payments/${of}-P4/both-right`).expect(200);
    expect(await tasksOf(of)).toEqual([]);
    const lines = (instalment: number) => ({ allocations: [{ invoice: `${of}-A`, instalment, amount: '10.00' }] });
    await pay(`${of}-P5`, of, { amount: '10.00', reference: 'x', ...lines(1) }).expect(201);
    expect((await read(`/v1/payments/${of}-P5`)).duplicate).toBeNull();
  });

  test('in another currency is compared by what was paid, whatever the first one settled', async () => {
    const of = await customer();
    await put(`${of}-A`, of, { amount: '500.00' }).expect(201);
    const rate = { base: 'USD', quote: 'CNY', on: '2026-01-01', rate: '7.1', source: 'bank' };
    await api.as('credit_manager').post('/v1/exchange-rates').send(rate).expect(201);
    const paid = { amount: '70.20', currency: 'USD', reference: `${of}-A` };
    for (const key of ['1', '2']) await pay(`${of}-P${key}`, of, paid).expect(201);
    expect(await read(`/v1/payments/${of}-P1`)).toMatchObject({ amount: '500.00', currency: 'CNY', duplicate: null });
    expect(await read(`/v1/payments/${of}-P2`)).toMatchObject({
      ...{ amount: '70.20', currency: 'USD', duplicate: { of: `${of}-P1`, state: 'suspected' } },
    });
    expect(await tasksOf(of)).toContainEqual(
      expect.objectContaining({ kind: 'duplicate-document', subject: `payment ${of}-P2` }),
    );
    await pay(`${of}-P3`, of, { ...paid, amount: '500.00', currency: 'CNY' }).expect(201);
    expect((await read(`/v1/payments/${of}-P3`)).duplicate).toBeNull();
  });

  test('holds for credit notes of one invoice, day, amount and reason', async () => {
    const of = await customer();
    await put(`${of}-A`, of).expect(201);
    const note = (id: string, reason = 'Returned goods') => {
      const body = {
        externalId: id,
        customer: of,
        invoice: `${of}-A`,
        amount: '100.00',
        currency: 'CNY',
        issuedOn: '2026-01-05',
      };
      return api
        .as('erp')
        .post('/v1/credit-notes')
        .send({ ...body, reason })
        .expect(201);
    };
    await note(`${of}-N1`);
    await note(`${of}-N2`, 'Price');
    await note(`${of}-N3`, 'returned  goods.');
    expect((await read(`/v1/credit-notes/${of}-N3`)).duplicate).toMatchObject({ of: `${of}-N1`, state: 'suspected' });
    expect(await tasksOf(of)).toMatchObject([{ kind: 'duplicate-document', subject: `credit-note ${of}-N3` }]);
    await api.as('erp').post(`/v1/credit-notes/${of}-N1/reverse`).send({ reason: 'sent twice' }).expect(200);
    expect((await read(`/v1/credit-notes/${of}-N3`)).duplicate).toBeNull();
    expect(await tasksOf(of)).toEqual([]);
  });
});
