import type request from 'supertest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { actOf, approve } from '../support/two-persons.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ business: '2026-10-10T02:00:00.000Z' });
  await api.as('erp').put('/v1/customers/C-1001').send(customer).expect(201);
});
afterAll(() => api.close());

const customer = {
  name: '上海示例医院',
  type: 'hospital',
  tier: '3A',
  region: 'SH',
  currency: 'CNY',
  terms: { days: 60, from: 'invoiceDate' },
  owner: 'lin',
  debtorClass: 'public-institution',
  creditorWasSme: true,
  contacts: [
    { id: 'c1', name: '王会计', role: 'finance', email: 'finance@example.com', mobile: '+8613800138000', language: 'zh' },
  ],
  facts: { beds: { value: 1200, asOf: '2026-01-01' } },
};
const invoice = {
  customer: 'C-1001',
  number: '31002200000001',
  issueDate: '2026-09-01',
  currency: 'CNY',
  amount: '12000.00',
  tax: { rate: '0.13', amount: '1380.53' },
  contract: 'CT-1',
  order: 'SO-1',
  instalments: [
    { no: 1, amount: '6000.00', dueDate: '2026-10-01', kind: 'equipment' },
    { no: 2, amount: '6000.00', dueDate: '2026-11-01' },
  ],
};
let next = 0;
/** Posts an invoice of its own for a test, and gives its id. */
async function posted(body: object = {}): Promise<string> {
  next += 1;
  const id = `INV-${next}`;
  await api
    .as('erp')
    .put(`/v1/invoices/${id}`)
    .send({ ...invoice, number: id, ...body })
    .expect(201);
  return id;
}
const pay = (body: object) =>
  api
    .as('erp')
    .post('/v1/payments')
    .send({ customer: 'C-1001', currency: 'CNY', receivedOn: '2026-10-05', ...body });
const receivable = async (id: string) => (await api.as('collector').get(`/v1/receivables/${id}`).expect(200)).body;
const codeOf = (res: request.Response): string => (res.body as { code: string }).code;
const codesOf = (res: request.Response): (string | undefined)[] => [
  codeOf(res),
  ...((res.body as { errors?: { code?: string }[] }).errors ?? []).map((e) => e.code),
];
const pointersOf = (res: request.Response): string[] =>
  (res.body as { errors: { pointer: string }[] }).errors.map((e) => e.pointer);

describe('customers', () => {
  test('the same content again changes nothing and says so; other content is a new version', async () => {
    const again = await api.as('erp').put('/v1/customers/C-1001').send(customer).expect(200);
    expect(again.body).toMatchObject({ externalId: 'C-1001', changed: false, version: 1 });
    await api
      .as('erp')
      .put('/v1/customers/C-7')
      .send({ ...customer, name: 'Before' })
      .expect(201);
    const changed = await api
      .as('erp')
      .put('/v1/customers/C-7')
      .send({ ...customer, contacts: [] })
      .expect(200);
    expect(changed.body).toMatchObject({ changed: true, version: 2 });
    const read = await api.as('collector').get('/v1/customers/C-7').expect(200);
    expect(read.body).toMatchObject({ name: customer.name, contacts: [], terms: customer.terms, facts: customer.facts });
    expect((await api.as('collector').get(`/v1/customers/${read.body.id}`).expect(200)).body.externalId).toBe('C-7');
  });

  test('an unknown field, ladder or a contact twice is refused by name, and nothing is written', async () => {
    const before = await api.written();
    const put = (body: object) =>
      api
        .as('erp')
        .put('/v1/customers/C-8')
        .send({ ...customer, ...body });
    expect(pointersOf(await put({ limit: '1.00' }).expect(422))).toEqual(['/limit']);
    expect(pointersOf(await put({ ladder: 'no-such' }).expect(422))).toEqual(['/ladder']);
    const twice = [customer.contacts[0], customer.contacts[0]];
    expect(pointersOf(await put({ contacts: twice }).expect(422))).toEqual(['/contacts']);
    expect(await api.written()).toBe(before);
  });

  test('sales see their own customers only', async () => {
    await api
      .as('erp')
      .put('/v1/customers/C-9')
      .send({ ...customer, owner: 'other' })
      .expect(201);
    const list = await api.as('sales').get('/v1/customers').expect(200);
    expect(list.body.data.map((row: { externalId: string }) => row.externalId)).toEqual(['C-1001', 'C-7']);
    await api.as('sales').get('/v1/customers/C-9').expect(404);
  });

  test('a list goes on where its cursor says', async () => {
    const first = await api.as('auditor').get('/v1/customers?limit=1').expect(200);
    const second = await api.as('auditor').get(`/v1/customers?limit=1&cursor=${first.body.nextCursor}`).expect(200);
    expect([first.body.data[0].externalId, second.body.data[0].externalId]).toEqual(['C-1001', 'C-7']);
    await api.as('auditor').get('/v1/customers?cursor=abc').expect(422);
  });
});

describe('invoices', () => {
  test('each instalment is one receivable', async () => {
    const res = await api.as('erp').put('/v1/invoices/INV-A').send(invoice).expect(201);
    expect(res.body).toEqual({
      id: expect.any(String),
      externalId: 'INV-A',
      changed: true,
      receivables: [
        { id: expect.any(String), instalment: 1, dueDate: '2026-10-01', open: '6000.00', stage: 'scheduled' },
        { id: expect.any(String), instalment: 2, dueDate: '2026-11-01', open: '6000.00', stage: 'scheduled' },
      ],
    });
    const again = await api.as('erp').put('/v1/invoices/INV-A').send(invoice).expect(200);
    expect(again.body).toEqual({ ...res.body, changed: false });
  });

  test('without instalments there is one, due by terms', async () => {
    const whole = { ...invoice, instalments: undefined };
    const put = (id: string, body: object) =>
      api
        .as('erp')
        .put(`/v1/invoices/${id}`)
        .send({ ...whole, ...body })
        .expect(201);
    expect((await put('INV-T1', {})).body.receivables).toMatchObject([
      { instalment: 1, dueDate: '2026-11-02', open: '12000.00' },
    ]);
    expect((await put('INV-T2', { terms: { days: 15, from: 'endOfMonth' } })).body.receivables).toMatchObject([
      { dueDate: '2026-10-15' },
    ]);
    const delivered = { terms: { days: 30, from: 'delivery' }, deliveredOn: '2026-09-20' };
    expect((await put('INV-T3', delivered)).body.receivables).toMatchObject([{ dueDate: '2026-10-20' }]);
    const endOfNext = await put('INV-T4', { terms: { months: 1, day: 31 } });
    expect(endOfNext.body.receivables).toMatchObject([{ dueDate: '2026-11-02' }]);
    const ownDay = await put('INV-T6', { issueDate: '2026-01-31', terms: { days: 0, day: 31 } });
    expect(ownDay.body.receivables).toMatchObject([{ dueDate: '2026-02-28' }]);
    expect(
      (
        await api
          .as('erp')
          .put('/v1/invoices/INV-T5')
          .send({ ...whole, terms: {} })
      ).status,
    ).toBe(422);
  });

  test('a correction moves the day of what is part paid, and never its amount below what was paid', async () => {
    const id = await posted();
    await pay({ externalId: 'P-c', amount: '10.00', allocations: [{ invoice: id, instalment: 1, amount: '10.00' }] }).expect(201);
    const put = (instalments: object[]) =>
      api
        .as('erp')
        .put(`/v1/invoices/${id}`)
        .send({ ...invoice, instalments });
    const [one, two] = invoice.instalments;
    const moved = await put([
      { ...one },
      { ...two, amount: '2000.00' },
      { no: 3, amount: '4000.00', dueDate: '2026-11-05' },
    ]).expect(200);
    expect(moved.body.receivables.map((r: { open: string }) => r.open)).toEqual(['5990.00', '2000.00', '4000.00']);
    const later = await put([{ ...one, dueDate: '2026-10-08' }, { ...two }]).expect(200);
    expect(later.body.receivables[0]).toMatchObject({ dueDate: '2026-10-08', open: '5990.00' });
    const less = { ...invoice, amount: '6009.99', tax: undefined, instalments: [{ ...one, amount: '9.99' }, { ...two }] };
    expect(codeOf(await api.as('erp').put(`/v1/invoices/${id}`).send(less).expect(409))).toBe('instalment-has-money');
    expect(codeOf(await put([{ no: 2, amount: '12000.00', dueDate: '2026-11-01' }]).expect(409))).toBe('instalment-has-money');
    const back = await put(invoice.instalments).expect(200);
    expect(back.body.receivables.map((r: { open: string }) => r.open)).toEqual(['5990.00', '6000.00']);
    expect(await receivable(`${id}:3`)).toMatchObject({ open: '0.00', withdrawn: true });
  });

  test.each([
    ['a sum that is not the amount', { amount: '12000.01' }, 'instalments-sum', '/instalments'],
    ['a date in the future', { issueDate: '2026-10-11' }, 'date-in-future', '/issueDate'],
    ['an unknown customer', { customer: 'C-none' }, 'customer-unknown', '/customer'],
    ['an unknown ladder', { ladder: 'none' }, 'policy-unknown', '/ladder'],
    ['an unknown field', { stage: 'closed' }, 'invalid', '/stage'],
    ['too many decimals', { amount: '12000.001' }, 'amount-fraction', '/amount'],
    ['an exponent', { amount: '1e309' }, 'amount-malformed', '/amount'],
    ['nineteen digits', { amount: '1234567890123456789' }, 'amount-too-large', '/amount'],
    ['zero, in instalments that are not', { amount: '0.00' }, 'instalments-sum', '/instalments'],
    ['a negative amount', { amount: '-5.00' }, 'amount-not-positive', '/amount'],
    ['an unknown currency', { currency: 'XXX' }, 'currency-unknown', '/currency'],
  ])('%s is refused by code and place, and nothing is written', async (_, change, code, pointer) => {
    const before = await api.written();
    const res = await api
      .as('erp')
      .put('/v1/invoices/INV-bad')
      .send({ ...invoice, ...change })
      .expect(422);
    expect(codesOf(res)).toContain(code);
    expect(pointersOf(res)).toContain(pointer);
    expect(await api.written()).toBe(before);
  });
});

describe('payments', () => {
  test('go where the debtor says, the same document is the same payment, other content is refused', async () => {
    const id = await posted();
    const body = {
      externalId: 'P-1',
      amount: '6000.00',
      reference: id,
      allocations: [{ invoice: id, instalment: 1, amount: '6000.00' }],
    };
    const res = await pay(body).expect(201);
    const first = (await receivable(`${id}:1`)).id;
    expect(res.body).toEqual({
      id: expect.any(String),
      allocations: [{ receivableId: first, amount: '6000.00' }],
      unapplied: '0.00',
    });
    expect((await pay(body).expect(200)).body).toEqual(res.body);
    expect(codeOf(await pay({ ...body, amount: '6001.00' }).expect(409))).toBe('already-exists');
    const read = await api.as('erp').get('/v1/payments/P-1').expect(200);
    expect(read.body).toMatchObject({
      amount: '6000.00',
      allocations: [{ invoice: id, instalment: 1, amount: '6000.00', reversedAt: null }],
    });
  });

  test('what is more than is open stays unapplied, and can be allocated later', async () => {
    await api.as('erp').put('/v1/customers/C-2').send(customer).expect(201);
    const paid = await pay({ externalId: 'P-2', customer: 'C-2', amount: '7000.00' }).expect(201);
    expect(paid.body).toMatchObject({ allocations: [], unapplied: '7000.00' });
    const id = await posted({ customer: 'C-2' });
    expect(await receivable(`${id}:1`)).toMatchObject({ open: '6000.00' });
    const allocated = await api.as('erp').post('/v1/payments/P-2/allocate').send({}).expect(200);
    expect(allocated.body).toMatchObject({ unapplied: '0.00' });
    expect(allocated.body.allocations.map((a: { amount: string }) => a.amount)).toEqual(['6000.00', '1000.00']);
    expect(await receivable(`${id}:2`)).toMatchObject({ open: '5000.00' });
  });

  test('a reversal restores every balance to the cent, once', async () => {
    const id = await posted();
    await pay({ externalId: 'P-3', amount: '6000.01', allocations: [{ invoice: id, amount: '6000.01' }] }).expect(201);
    expect(await receivable(`${id}:2`)).toMatchObject({ open: '5999.99' });
    const res = await api.as('erp').post('/v1/payments/P-3/reverse').send({ reason: 'Bounced' }).expect(200);
    expect(res.body.restored.map((r: { amount: string }) => r.amount)).toEqual(['6000.00', '0.01']);
    expect([await receivable(`${id}:1`), await receivable(`${id}:2`)]).toMatchObject([{ open: '6000.00' }, { open: '6000.00' }]);
    expect(codeOf(await api.as('erp').post('/v1/payments/P-3/reverse').send({}).expect(409))).toBe('already-reversed');
  });

  test.each([
    [
      'more than the line has open',
      { allocations: [{ invoice: 'INV-A', instalment: 1, amount: '6000.01' }] },
      'amount-exceeds-open',
    ],
    [
      'lines over more than was paid',
      { amount: '5.00', allocations: [{ invoice: 'INV-A', amount: '6.00' }] },
      'amount-exceeds-payment',
    ],
    ['an unknown invoice', { allocations: [{ invoice: 'INV-none', amount: '1.00' }] }, 'invoice-unknown'],
    ['an unknown instalment', { allocations: [{ invoice: 'INV-A', instalment: 9, amount: '1.00' }] }, 'receivable-unknown'],
    ['a day in the future', { receivedOn: '2026-10-11' }, 'date-in-future'],
  ])('%s is refused, and nothing is written', async (_, change, code) => {
    const before = await api.written();
    expect(codeOf(await pay({ externalId: 'P-bad', amount: '9000.00', ...change }).expect(422))).toBe(code);
    expect(await api.written()).toBe(before);
  });

  test('a credit note goes to the open instalments by due date, and what is said to be on account stays so', async () => {
    const id = await posted();
    const note = {
      externalId: 'CN-1',
      customer: 'C-1001',
      invoice: id,
      currency: 'CNY',
      issuedOn: '2026-10-05',
      reason: 'Returned goods',
      onAccount: true,
    };
    const res = await api
      .as('erp')
      .post('/v1/credit-notes')
      .send({ ...note, amount: '12500.00' })
      .expect(201);
    expect(res.body.allocations.map((a: { amount: string }) => a.amount)).toEqual(['6000.00', '6000.00']);
    expect(res.body.unapplied).toBe('500.00');
    await api
      .as('erp')
      .post('/v1/credit-notes')
      .send({ ...note, amount: '12500.00' })
      .expect(200);
    expect(
      codeOf(
        await api
          .as('erp')
          .post('/v1/credit-notes')
          .send({ ...note, amount: '1.00' })
          .expect(409),
      ),
    ).toBe('already-exists');
  });
});

describe('receivables', () => {
  test('say where they stand, what comes next and why, in the language asked for', async () => {
    const id = await posted();
    const body = await receivable(`${id}:2`);
    expect(body).toMatchObject({
      customer: 'C-1001',
      invoice: id,
      instalment: 2,
      stage: 'scheduled',
      outcome: null,
      open: '6000.00',
      disputed: '0.00',
      plan: { step: 'notice', rung: 'statement', at: expect.stringMatching(/^2026-10-2\dT/) },
      limitation: { expiresOn: '2029-11-01', restartedBy: null },
    });
    expect(body.rungs.map((rung: { state: string }) => rung.state)).toEqual([
      'planned',
      'planned',
      'planned',
      'planned',
      'planned',
      'planned',
    ]);
    const zh = await api.as('collector').get(`/v1/receivables/${id}:2`).set('Accept-Language', 'zh').expect(200);
    expect(zh.body.plan.why).toMatch(/计划/);
  });

  test('are found by customer, invoice, due date and stage, page by page', async () => {
    const id = await posted();
    const ids = async (query: string) =>
      (await api.as('auditor').get(`/v1/receivables?${query}`).expect(200)).body.data.map(
        (r: { instalment: number }) => r.instalment,
      );
    expect(await ids(`invoice=${id}`)).toEqual([1, 2]);
    expect(await ids(`invoice=${id}&sort=-dueDate`)).toEqual([2, 1]);
    expect(await ids(`customer=C-1001&invoice=${id}&dueFrom=2026-10-02&dueTo=2026-11-01&stage=scheduled&outcome=none`)).toEqual([
      2,
    ]);
    expect(await ids(`invoice=${id}&outcome=paid`)).toEqual([]);
    const page = await api.as('auditor').get(`/v1/receivables?invoice=${id}&limit=1`).expect(200);
    expect(await ids(`invoice=${id}&limit=1&cursor=${page.body.nextCursor}`)).toEqual([2]);
    await api.as('auditor').get('/v1/receivables?stage=none').expect(422);
  });

  test('take disputes up to what is open and undisputed, resolved once', async () => {
    const id = await posted();
    const dispute = (amount: string) =>
      api.as('collector').post(`/v1/receivables/${id}:1/disputes`).send({ amount, category: 'quality', note: 'broken' });
    const opened = await dispute('4000.00').expect(201);
    expect(opened.body).toMatchObject({ id: expect.any(String), state: 'open', role: 'credit_officer' });
    expect(codeOf(await dispute('2000.01').expect(422))).toBe('amount-exceeds-open');
    expect(await receivable(`${id}:1`)).toMatchObject({ disputed: '4000.00', disputes: [{ state: 'open', amount: '4000.00' }] });
    const resolve = () =>
      api.as('credit_officer').post(`/v1/disputes/${opened.body.id}/resolution`).send({ state: 'rejected', note: 'signed' });
    expect((await resolve().expect(200)).body).toEqual({ id: opened.body.id, state: 'rejected' });
    expect(codeOf(await resolve().expect(409))).toBe('dispute-closed');
    expect(await receivable(`${id}:1`)).toMatchObject({ disputed: '0.00' });
  });

  test('take promises for today or later, by a contact of the customer', async () => {
    const id = await posted();
    const promise = (body: object) =>
      api
        .as('collector')
        .post(`/v1/receivables/${id}:1/promises`)
        .send({ amount: '6000.00', on: '2026-11-30', by: 'c1', note: '', ...body });
    expect((await promise({}).expect(201)).body).toEqual({ id: expect.any(String), state: 'pending' });
    expect(codeOf(await promise({ on: '2026-10-09' }).expect(422))).toBe('promise-date-past');
    expect(codeOf(await promise({ amount: '6000.01' }).expect(422))).toBe('amount-exceeds-open');
    expect(pointersOf(await promise({ by: 'nobody' }).expect(422))).toEqual(['/by']);
  });

  test('are written off by two people, with a reason', async () => {
    const id = await posted();
    const off = (role: 'collector' | 'finance_director', body: object) =>
      api.as(role).post(`/v1/receivables/${id}:1/write-off`).send(body);
    await off('collector', { reason: 'gone' }).expect(403);
    expect(pointersOf(await off('finance_director', {}).expect(422))).toEqual(['/reason']);
    await approve(api, actOf(await off('finance_director', { amount: '1000.00', reason: 'Settled' })), 'credit_manager');
    expect(await receivable(`${id}:1`)).toMatchObject({ open: '5000.00' });
    await approve(api, actOf(await off('finance_director', { reason: 'Insolvent' })), 'credit_manager');
    expect(codeOf(await off('finance_director', { reason: 'Again' }).expect(409))).toBe('receivable-closed');
  });

  test('of other owners are not there for sales', async () => {
    const id = await posted({ customer: 'C-9' });
    await api.as('sales').get(`/v1/receivables/${id}:1`).expect(404);
    await api
      .as('sales')
      .post(`/v1/receivables/${id}:1/disputes`)
      .send({ amount: '1.00', category: 'other', note: '' })
      .expect(404);
    expect((await api.as('sales').get('/v1/receivables?customer=C-9').expect(200)).body.data).toEqual([]);
  });
});

test('the timeline tells all of it in the order in which it happened, in both languages and over pages', async () => {
  await api.as('erp').put('/v1/customers/C-T').send(customer).expect(201);
  const id = await posted({ customer: 'C-T' });
  await pay({ externalId: 'P-T', customer: 'C-T', amount: '100.00', reference: id }).expect(201);
  await api
    .as('collector')
    .post(`/v1/receivables/${id}:1/promises`)
    .send({ amount: '50.00', on: '2026-11-30', by: 'c1', note: '' })
    .expect(201);
  const call = { customer: 'C-T', kind: 'call', outcome: 'Asked for papers', at: '2026-08-03T02:00:00Z' };
  await api.as('collector').post('/v1/contacts').send(call).expect(201);
  const words = async (language: string) =>
    (await api.as('collector').get('/v1/customers/C-T/timeline').set('Accept-Language', language).expect(200)).body.data.map(
      (entry: { words: string }) => entry.words,
    );
  expect(await words('en')).toEqual([
    `CNY 50.00 of ${id}/1 promised for 2026-11-30`,
    'Payment P-T received on 2026-10-05: CNY 100.00',
    `Invoice ${id} posted: CNY 12,000.00`,
    'Profile facts recorded: Beds of the hospital',
    'Customer created',
    'Call logged: Asked for papers',
  ]);
  const pages: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { body: { data: { words: string }[]; nextCursor: string | null } } = await api
      .as('collector')
      .get(`/v1/customers/C-T/timeline?limit=2${cursor && `&cursor=${cursor}`}`)
      .expect(200);
    pages.push(...page.body.data.map((entry) => entry.words));
    cursor = page.body.nextCursor;
  }
  expect(pages).toEqual(await words('en'));
  expect((await words('zh'))[1]).toBe('2026年10月5日收到付款 P-T：人民币 100.00 元');
});
