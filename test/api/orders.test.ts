import request from 'supertest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey, revokeApiKey } from '../../store/api-keys.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ business: '2026-10-10T02:00:00.000Z' });
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
    expect((zh.body as { reasons: { message: string }[] }).reasons[0]?.message).toMatch(/超出 200\.00/);
    const { body: shown } = await api.as('sales').get(`/v1/orders/${id}-1`).expect(200);
    expect(shown).toMatchObject({
      decision: 'held',
      lines: [{ amount: '1200.00', buckets: { held: '1200.00', reserved: '0.00' } }],
    });
  });

  test('an unknown customer, a missing rate, an order worth nothing or too much: 4xx, and nothing reserved', async () => {
    const id = await customer();
    await put('X-1', order('C-none', '1.00'))
      .expect(422)
      .expect(({ body }) => expect(body).toMatchObject({ code: 'customer-unknown', errors: [{ pointer: '/customer' }] }));
    await put('X-2', order(id, '1.00', { currency: 'USD' }))
      .expect(422)
      .expect(({ body }) => expect(body).toMatchObject({ code: 'rate-missing' }));
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
    for (const x of [1, 2, 3, 4, 5, 6]) await api.as('erp').get(`/v1/orders/X-${x}`).expect(404);
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
    };
    await api.as('credit_officer').put(`/v1/securities/S-${id}`).send(security).expect(201);
    await api
      .as('credit_officer')
      .put(`/v1/securities/S-${id}`)
      .send(security)
      .expect(200)
      .expect(({ body }) => expect(body).toMatchObject({ changed: false }));
    await put(`${id}-1`, order(id, '625.00')).expect(({ body }) =>
      expect(body).toMatchObject({ decision: 'approved', exposure: { limit: '1250.00' } }),
    );
    await api.as('credit_officer').post(`/v1/securities/S-${id}/release`).send({ reason: 'given back' }).expect(200);
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
