import { sql } from 'kysely';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey, revokeApiKey } from '../../store/access/api-keys.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { actOf, approve, openGoLive } from '../support/two-persons.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ business: '2026-10-10T02:00:00.000Z' });
  await openGoLive(api, '2026-10-01', '2026-10-31');
});
afterAll(() => api.close());

let count = 0;
async function customer(limit: string | null = '1000.00', more: object = {}): Promise<string> {
  const id = `C-${(count += 1)}`;
  const body = {
    name: `Customer ${id}`,
    type: 'dealer',
    region: 'SH',
    currency: 'CNY',
    terms: { days: 30 },
    owner: 'lin',
    contacts: [],
    ...more,
  };
  await api.as('erp').put(`/v1/customers/${id}`).send(body).expect(201);
  const grant = { externalId: `L-${id}`, customer: id, amount: limit, currency: 'CNY', reason: 'going live' };
  if (limit !== null) await api.as('credit_manager').post('/v1/credit-limits').send(grant).expect(201);
  return id;
}
const order = (of: string, unitPrice: string, more: object = {}) => ({
  customer: of,
  currency: 'CNY',
  requestedShipDate: '2026-10-20',
  lines: [{ line: 1, item: 'A-1', productLine: 'imaging', quantity: '2', unitPrice }],
  ...more,
});
const put = (id: string, body: object) => api.as('erp').put(`/v1/orders/${id}`).send(body);

describe('PUT /v1/orders', () => {
  test('answers decision, exposure before and after, limit and policy version', async () => {
    const id = await customer();
    const { body } = await put(`${id}-1`, order(id, '300.00')).expect(201);
    expect(body).toMatchObject({
      externalId: `${id}-1`,
      decision: 'approved',
      state: 'open',
      changed: true,
      reasons: [],
      exposure: { before: '0.00', after: '600.00', limit: '1000.00', currency: 'CNY' },
      policyVersion: 'credit-rules/1',
    });
    const again = await put(`${id}-1`, order(id, '300.00')).expect(200);
    expect(again.body).toEqual({ ...(body as object), changed: false });
  });

  test('says why an order is held, with figures and what would change it, in the language asked for', async () => {
    const id = await customer();
    const { body } = await put(`${id}-1`, order(id, '600.00')).expect(201);
    expect(body).toMatchObject({
      decision: 'held',
      orderHoldId: expect.any(String) as string,
      reasons: [
        {
          code: 'limit-exceeded',
          figures: { limit: '1000.00', before: '0.00', after: '1200.00', over: '200.00', currency: 'CNY' },
        },
      ],
    });
    expect((body as { reasons: { message: string }[] }).reasons[0]?.message).toMatch(/200\.00 too much\. A payment/);
    const zh = await put(`${id}-1`, order(id, '600.00')).set('Accept-Language', 'zh').expect(200);
    expect((zh.body as { reasons: { message: string }[] }).reasons[0]?.message).toMatch(/超出人民币 200\.00 元/);
    const { body: shown } = await api.as('sales').get(`/v1/orders/${id}-1`).expect(200);
    expect(shown).toMatchObject({
      decision: 'held',
      lines: [{ amount: '1200.00', buckets: { held: '1200.00', reserved: '0.00' } }],
    });
  });

  test('a missing rate concerns that item alone: it is shown and asked for, and orders and the exposure go on without it', async () => {
    const id = await customer('1000.00');
    const document = { customer: id, issueDate: '2026-10-01', amount: '50.00', currency: 'EUR' };
    await api
      .as('erp')
      .put(`/v1/invoices/${id}-U`)
      .send({ ...document, number: `${id}-U` })
      .expect(201);
    const exposure = async () => (await api.as('erp').get(`/v1/customers/${id}/exposure`).expect(200)).body.payer;
    const tasks = async (): Promise<string[]> =>
      (await api.as('credit_manager').get('/v1/tasks?limit=100').expect(200)).body.data
        .filter((one: { kind: string }) => one.kind === 'rate-missing')
        .map((one: { subject: string }) => one.subject);
    expect(await exposure()).toMatchObject({ exposure: '0.00', unconverted: [{ currency: 'EUR', amount: '50.00' }] });
    expect(await tasks()).toEqual(['rate EUR/CNY']);
    expect((await put(`${id}-1`, order(id, '300.00')).expect(201)).body).toMatchObject({ decision: 'approved' });
    const shown = await api.as('erp').get(`/v1/customers/${id}`).expect(200);
    expect(shown.body.balances.map((one: { currency: string }) => one.currency)).toContain('EUR');
    const rate = { base: 'EUR', quote: 'CNY', on: '2026-10-09', rate: '7.1', source: 'bank' };
    await api.as('credit_manager').post('/v1/exchange-rates').send(rate).expect(201);
    expect(await exposure()).toMatchObject({ exposure: '955.00', unconverted: [] });
    expect(await tasks()).toEqual([]);
    expect((await put(`${id}-2`, order(id, '30.00')).expect(201)).body).toMatchObject({ decision: 'held' });
  });

  test('a rate far from those around its day waits for a second person, and steps of one day count together', async () => {
    const rate = (value: string, on = '2026-10-08') =>
      api.as('erp').post('/v1/exchange-rates').send({ base: 'NOK', quote: 'CNY', on, rate: value, source: 'bank' });
    const onFile = async () =>
      ((await api.as('erp').get('/v1/exchange-rates?base=NOK').expect(200)).body as { data: { rate: string }[] }).data.map(
        (one) => Number(one.rate),
      );
    await rate('7.1').expect(201);
    await rate('7.12', '2026-10-09').expect(201);
    const act = actOf(await rate('0.0001'));
    expect(actOf(await rate('0.0001'))).toBe(act);
    expect(await onFile()).toEqual([7.12, 7.1]);
    const seen = await api.as('auditor').get(`/v1/pending-acts/${act}`).expect(200);
    expect(seen.body).toMatchObject({ kind: 'exchange-rate', what: { rate: '0.0001', onFile: ['7.12', '7.1'] } });
    await rate('5.5').expect(200);
    expect((await api.as('auditor').get(`/v1/pending-acts/${act}`).expect(200)).body).toMatchObject({ state: 'withdrawn' });
    const second = actOf(await rate('4.5'));
    await approve(api, second, 'credit_manager');
    expect(await onFile()).toEqual([7.12, 4.5]);
  });

  test('a rate of a day long before all on file, which counts until the first of them, is held against that', async () => {
    const rate = (value: string, on: string) =>
      api.as('erp').post('/v1/exchange-rates').send({ base: 'NZD', quote: 'CNY', on, rate: value, source: 'bank' });
    await rate('1.1', '2026-10-01').expect(201);
    actOf(await rate('0.4', '2026-08-01'));
    await rate('1.0', '2026-08-01').expect(201);
    actOf(await rate('1.6', '2026-06-20'));
  });

  test('an order in a currency without a rate is held by a reason of its own, in words, and takes nothing of the limit', async () => {
    const id = await customer('1000.00');
    const { body } = await put(`${id}-1`, order(id, '50.00', { currency: 'SGD' })).expect(201);
    expect(body).toMatchObject({
      decision: 'held',
      reasons: [
        {
          code: 'rate-missing',
          figures: { from: 'SGD', to: 'CNY' },
          message: expect.stringMatching(/no exchange rate from SGD/),
        },
      ],
    });
    const zh = await put(`${id}-1`, order(id, '50.00', { currency: 'SGD' }))
      .set('Accept-Language', 'zh')
      .expect(200);
    expect(zh.body.reasons[0].message).toMatch(/SGD 兑 CNY 的汇率/);
    const { payer } = (await api.as('erp').get(`/v1/customers/${id}/exposure`).expect(200)).body;
    expect(payer).toMatchObject({ exposure: '0.00', headroom: '1000.00' });
    expect((await put(`${id}-2`, order(id, '450.00')).expect(201)).body).toMatchObject({ decision: 'approved' });
  });

  test('an unknown customer, an order worth nothing or too much: 4xx, and nothing reserved', async () => {
    const id = await customer();
    await put('X-1', order('C-none', '1.00'))
      .expect(422)
      .expect(({ body }) => expect(body).toMatchObject({ code: 'customer-unknown', errors: [{ pointer: '/customer' }] }));
    await put('X-3', order(id, '0.00')).expect(422);
    await put(
      'X-4',
      order(id, '99999999999.00', { lines: [{ line: 1, item: 'A', quantity: '999999999999', unitPrice: '99999999999.00' }] }),
    ).expect(422);
    const line = { line: 1, item: 'A', quantity: '1', unitPrice: '1.00' };
    await put('X-5', order(id, '1.00', { lines: [line, line] })).expect(422);
    for (const quantity of ['0', '-1', '1e3', 'NaN', '1.1234567'])
      await put('X-6', order(id, '1.00', { lines: [{ ...line, quantity }] })).expect(422);
    const { body } = await api.as('erp').get(`/v1/customers/${id}/exposure`).expect(200);
    expect(body).toMatchObject({ payer: { exposure: '0.00', limit: '1000.00', headroom: '1000.00' }, documents: [] });
    for (const x of [1, 3, 4, 5, 6]) await api.as('erp').get(`/v1/orders/X-${x}`).expect(404);
  });

  test('sales sees own orders only, and may not put one; nobody puts a limit by hand once one was applied for', async () => {
    const id = await customer('1000.00', { owner: 'somebody-else' });
    await put(`${id}-1`, order(id, '1.00')).expect(201);
    await api.as('sales').get(`/v1/orders/${id}-1`).expect(404);
    await api.as('sales').get(`/v1/customers/${id}/exposure`).expect(404);
    await api.as('sales').put(`/v1/orders/${id}-2`).send(order(id, '1.00')).expect(403);
    await api
      .as('erp')
      .post('/v1/credit-limits')
      .send({ externalId: 'no', customer: id, amount: '1.00', currency: 'CNY', reason: 'x' })
      .expect(403);
  });
});

test('a key that is revoked ends at its very next order, though the caller is remembered', async () => {
  const id = await customer();
  const { key, secret } = await createApiKey(api.store, { name: 'soon revoked', role: 'erp' });
  const send = (n: number) =>
    request(api.app).put(`/v1/orders/${id}-R${n}`).set('Authorization', `Bearer ${secret}`).send(order(id, '1.00'));
  await send(1).expect(201);
  await revokeApiKey(api.store, key.id, { kind: 'system', id: 'test', role: 'system', scope: {} }, 'left the company');
  await send(2).expect(401);
  await api.as('erp').get(`/v1/orders/${id}-R2`).expect(404);
});

describe('an order on its way', () => {
  test('is shipped, invoiced and paid, and the exposure shows what each bucket is made of', async () => {
    const id = await customer();
    await put(`${id}-1`, order(id, '400.00')).expect(201);
    const issue = { externalId: `${id}-D`, order: `${id}-1`, lines: [{ line: 1, quantity: '1' }], issuedOn: '2026-10-10' };
    await api
      .as('erp')
      .post('/v1/shipments')
      .send(issue)
      .expect(201)
      .expect(({ body }) => expect(body).toMatchObject({ amount: '400.00', changed: true }));
    await api
      .as('erp')
      .post('/v1/shipments')
      .send({ ...issue, deliveredOn: '2026-10-10' })
      .expect(200)
      .expect(({ body }) => expect(body).toMatchObject({ changed: true, deliveredOn: '2026-10-10' }));
    await api
      .as('erp')
      .post('/v1/shipments')
      .send({ ...issue, issuedOn: '2026-10-11', externalId: 'later' })
      .expect(422);
    const { body } = await api.as('credit_officer').get(`/v1/customers/${id}/exposure`).expect(200);
    expect(body).toMatchObject({
      horizon: '2027-01-08',
      payer: { exposure: '800.00', headroom: '200.00' },
      accounts: [
        {
          buckets: { reserved: '400.00', delivered: '400.00', open: '0.00' },
          dated: [{ bucket: 'reserved', on: '2026-10-20', amount: '400.00' }],
        },
      ],
      documents: [
        { bucket: 'delivered', document: 'order', externalId: `${id}-1`, amount: '400.00' },
        { bucket: 'reserved', document: 'order', externalId: `${id}-1`, amount: '400.00' },
      ],
    });
    await api
      .as('erp')
      .post(`/v1/orders/${id}-1/close`)
      .send({ reason: 'rest not wanted' })
      .expect(200)
      .expect(({ body: closed }) =>
        expect(closed).toMatchObject({ state: 'closed', lines: [{ buckets: { delivered: '400.00', cancelled: '400.00' } }] }),
      );
    await api
      .as('erp')
      .post(`/v1/orders/${id}-1/reopen`)
      .send({})
      .expect(200)
      .expect(({ body: judged }) =>
        expect(judged).toMatchObject({ decision: 'approved', exposure: { before: '400.00', after: '800.00' } }),
      );
  });

  test('security and rates are recorded, corrected and listed; a repeated reopening with its key is one', async () => {
    const id = await customer();
    const security = {
      customer: id,
      kind: 'guarantee',
      effect: 'raises-limit',
      value: '500.00',
      currency: 'CNY',
      share: '0.5',
      validFrom: '2026-01-01',
      evidence: { document: 'G-1' },
    };
    const given = await api.as('credit_officer').put(`/v1/securities/S-${id}`).set('Accept-Language', 'zh').send(security);
    expect(given.body).toMatchObject({ reason: '未说明理由', decisionReason: null });
    await approve(api, actOf(given), 'credit_manager');
    await api
      .as('credit_officer')
      .put(`/v1/securities/S-${id}`)
      .send(security)
      .expect(200)
      .expect(({ body }) => expect(body).toMatchObject({ changed: false }));
    await put(`${id}-1`, order(id, '625.00')).expect(({ body }) =>
      expect(body).toMatchObject({ decision: 'approved', exposure: { limit: '1250.00' } }),
    );
    const back = await api.as('credit_officer').post(`/v1/securities/S-${id}/release`).send({ reason: 'given back' });
    await approve(api, actOf(back), 'credit_manager');
    await api
      .as('erp')
      .post('/v1/exchange-rates')
      .send({ base: 'USD', quote: 'CNY', on: '2026-10-10', rate: '7.1', source: 'test' })
      .expect(201);
    await api
      .as('erp')
      .get('/v1/exchange-rates?base=USD')
      .expect(200)
      .expect(({ body }) => expect(body).toMatchObject({ data: [{ rate: '7.1000000000' }] }));
    await api
      .as('erp')
      .post('/v1/exchange-rates')
      .send({ base: 'USD', quote: 'USD', on: '2026-10-10', rate: '1', source: 'test' })
      .expect(422);
    await api.as('erp').post(`/v1/orders/${id}-1/cancel`).send({}).expect(200);
    const reopen = () => api.as('erp').post(`/v1/orders/${id}-1/reopen`).set('Idempotency-Key', `${id}-re`).send({});
    const first = await reopen().expect(200);
    expect(first.body).toMatchObject({ decision: 'held' });
    const again = await reopen().expect(200).expect('Idempotency-Replayed', 'true');
    expect(again.body).toEqual(first.body);
    const { body } = await api.as('erp').get(`/v1/credit-limits?customer=${id}`).expect(200);
    expect(body).toMatchObject({ data: [{ kind: 'standing', amount: '1000.00', revokedAt: null }] });
  });
});

describe('money in another currency than what it pays', () => {
  const owes = async (amount = '500.00'): Promise<string> => {
    const id = await customer('100000.00');
    const body = { customer: id, number: `${id}-A`, issueDate: '2026-09-01', currency: 'CNY', amount };
    await api.as('erp').put(`/v1/invoices/${id}-A`).send(body).expect(201);
    return id;
  };
  const pay = (id: string, more: object) =>
    api
      .as('erp')
      .post('/v1/payments')
      .send({ externalId: `${id}-P`, customer: id, amount: '70.20', currency: 'HKD', receivedOn: '2026-10-05', ...more });
  const read = async (path: string) => (await api.as('credit_officer').get(path).expect(200)).body;
  const open = async (id: string): Promise<string> => (await read(`/v1/invoices/${id}-A`)).open;
  const record = (base: string, on: string, rate: string) =>
    api.as('credit_manager').post('/v1/exchange-rates').send({ base, quote: 'CNY', on, rate, source: 'bank' }).expect(201);

  test('settles it by the rate on file of the day it came: a small difference is booked, a larger one stays open or over', async () => {
    await record('HKD', '2026-10-01', '7.10');
    await record('HKD', '2026-10-08', '9.99');
    const id = await owes();
    const posted = await pay(id, { reference: `${id}-A` }).expect(201);
    expect(posted.body).toMatchObject({ allocations: [{ amount: '500.00' }], unapplied: '0.00' });
    expect(await read(`/v1/payments/${id}-P`)).toMatchObject({
      ...{ amount: '500.00', currency: 'CNY' },
      exchange: { currency: 'HKD', amount: '70.20', rate: '7.1', source: 'file', difference: '-1.58' },
    });
    const told = (await api.as('auditor').get(`/v1/customers/${id}/timeline`).expect(200)).body.data;
    expect(told.map((one: { kind: string }) => one.kind)).toContain('payment.exchange-difference');
    expect(await open(id)).toBe('0.00');
    expect((await read(`/v1/customers/${id}/exposure`)).payer).toMatchObject({ exposure: '0.00', unconverted: [] });
    await pay(id, { reference: `${id}-A` }).expect(200);
    await api.as('erp').post(`/v1/payments/${id}-P/reverse`).send({ reason: 'returned' }).expect(200);
    expect(await open(id)).toBe('500.00');
    const short = await owes();
    await pay(short, { amount: '50.00', allocations: [{ invoice: `${short}-A`, amount: '50.00' }] }).expect(201);
    expect(await open(short)).toBe('145.00');
    const over = await owes();
    expect((await pay(over, { amount: '80.00', reference: `${over}-A` }).expect(201)).body).toMatchObject({ unapplied: '68.00' });
  });

  test('settles what the bank credited for it', async () => {
    const id = await owes();
    await pay(id, { currency: 'GBP', converted: { currency: 'CNY', amount: '501.20' }, reference: `${id}-A` }).expect(201);
    expect(await read(`/v1/payments/${id}-P`)).toMatchObject({
      ...{ amount: '500.00', currency: 'CNY', unapplied: '0.00' },
      exchange: { currency: 'GBP', amount: '70.20', rate: null, source: 'bank', difference: '1.20' },
    });
    expect(await open(id)).toBe('0.00');
    const part = await owes();
    await pay(part, { currency: 'GBP', converted: { currency: 'CNY', amount: '300.00' } }).expect(201);
    expect(await open(part)).toBe('200.00');
    const same = { currency: 'CNY', converted: { currency: 'CNY', amount: '70.20' } };
    expect((await pay(await owes(), same)).status).toBe(422);
  });

  test('settles nothing by what a bank says when that is far from the rate on file: a task until a person decides', async () => {
    await record('SGD', '2026-10-01', '5');
    const id = await owes();
    const far = { currency: 'SGD', amount: '100.00', converted: { currency: 'CNY', amount: '751.00' }, reference: `${id}-A` };
    expect((await pay(id, far).expect(201)).body).toMatchObject({ allocations: [], unapplied: '100.00' });
    expect(await open(id)).toBe('500.00');
    const task = (await read(`/v1/tasks?customer=${id}`)).data.find((one: { kind: string }) => one.kind === 'unapplied-money');
    expect(task.why).toMatchObject({ payment: `${id}-P`, doubted: { currency: 'CNY', amount: '751.00' } });
    await api.as('credit_officer').post(`/v1/payments/${id}-P/allocate`).send({ reason: 'by the rate on file' }).expect(200);
    expect(await open(id)).toBe('0.00');
    const near = await owes();
    await pay(near, { ...far, converted: { currency: 'CNY', amount: '749.00' }, reference: `${near}-A` }).expect(201);
    expect(await read(`/v1/payments/${near}-P`)).toMatchObject({ currency: 'CNY', unapplied: '249.00' });
  });

  test('settles an invoice that comes after it, by the rate of its day, and waits for that rate while there is none', async () => {
    await record('CHF', '2026-10-01', '7.10');
    const bills = async (id: string) => {
      const body = { customer: id, number: `${id}-A`, issueDate: '2026-10-06', currency: 'CNY', amount: '500.00' };
      return (await api.as('erp').put(`/v1/invoices/${id}-A`).send(body).expect(201)).body;
    };
    const first = await customer('100000.00');
    const posted = await pay(first, { currency: 'CHF', reference: `for ${first}-A` }).expect(201);
    expect(posted.body).toMatchObject({ allocations: [], unapplied: '70.20' });
    expect(await bills(first)).toMatchObject({ receivables: [{ open: '0.00' }] });
    expect(await read(`/v1/payments/${first}-P`)).toMatchObject({
      ...{ amount: '500.00', currency: 'CNY', unapplied: '0.00', exchange: { currency: 'CHF', difference: '-1.58' } },
    });
    const second = await customer('100000.00');
    await pay(second, { currency: 'THB', amount: '2500.00', reference: `${second}-A` }).expect(201);
    await bills(second);
    const tasks = async (): Promise<string[]> =>
      (await read('/v1/tasks?limit=100')).data.map((one: { subject: string }) => one.subject);
    expect([await open(second), (await tasks()).includes('rate THB/CNY')]).toEqual(['500.00', true]);
    await record('THB', '2026-10-05', '0.2');
    const after = await tasks();
    expect([await open(second), after.includes('rate THB/CNY'), after.includes(`payment ${second}-P`)]).toEqual([
      '0.00',
      false,
      false,
    ]);
    const third = await customer('100000.00');
    await pay(third, { currency: 'CHF', reference: 'of another matter' }).expect(201);
    expect(await bills(third)).toMatchObject({ receivables: [{ open: '500.00' }] });
    expect((await sql`select * from exposure_drift()`.execute(api.store.db)).rows).toEqual([]);
  });

  test('waits alone, with a task, while there is no rate, and settles by itself when the rate of its day is on file', async () => {
    const id = await owes();
    const lines = { allocations: [{ invoice: `${id}-A`, amount: '10000' }] };
    const posted = await pay(id, { currency: 'JPY', amount: '10000', ...lines });
    expect(posted.body).toMatchObject({ allocations: [], unapplied: '10000' });
    const tasks = async (): Promise<string[]> =>
      (await read('/v1/tasks?limit=100')).data.map((one: { subject: string }) => one.subject);
    expect(await tasks()).toContain('rate JPY/CNY');
    expect((await put(`${id}-1`, order(id, '300.00')).expect(201)).body).toMatchObject({ decision: 'approved' });
    const allocate = () => api.as('credit_officer').post(`/v1/payments/${id}-P/allocate`).send(lines);
    expect((await allocate()).body).toMatchObject({ code: 'rate-missing' });
    await record('JPY', '2026-10-06', '0.06');
    expect([await open(id), (await tasks()).includes('rate JPY/CNY')]).toEqual(['500.00', true]);
    await record('JPY', '2026-10-05', '0.05');
    const after = await tasks();
    expect([after.includes('rate JPY/CNY'), after.includes(`payment ${id}-P`)]).toEqual([false, false]);
    expect(await read(`/v1/payments/${id}-P`)).toMatchObject({
      ...{ amount: '500.00', currency: 'CNY', unapplied: '0.00', exchange: { rate: '0.05', source: 'file' } },
    });
    expect(await open(id)).toBe('0.00');
    expect((await read(`/v1/customers/${id}/exposure`)).payer).toMatchObject({ exposure: '600.00', unconverted: [] });
  });

  test('a bill of a payer that is converted once its rate is on file counts in the currency it settles, and accounts equal their documents', async () => {
    const payer = await customer('100000.00');
    const id = await customer(null, { payer });
    const invoice = { customer: id, number: `${id}-A`, issueDate: '2026-09-01', currency: 'CNY', amount: '500.00' };
    await api.as('erp').put(`/v1/invoices/${id}-A`).send(invoice).expect(201);
    const allocations = [{ invoice: `${id}-A`, amount: '700.00' }];
    const bill = { customer: payer, currency: 'SEK', amount: '700.00', clearsOn: '2026-12-01' };
    await pay(id, { ...bill, allocations }).expect(201);
    const position = async () => (await read(`/v1/customers/${payer}/exposure`)).payer;
    expect(await position()).toMatchObject({ exposure: '500.00' });
    await record('SEK', '2026-10-05', '0.715');
    expect(await open(id)).toBe('0.00');
    expect(await position()).toMatchObject({ exposure: '500.00', unconverted: [] });
    expect((await sql`select * from exposure_drift()`.execute(api.store.db)).rows).toEqual([]);
  });

  test('a missing rate does not keep the rest of the money from items in its own currency', async () => {
    const id = await owes();
    const own = (no: string, amount: string) =>
      api
        .as('erp')
        .put(`/v1/invoices/${id}-${no}`)
        .send({ customer: id, number: `${id}-${no}`, issueDate: '2026-09-01', currency: 'NOK', amount })
        .expect(201);
    await own('N1', '30.00');
    await pay(id, { currency: 'NOK', reference: `${id}-A` }).expect(201);
    const apply = (body: object) => api.as('credit_officer').post(`/v1/payments/${id}-P/allocate`).send(body);
    const line = { allocations: [{ invoice: `${id}-A`, amount: '70.20' }] };
    expect((await apply(line).expect(422)).body).toMatchObject({ code: 'rate-missing' });
    expect((await apply({ allocations: [{ invoice: `${id}-N1`, amount: '30.00' }] }).expect(200)).body).toMatchObject({
      unapplied: '40.20',
    });
    await own('N2', '20.00');
    expect((await apply({}).expect(200)).body).toMatchObject({ unapplied: '20.20' });
    expect(await open(id)).toBe('500.00');
  });

  test('a rate is asked for by the currency of the limit, whatever the currency of the customer', async () => {
    const payer = await customer('1000.00');
    const id = await customer(null, { payer, currency: 'DKK' });
    const document = { customer: id, number: `${id}-D`, issueDate: '2026-10-01', amount: '50.00', currency: 'DKK' };
    await api.as('erp').put(`/v1/invoices/${id}-D`).send(document).expect(201);
    expect((await read('/v1/tasks?limit=100')).data.map((one: { subject: string }) => one.subject)).toContain('rate DKK/CNY');
  });
});
