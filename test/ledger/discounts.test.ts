import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { standAt } from '../../store/platform/clock.ts';
import { system } from '../support/actors.ts';
import { limitOf } from '../support/credit.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { actOf, approve, openGoLive } from '../support/two-persons.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ business: '2026-01-30T02:00:00.000Z' });
  await openGoLive(api, '2026-01-01', '2026-01-31');
});
afterAll(() => api.close());

const terms = { days: 30, discountPercent: '2', discountDays: 10 };
let count = 0;
/** A customer with 2 % in 10 days, and its invoice of 10,000 of 5 January: the discount may be taken until the 15th, 3 days of grace. */
async function customer(more: object = {}): Promise<string> {
  const id = `DC-${(count += 1)}`;
  const body = { name: id, type: 'dealer', region: 'SH', currency: 'CNY', terms };
  await api.as('erp').put(`/v1/customers/${id}`).send(body).expect(201);
  await limitOf(api.store, id, 1_000_000_00);
  await put(`${id}-A`, id, more).expect(201);
  return id;
}
const put = (id: string, of: string, more: object = {}) =>
  api
    .as('erp')
    .put(`/v1/invoices/${id}`)
    .send({ customer: of, number: id, issueDate: '2026-01-05', currency: 'CNY', amount: '10000.00', ...more });
const pay = (of: string, amount: string, receivedOn: string, more: object = {}) =>
  api
    .as('erp')
    .post('/v1/payments')
    .send({ externalId: `${of}-P${(count += 1)}`, customer: of, amount, currency: 'CNY', receivedOn, ...more })
    .expect(201);
const read = async (path: string) => (await api.as('credit_officer').get(path).expect(200)).body;
const item = (of: string, key = 'A') => read(`/v1/receivables/${of}-${key}:1`);
const tasksOf = async (of: string): Promise<string[]> =>
  (await read(`/v1/tasks?customer=${of}`)).data.map((one: { kind: string }) => one.kind);
const exposureOf = async (of: string): Promise<string> => (await read(`/v1/customers/${of}/exposure`)).payer.exposure;
const reverse = (payment: string) =>
  api.as('erp').post(`/v1/payments/${payment}/reverse`).send({ reason: 'returned by the bank' }).expect(200);
const idOf = (posted: { body: unknown }): string => (posted.body as { id: string }).id;

describe('money in time for a discount', () => {
  test('closes the invoice: the rest is a discount granted, with its own entry, line and figure; sent back it is owed again', async () => {
    const of = await customer();
    expect((await item(of)).discount).toEqual({ amount: '200.00', until: '2026-01-15', granted: '0.00' });
    const paid = await pay(of, '9800.00', '2026-01-15');
    expect(paid.body).toMatchObject({ allocations: [{ amount: '9800.00' }], unapplied: '0.00' });
    const found = await item(of);
    expect(found).toMatchObject({ open: '0.00', discount: { granted: '200.00' } });
    expect(found.allocations).toMatchObject([
      { amount: '9800.00', basis: 'exact' },
      { amount: '200.00', basis: 'discount', payment: null, valueDate: '2026-01-15' },
    ]);
    expect(await exposureOf(of)).toBe('0.00');
    const figures = await read(`/v1/credit-notes?customer=${of}&kind=discount`);
    expect(figures.data).toMatchObject([{ kind: 'discount', amount: '200.00', issuedOn: '2026-01-15', invoice: `${of}-A` }]);
    const audit = (await api.as('auditor').get(`/v1/customers/${of}/timeline?limit=100`).expect(200)).body.data;
    expect(audit.map((one: { kind: string }) => one.kind)).toContain('receivable.discount-granted');
    await reverse(idOf(paid));
    expect(await item(of)).toMatchObject({ open: '10000.00', discount: { granted: '0.00' } });
    expect(await exposureOf(of)).toBe('10000.00');
    expect((await read(`/v1/credit-notes?customer=${of}&kind=discount`)).data).toMatchObject([{ reversedOn: '2026-01-30' }]);
  });

  test('is no money itself: made as small as what was paid, the invoice has none; between the two as much as closes it', async () => {
    const of = await customer();
    const paid = await pay(of, '9800.00', '2026-01-15');
    const answer = await put(`${of}-A`, of, { amount: '9800.00' }).expect(200);
    expect(answer.body).toMatchObject({ receivables: [{ open: '0.00' }] });
    expect(await item(of)).toMatchObject({ open: '0.00', amount: '9800.00', discount: { amount: '196.00', granted: '0.00' } });
    expect(await exposureOf(of)).toBe('0.00');
    expect((await put(`${of}-A`, of, { amount: '9799.99' }).expect(409)).body).toMatchObject({ code: 'instalment-has-money' });
    const beyond = await put(`${of}-A`, of, { amount: '10100.00' }).expect(200);
    expect(beyond.body).toMatchObject({ receivables: [{ open: '300.00' }] });
    expect(await item(of)).toMatchObject({ open: '300.00' });
    const raised = await put(`${of}-A`, of, { amount: '9900.00' }).expect(200);
    expect(raised.body).toMatchObject({ receivables: [{ open: '0.00' }] });
    expect(await item(of)).toMatchObject({ open: '0.00', discount: { amount: '198.00', granted: '100.00' } });
    await put(`${of}-A`, of, { amount: '9850.00' }).expect(200);
    expect(await item(of)).toMatchObject({ open: '0.00', discount: { amount: '197.00', granted: '50.00' } });
    const notes = (await read(`/v1/credit-notes?customer=${of}&kind=discount`)).data as {
      amount: string;
      reversedOn: string | null;
    }[];
    expect(notes.map(({ amount, reversedOn }) => [amount, reversedOn === null]).sort()).toEqual([
      ['100.00', false],
      ['200.00', false],
      ['50.00', true],
    ]);
    await reverse(idOf(paid));
    expect(await item(of)).toMatchObject({ open: '9850.00', discount: { granted: '0.00' } });
  });

  test('in parts earns it for the parts that were in time, and a deduction beyond it stays owed', async () => {
    const whole = await customer();
    await pay(whole, '4900.00', '2026-01-10');
    expect(await item(whole)).toMatchObject({ open: '5100.00', discount: { granted: '0.00' } });
    await pay(whole, '4900.00', '2026-01-14');
    expect(await item(whole)).toMatchObject({ open: '0.00', discount: { granted: '200.00' } });
    const half = await customer();
    await pay(half, '4900.00', '2026-01-10');
    const rest = await pay(half, '5000.00', '2026-01-28');
    expect(await item(half)).toMatchObject({ open: '0.00', discount: { granted: '100.00' } });
    await reverse(idOf(rest));
    expect(await item(half)).toMatchObject({ open: '5100.00', discount: { granted: '0.00' } });
    const more = await customer();
    await pay(more, '9700.00', '2026-01-10');
    expect(await item(more)).toMatchObject({ open: '300.00', question: null });
    const full = await customer();
    await pay(full, '10000.00', '2026-01-10');
    expect(await item(full)).toMatchObject({ open: '0.00', discount: { granted: '0.00' } });
  });

  test('that names several invoices, or comes before or beside other items, pays each less its discount; a credit note lowers it', async () => {
    const of = await customer();
    await put(`${of}-B`, of, { amount: '5000.00', terms: { days: 60, discountPercent: '3', discountDays: 10 } }).expect(201);
    await put(`${of}-C`, of, { amount: '700.00', issueDate: '2025-12-01', terms: { days: 10 } }).expect(201);
    await pay(of, '14650.00', '2026-01-15', { reference: `${of}-A ${of}-B` });
    const opens = await Promise.all(['A', 'B', 'C'].map(async (key) => (await item(of, key)).open));
    expect(opens).toEqual(['0.00', '0.00', '700.00']);
    await put(`${of}-D`, of, { amount: '1000.00' }).expect(201);
    await pay(of, '980.00', '2026-01-15');
    expect([(await item(of, 'C')).open, (await item(of, 'D')).open]).toEqual(['700.00', '0.00']);
    await put(`${of}-E`, of, { amount: '10000.00', number: 'E' }).expect(201);
    const note = {
      externalId: `${of}-N`,
      customer: of,
      invoice: `${of}-E`,
      amount: '1000.00',
      currency: 'CNY',
      issuedOn: '2026-01-12',
    };
    await api
      .as('erp')
      .post('/v1/credit-notes')
      .send({ ...note, reason: 'returned' })
      .expect(201);
    await pay(of, '8820.00', '2026-01-13', { reference: `${of}-E` });
    expect(await item(of, 'E')).toMatchObject({ open: '0.00', discount: { granted: '180.00' } });
  });

  test('that came before its invoices pays each less its discount, whether they come one by one or together, before or after it', async () => {
    const bare = async (): Promise<string> => {
      const id = `DC-${(count += 1)}`;
      const body = { name: id, type: 'dealer', region: 'SH', currency: 'CNY', terms };
      await api.as('erp').put(`/v1/customers/${id}`).send(body).expect(201);
      return id;
    };
    type Step = (of: string) => Promise<unknown>;
    const money: Step = (of) => pay(of, '19600.00', '2026-01-05', { reference: `${of}-A ${of}-B` });
    const a: Step = (of) => put(`${of}-A`, of).expect(201);
    const b: Step = (of) => put(`${of}-B`, of).expect(201);
    const closed = { open: '0.00', discount: { granted: '200.00' } };
    for (const steps of [
      [money, a, b],
      [money, b, a],
      [a, money, b],
      [a, b, money],
    ]) {
      const of = await bare();
      for (const step of steps) await step(of);
      for (const key of ['A', 'B']) expect(await item(of, key)).toMatchObject(closed);
      expect(await tasksOf(of)).toEqual([]);
    }
    const together = await bare();
    await money(together);
    await Promise.all([a(together), b(together)]);
    for (const key of ['A', 'B']) expect(await item(together, key)).toMatchObject(closed);
    const alone = await bare();
    await pay(alone, '9800.00', '2026-01-05');
    expect((await put(`${alone}-A`, alone).expect(201)).body).toMatchObject({ receivables: [{ open: '0.00' }] });
    expect(await item(alone)).toMatchObject(closed);
    const full = await bare();
    await pay(full, '20000.00', '2026-01-05', { reference: `${full}-A ${full}-B` });
    for (const key of ['A', 'B']) await put(`${full}-${key}`, full).expect(201);
    for (const key of ['A', 'B']) expect(await item(full, key)).toMatchObject({ open: '0.00', discount: { granted: '0.00' } });
  });

  test('counts until a day that rolls past rest days as due dates do, and by a correction', async () => {
    const of = await customer({ issueDate: '2026-01-07' });
    expect((await item(of)).discount.until).toBe('2026-01-19');
    await put(`${of}-A`, of, { issueDate: '2026-01-07', terms: { ...terms, discountDays: 5 } }).expect(200);
    expect((await item(of)).discount.until).toBe('2026-01-12');
    await put(`${of}-A`, of, { issueDate: '2026-01-07', terms: { days: 30 } }).expect(200);
    expect((await item(of)).discount).toBeNull();
  });

  test('is bounded, whole and for an invoice without instalments alone, else refused by its field', async () => {
    const of = await customer();
    const half = { amount: '5000.00', dueDate: '2026-02-04' };
    const instalments = [1, 2].map((no) => ({ no, ...half }));
    for (const [more, pointer] of [
      [{ terms: { ...terms, discountDays: undefined } }, '/terms/discountDays'],
      [{ terms: { ...terms, discountDays: 31 } }, '/terms/discountDays'],
      [{ terms: { ...terms, discountPercent: undefined } }, '/terms/discountPercent'],
      ...['0', '0.00', '50.01', '50.99', '051', '2.005', '-2'].map((discountPercent) => [
        { terms: { ...terms, discountPercent } },
        '/terms/discountPercent',
      ]),
      [{ instalments, terms }, '/terms/discountPercent'],
    ] as const)
      for (const language of ['zh', 'en']) {
        const refused = await put(`${of}-A`, of, more as object).set('Accept-Language', language);
        expect(refused.status, JSON.stringify(more)).toBe(422);
        expect(refused.body.errors).toMatchObject([{ pointer }]);
      }
    await put(`${of}-A`, of, { terms: { ...terms, discountPercent: '50.00' } }).expect(200);
    expect((await item(of)).discount).toMatchObject({ amount: '5000.00' });
  });
});

describe('a discount taken too late', () => {
  test('is let pass within the days of grace, else it is a task, and is not asked for until a person grants or claims it', async () => {
    const near = await customer();
    await pay(near, '9800.00', '2026-01-18');
    expect(await item(near)).toMatchObject({ open: '0.00', discount: { granted: '200.00' } });
    const of = await customer();
    const paid = await pay(of, '9800.00', '2026-01-19', { reference: `${of}-A` });
    expect(await item(of)).toMatchObject({ open: '200.00', question: 'discount' });
    expect(await tasksOf(of)).toEqual(['discount-late']);
    await reverse(idOf(paid));
    expect(await item(of)).toMatchObject({ open: '10000.00', question: null });
    expect(await tasksOf(of)).toEqual([]);
    await pay(of, '9800.00', '2026-01-20', { reference: `${of}-A` });
    const say = (verb: string) => api.as('credit_officer').post(`/v1/receivables/${of}-A/${verb}`).send({ reason: 'looked at' });
    await approve(api, actOf(await say('late-discount')), 'credit_manager');
    expect(await item(of)).toMatchObject({ open: '0.00', question: null, discount: { granted: '200.00' } });
    expect(await tasksOf(of)).toEqual([]);
    await put(`${of}-A`, of, { contract: 'K' }).expect(200);
    expect((await item(of)).open).toBe('0.00');
    expect((await say('discount-claim')).status).toBe(409);
  });

  test('is not granted once its question is gone: the money bounced, or a colleague claimed it', async () => {
    const decide = (act: string) =>
      api.as('credit_manager').post(`/v1/pending-acts/${act}/decision`).send({ verdict: 'approve', reason: 'looked at' });
    const ask = (of: string, verb: string) =>
      api.as('credit_officer').post(`/v1/receivables/${of}-A/${verb}`).send({ reason: 'looked at' });
    const bounced = await customer();
    const paid = await pay(bounced, '9800.00', '2026-01-20', { reference: `${bounced}-A` });
    const first = actOf(await ask(bounced, 'late-discount'));
    await reverse(idOf(paid));
    expect((await decide(first)).body).toMatchObject({ code: 'not-open' });
    expect(await read(`/v1/pending-acts/${first}`)).toMatchObject({ state: 'withdrawn' });
    expect(await item(bounced)).toMatchObject({ open: '10000.00', discount: { granted: '0.00' } });
    const claimed = await customer();
    await pay(claimed, '9800.00', '2026-01-20', { reference: `${claimed}-A` });
    const second = actOf(await ask(claimed, 'late-discount'));
    await ask(claimed, 'discount-claim').expect(200);
    expect((await decide(second)).body).toMatchObject({ code: 'not-open' });
    expect(await item(claimed)).toMatchObject({ open: '200.00', discount: { granted: '0.00' } });
  });

  test('that is claimed is asked for, also when more documents come', async () => {
    const of = await customer();
    await pay(of, '9800.00', '2026-01-20', { reference: `${of}-A` });
    const claim = api.as('credit_officer').post(`/v1/receivables/${of}-A/discount-claim`).send({ reason: 'agreed by phone' });
    expect((await claim.expect(200)).body).toMatchObject({ open: '200.00' });
    await put(`${of}-A`, of, { contract: 'K' }).expect(200);
    expect(await item(of)).toMatchObject({ open: '200.00', question: null });
    expect(await tasksOf(of)).toEqual([]);
    await pay(of, '200.00', '2026-01-30');
    expect(await item(of)).toMatchObject({ open: '0.00', discount: { granted: '0.00' } });
  });
});

describe('the movements of an account', () => {
  const line = (one: Record<string, unknown>) => [
    one['date'],
    one['kind'],
    one['takenBack'],
    one['number'],
    one['amount'],
    one['balance'],
  ];
  const account = async (of: string, query: string) => {
    const found = await read(`/v1/customers/${of}/movements?${query}`);
    return { ...found, data: found.data.map(line) };
  };

  test('shows discounts, exchange differences, refunds, write-offs and recoveries as lines from opening to closing', async () => {
    const of = await customer();
    await pay(of, '9800.00', '2026-01-15');
    const credit = {
      customer: of,
      invoice: `${of}-A`,
      amount: '100.00',
      currency: 'CNY',
      issuedOn: '2026-01-16',
      reason: 'price',
    };
    await api
      .as('erp')
      .post('/v1/credit-notes')
      .send({ externalId: `${of}-N`, ...credit })
      .expect(201);
    await put(`${of}-B`, of, { issueDate: '2026-01-20', amount: '500.00', terms: { days: 5 } }).expect(201);
    const foreign = { currency: 'GBP', converted: { currency: 'CNY', amount: '501.20' }, reference: `${of}-B` };
    await pay(of, '70.20', '2026-01-21', foreign);
    const refund = {
      externalId: `${of}-R`,
      customer: of,
      amount: '98.00',
      currency: 'CNY',
      paidOn: '2026-01-22',
      reason: 'sent back',
    };
    await api.as('erp').post('/v1/refunds').send(refund).expect(201);
    await put(`${of}-C`, of, { issueDate: '2026-01-23', amount: '300.00', terms: { days: 5 } }).expect(201);
    const off = await api.as('finance_director').post(`/v1/receivables/${of}-C:1/write-off`).send({ reason: 'bankrupt' });
    await approve(api, actOf(off), 'credit_manager');
    await pay(of, '50.00', '2026-01-30');
    const found = await account(of, 'from=2026-01-15');
    expect(found).toMatchObject({ from: '2026-01-15', to: '2026-01-30', opening: '10000.00', closing: '-2.00' });
    expect(found.data).toMatchObject([
      ['2026-01-15', 'payment', false, expect.any(String), '-9800.00', '200.00'],
      ['2026-01-15', 'discount', false, `${of}-A`, '-200.00', '0.00'],
      ['2026-01-16', 'credit-note', false, `${of}-N`, '-100.00', '-100.00'],
      ['2026-01-20', 'invoice', false, `${of}-B`, '500.00', '400.00'],
      ['2026-01-21', 'payment', false, `${of}-B`, '-501.20', '-101.20'],
      ['2026-01-21', 'exchange-difference', false, `${of}-B`, '1.20', '-100.00'],
      ['2026-01-22', 'refund', false, `${of}-R`, '98.00', '-2.00'],
      ['2026-01-23', 'invoice', false, `${of}-C`, '300.00', '298.00'],
      ['2026-01-30', 'payment', false, expect.any(String), '-50.00', '248.00'],
      ['2026-01-30', 'write-off', false, `${of}-C`, '-300.00', '-52.00'],
      ['2026-01-30', 'recovery', false, `${of}-C`, '50.00', '-2.00'],
    ]);
    let [rows, cursor]: [unknown[], string | null] = [[], ''];
    while (cursor !== null) {
      const next: { data: unknown[]; nextCursor: string | null } = await account(
        of,
        `from=2026-01-15&limit=2${cursor && `&cursor=${cursor}`}`,
      );
      rows = [...rows, ...next.data];
      cursor = next.nextCursor;
    }
    expect(rows).toEqual(found.data);
    expect(await account(of, 'from=2026-01-16&to=2026-01-19')).toMatchObject({ opening: '0.00', closing: '-100.00' });
    expect(await account(of, 'from=2026-01-15&currency=USD')).toMatchObject({ opening: '0.00', closing: '0.00', data: [] });
    for (const [query, pointer] of [
      ['from=2026-01-15&to=2026-01-14', '?to'],
      ['from=2026-01-15&to=2026-02-01', '?to'],
      ['from=2026-02-01', '?from'],
    ]) {
      const refused = await api.as('auditor').get(`/v1/customers/${of}/movements?${query}`).expect(422);
      expect(refused.body.errors).toMatchObject([{ pointer }]);
    }
    expect(await account(of, '')).toMatchObject({ from: '2026-01-01', opening: '0.00', closing: '-2.00' });
    await api.as('sales').get(`/v1/customers/${of}/movements?from=2026-01-15`).expect(404);
  });
});

test('the exposure of a past day is what it was at its end, and a day to come is refused', async () => {
  const of = await customer();
  await pay(of, '1000.00', '2026-01-06');
  const now = await read(`/v1/customers/${of}/exposure`);
  expect(now).toMatchObject({ asOf: '2026-01-30', payer: { exposure: '9000.00', limit: '1000000.00' } });
  expect(await read(`/v1/customers/${of}/exposure?asOf=2026-01-30`)).toEqual(now);
  const before = await read(`/v1/customers/${of}/exposure?asOf=2026-01-05`);
  expect(before).toMatchObject({ asOf: '2026-01-05', payer: { exposure: '10000.00', limit: null }, documents: [] });
  expect(await read(`/v1/customers/${of}/exposure?asOf=2026-01-04`)).toMatchObject({ payer: null, accounts: [] });
  const late = await api.as('auditor').get(`/v1/customers/${of}/exposure?asOf=2026-01-31`).expect(422);
  expect(late.body).toMatchObject({ code: 'date-in-future', errors: [{ pointer: '?asOf' }] });
});

test('the exposure of a past day is told by the rates that were on file at its end, whatever was corrected since', async () => {
  const of = await customer();
  const rate = (value: string) =>
    api.as('erp').post('/v1/exchange-rates').send({ base: 'USD', quote: 'CNY', on: '2026-02-02', rate: value, source: 'bank' });
  const told = async (day: string) =>
    ((await read(`/v1/customers/${of}/exposure?currency=CNY&asOf=${day}`)) as { payer: { exposure: string } }).payer.exposure;
  const usd = { customer: of, number: `${of}-U`, issueDate: '2026-01-30', currency: 'USD', amount: '100.00' };
  await api.as('erp').put(`/v1/invoices/${of}-U`).send(usd).expect(201);
  await standAt(api.store, system, '2026-02-02T02:00:00.000Z');
  await rate('7').expect(201);
  await standAt(api.store, system, '2026-02-03T02:00:00.000Z');
  await rate('7.5').expect(200);
  await standAt(api.store, system, '2026-02-04T02:00:00.000Z');
  const without = Number(await told('2026-02-01'));
  expect([await told('2026-02-02'), await told('2026-02-03'), await told('2026-02-04')].map(Number)).toEqual([
    without + 700,
    without + 750,
    without + 750,
  ]);
});
