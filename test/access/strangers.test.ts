import request from 'supertest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKey } from '../../api/auth.ts';
import type { Actor, Role } from '../../domain/platform/actor.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { actOf, approve, openGoLive } from '../support/two-persons.ts';

/** MINE (Shanghai, of lin) and BOBS (Guangzhou, of wu) are paid for by HQ (Beijing): one account bears all three. */
let api: TestApi;
let officer: ReturnType<typeof request.agent>;

const security = (customer: string) => ({
  ...{ customer, kind: 'guarantee', effect: 'raises-limit', value: '1000.00', currency: 'CNY', share: '0.5' },
  ...{ validFrom: '2026-01-01', evidence: { reference: 'GU-1' } },
});

async function keyOf(role: Role, scope: Actor['scope']): Promise<ReturnType<typeof request.agent>> {
  const { secret } = await createApiKey(api.store, { name: `of ${role}`, role, scope });
  return request.agent(api.app).set('Authorization', `Bearer ${secret}`);
}

beforeAll(async () => {
  api = await openTestApi();
  const erp = api.as('erp');
  const put = (id: string, body: object) =>
    erp
      .put(`/v1/customers/${id}`)
      .send({ type: 'dealer', currency: 'CNY', ...body })
      .expect(201);
  const paidByHq = { terms: { days: 30 }, payer: 'HQ' };
  await put('HQ', { name: 'Head office', region: 'BJ', owner: 'zhao', terms: { days: 30 } });
  await put('MINE', { name: 'Branch of mine', region: 'SH', owner: 'lin', ...paidByHq });
  await put('BOBS', { name: 'Branch of Bob', region: 'GZ', owner: 'wu', ...paidByHq });
  for (const [customer, amount] of [
    ['MINE', '100.00'],
    ['BOBS', '900.00'],
  ] as const)
    await erp
      .put(`/v1/invoices/I-${customer}`)
      .send({ customer, number: `N-${customer}`, issueDate: '2026-08-20', currency: 'CNY', amount })
      .expect(201);
  await openGoLive(api, '2026-09-01', '2026-09-01');
  const limit = { externalId: 'L-HQ', customer: 'HQ', amount: '5000.00', currency: 'CNY', reason: 'brought along' };
  await api.as('credit_manager').post('/v1/credit-limits').send(limit).expect(201);
  officer = await keyOf('credit_officer', { regions: ['SH'] });
});
afterAll(() => api.close());

test("a shared payer's exposure shows its totals, and documents only of customers one may see", async () => {
  const documents = async (as: ReturnType<typeof request.agent>) => {
    const { body } = await as.get('/v1/customers/MINE/exposure').expect(200);
    const { documents: rows, payer } = body as { documents: { customer: string }[]; payer: { exposure: string } };
    return { customers: rows.map(({ customer }) => customer).sort(), exposure: payer.exposure };
  };
  expect(await documents(api.as('sales'))).toEqual({ customers: ['MINE'], exposure: '1000.00' });
  expect(await documents(officer)).toEqual({ customers: ['MINE'], exposure: '1000.00' });
  expect(await documents(api.as('credit_officer'))).toEqual({ customers: ['BOBS', 'MINE'], exposure: '1000.00' });
});

test('on the account of a payer one may not see nothing is given, ended or released', async () => {
  await approve(api, actOf(await api.as('credit_officer').put('/v1/securities/S-HQ').send(security('HQ'))), 'credit_manager');
  expect((await officer.post('/v1/securities/S-HQ/release').send({ reason: 'not mine' })).status).toBe(404);
  expect((await officer.post('/v1/credit-limits/L-HQ/end').send({ reason: 'not mine' })).status).toBe(404);
  const limit = { externalId: 'L-MINE', customer: 'MINE', amount: '9000.00', currency: 'CNY', reason: 'not mine' };
  for (const refused of [
    await officer.put('/v1/securities/S-MINE').send(security('MINE')),
    await officer.post('/v1/credit-limits').send(limit),
  ])
    expect([refused.status, refused.body]).toMatchObject([
      403,
      { code: 'payer-out-of-scope', errors: [{ pointer: '/customer' }] },
    ]);
  expect((await api.as('credit_officer').post('/v1/credit-limits').send(limit)).status).toBeLessThan(300);
});

test('a credential gets no bound that its role does not heed, and no wider one than its giver has', async () => {
  const make = (as: ReturnType<typeof request.agent>, body: object) => as.post('/v1/api-keys').send({ name: 'new', ...body });
  const unheeded = await make(api.as('admin'), { role: 'collector', scope: { owner: 'lin' } });
  expect([unheeded.status, unheeded.body]).toMatchObject([
    422,
    { code: 'scope-unheeded', errors: [{ pointer: '/scope/owner' }] },
  ]);
  const local = await keyOf('admin', { regions: ['SH', 'BJ'] });
  for (const scope of [undefined, { regions: ['SH', 'GZ'] }]) {
    const wide = await make(local, { role: 'credit_manager', scope });
    expect([wide.status, wide.body]).toMatchObject([403, { code: 'scope-too-wide', errors: [{ pointer: '/scope/regions' }] }]);
  }
  expect((await make(local, { role: 'credit_manager', scope: { regions: ['SH'] } })).status).toBe(201);
});

test('a key without any region is refused in the language of the reader', async () => {
  const key = { name: 'for nobody', role: 'collector', scope: { regions: [] } };
  for (const [language, detail] of [
    ['zh', '至少 1 项'],
    ['en', 'Must have at least 1 item'],
  ] as const) {
    const { status, body } = await api.as('admin').post('/v1/api-keys').set('Accept-Language', language).send(key);
    expect([status, body]).toMatchObject([422, { errors: [{ pointer: '/scope/regions', detail }] }]);
  }
});

test('a key that would be over before it begins is refused at its end', async () => {
  const key = { name: 'for yesterday', role: 'auditor', expiresAt: '2020-12-31T00:00:00Z' };
  const { body } = await api.as('admin').post('/v1/api-keys').send(key).expect(422);
  expect(body).toMatchObject({ errors: [{ pointer: '/expiresAt' }] });
});

test('an administrator of regions sees and revokes keys within them alone', async () => {
  const local = await keyOf('admin', { regions: ['SH', 'BJ'] });
  const keys: [Actor['scope'], boolean][] = [
    [{ regions: ['BJ'] }, true],
    [{ regions: ['SH', 'BJ'] }, true],
    [{ regions: ['SH', 'GZ'] }, false],
    [{}, false],
  ];
  for (const [scope, within] of keys)
    for (const proposed of [false, true]) {
      const role = proposed ? ('legal' as const) : ('auditor' as const);
      const { body } = await api.as('admin').post('/v1/api-keys').send({ name: 'one', role, scope }).expect(201);
      const { id } = body as { id: string };
      const { body: list } = await local.get('/v1/api-keys?limit=200').expect(200);
      expect([scope, (list.data as { id: string }[]).some((one) => one.id === id)]).toEqual([scope, within]);
      expect([scope, (await local.post(`/v1/api-keys/${id}/revoke`).send({})).status]).toEqual([scope, within ? 200 : 404]);
      expect((await api.as('admin').post(`/v1/api-keys/${id}/revoke`).send({})).status).toBe(200);
    }
});

test('an administrator of regions confirms keys within them alone: any other is not found, proposed or in force', async () => {
  const local = await keyOf('admin', { regions: ['SH', 'BJ'] });
  const second = await keyOf('admin', {});
  const confirm = async (as: ReturnType<typeof request.agent>, id: string) => {
    const { status, body } = await as.post(`/v1/api-keys/${id}/confirm`);
    return [status, (body as { code?: string }).code];
  };
  for (const [scope, within] of [
    [{ regions: ['BJ'] }, true],
    [{ regions: ['SH', 'GZ'] }, false],
    [{}, false],
  ] as const) {
    const { body } = await api.as('admin').post('/v1/api-keys').send({ name: 'one', role: 'legal', scope }).expect(201);
    const { id } = body as { id: string };
    const answer = within ? [200, undefined] : [404, 'not-found'];
    expect([scope, await confirm(local, id)]).toEqual([scope, answer]);
    expect(await confirm(second, id)).toEqual([200, undefined]);
    expect([scope, await confirm(local, id)]).toEqual([scope, answer]);
  }
});

test('a key that decides, or makes keys, is worth nothing until another administrator has confirmed it', async () => {
  const second = await keyOf('admin', {});
  const asked = async (secret: string) => (await request(api.app).get('/v1/me').set('Authorization', `Bearer ${secret}`)).status;
  const propose = async (role: Role) =>
    (
      await api
        .as('admin')
        .post('/v1/api-keys')
        .send({ name: `new ${role}`, role })
        .expect(201)
    ).body as Record<string, string>;
  const confirm = (as: ReturnType<typeof request.agent>, id = '') => as.post(`/v1/api-keys/${id}/confirm`);

  for (const role of ['credit_officer', 'credit_manager', 'finance_director', 'legal', 'admin'] as const) {
    const { id, secret = '', confirmedAt } = await propose(role);
    expect([confirmedAt, await asked(secret)]).toEqual([null, 401]);
    const own = await confirm(api.as('admin'), id).set('Accept-Language', 'zh');
    expect([own.status, own.body]).toMatchObject([403, { code: 'own-key', title: '由您本人提出' }]);
    const { body } = await confirm(second, id).expect(200);
    expect(body).toMatchObject({ id, role, proposedBy: expect.any(String), confirmedBy: expect.any(String) });
    expect(await asked(secret)).toBe(200);
    expect((await confirm(second, id).expect(200)).body).toEqual(body);
  }
  const { id, secret = '' } = await propose('credit_officer');
  await second.post(`/v1/api-keys/${id}/revoke`).send({ reason: 'not needed' }).expect(200);
  expect((await confirm(second, id)).status).toBe(404);
  expect(await asked(secret)).toBe(401);
  const { body: list } = await second.get('/v1/api-keys?limit=1').expect(200);
  expect(list.data).toMatchObject([{ id, confirmedAt: null, revokedAt: expect.any(String) }]);
  for (const role of ['erp', 'collector', 'logistics', 'auditor'] as const)
    expect(await asked((await propose(role))['secret'] ?? '')).toBe(200);
});

test('the key of an ERP reads limits, exposure and states, and no credit file', async () => {
  const erp = api.as('erp');
  for (const path of [
    '/v1/credit-limits?customer=MINE',
    '/v1/customers/MINE/exposure',
    '/v1/credit-applications',
    '/v1/order-holds',
  ])
    expect([path, (await erp.get(path)).status]).toEqual([path, 200]);
  const files = [
    ...['/v1/customers/MINE/profile', '/v1/customers/MINE/facts/ownership', '/v1/warnings', `/v1/credit-files/${'0'.repeat(64)}`],
    ...['credit-applications', 'order-holds', 'shipment-holds'].map((kind) => `/v1/${kind}/01980000-0000-7000-8000-000000000000`),
  ];
  for (const path of files) {
    expect([path, (await erp.get(path)).body]).toMatchObject([path, { code: 'forbidden' }]);
    expect([path, (await api.as('auditor').get(path)).status === 403]).toEqual([path, false]);
  }
});

test('auditors read who decides for whom', async () => {
  expect((await api.as('auditor').get('/v1/delegations')).status).toBe(200);
  expect((await api.as('auditor').post('/v1/delegations').send({})).status).toBe(403);
});
