import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../domain/platform/actor.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ business: '2026-09-10T02:00:00.000Z' });
  const contacts = [{ id: 'c1', name: 'Wang', role: 'finance', email: 'Wang@Hospital.example', language: 'zh' }];
  const customer = { name: 'Hospital', type: 'hospital', region: 'SH', currency: 'CNY', terms: { days: 30 }, contacts };
  await api.as('erp').put('/v1/customers/C-1').send(customer).expect(201);
  await api
    .as('erp')
    .put('/v1/customers/C-2')
    .send({ ...customer, region: 'BJ' })
    .expect(201);
  const invoice = { customer: 'C-1', number: '1', issueDate: '2026-09-01', currency: 'CNY', amount: '500.00' };
  await api.as('erp').put('/v1/invoices/INV-1').send(invoice).expect(201);
});
afterAll(() => api.close());

const asked = async (kind: string) =>
  (await api.store.db.selectFrom('wake').select(['subject', 'asked']).where('kind', '=', kind).orderBy('subject').execute()).map(
    ({ asked: times }) => Number(times),
  );

describe('a promise', () => {
  const promise = { amount: '500.00', on: '2026-09-20', by: 'c1', note: '' };
  const reason = 'The customer withdrew it';

  test('is cancelled once, with its reason in record and timeline, and the receivable looks again', async () => {
    const { id } = (await api.as('collector').post('/v1/receivables/INV-1/promises').send(promise).expect(201)).body;
    const [before = 0] = await asked('receivable');
    const cancel = () => api.as('collector').post(`/v1/promises/${id}/cancel`).send({ reason });
    expect((await cancel().expect(200)).body).toEqual({ id, state: 'cancelled' });
    expect(await asked('receivable')).toEqual([before + 1]);
    const again = await cancel().expect(409);
    expect(again.body).toMatchObject({ code: 'promise-closed', detail: expect.stringContaining('cancelled') });
    const shown = await api.as('collector').get('/v1/receivables/INV-1').expect(200);
    expect(shown.body.promises).toMatchObject([{ id, state: 'cancelled' }]);
    const timeline = await api.as('collector').get('/v1/customers/C-1/timeline').set('Accept-Language', 'zh').expect(200);
    expect(timeline.body.data[0].words).toBe(`撤销 2026年9月20日的付款承诺：${reason}`);
  });

  test('cannot be cancelled without a reason, by a role that may not, or outside the region', async () => {
    const { id } = (await api.as('collector').post('/v1/receivables/INV-1/promises').send(promise).expect(201)).body;
    const before = await api.written();
    const cancel = (role: Role, body: object, key = api.keys[role]) =>
      api.as(null).post(`/v1/promises/${id}/cancel`).set('Authorization', `Bearer ${key}`).send(body);
    expect((await cancel('collector', {}).expect(422)).body.errors[0].pointer).toBe('/reason');
    await cancel('sales', { reason }).expect(403);
    const south = await api
      .as('admin')
      .post('/v1/api-keys')
      .send({ name: 's', role: 'collector', scope: { regions: ['GD'] } });
    const written = await api.written();
    await cancel('collector', { reason }, south.body.secret).expect(404);
    expect(await api.written()).toBe(written);
    expect(written).toBeGreaterThan(before);
  });
});

describe('an opt-out', () => {
  const path = '/v1/customers/C-1/opt-outs';
  const way = { contact: 'c1', channel: 'email' };

  test('told by phone stands at once for every customer with that address, and is lifted with a reason', async () => {
    const add = () =>
      api
        .as('collector')
        .post(path)
        .send({ ...way, reason: 'Said so on the phone' })
        .expect(200);
    expect((await add()).body.data).toMatchObject([{ ...way, source: 'person', liftedAt: null }]);
    expect(await asked('outreach')).toEqual([1, 1]);
    await add();
    expect(await asked('outreach')).toEqual([1, 1]);
    expect((await api.as('auditor').get('/v1/customers/C-2/opt-outs').expect(200)).body.data).toHaveLength(1);

    const lift = (role: Role) =>
      api
        .as(role)
        .post(`${path}/lift`)
        .send({ ...way, reason: 'Agreed in writing' });
    await lift('collector').expect(403);
    const lifted = (await lift('credit_officer').expect(200)).body.data;
    expect(lifted).toMatchObject([{ ...way, liftedAt: '2026-09-10T02:00:00.000Z' }]);
    expect(await asked('outreach')).toEqual([2, 2]);
    expect((await lift('credit_officer').expect(404)).body.code).toBe('not-found');
    const audit = await api.as('auditor').get('/v1/audit?action=contact.opt-out-lifted').expect(200);
    expect(audit.body.data).toMatchObject([{ customer: 'C-1', reason: 'Agreed in writing' }]);
    expect(JSON.stringify(audit.body)).not.toMatch(/hospital\.example/i);
    expect((await add()).body.data).toMatchObject([{ liftedAt: null }]);
  });

  test.each([
    ['/contact', { contact: 'nobody', channel: 'email' }],
    ['/channel', { contact: 'c1', channel: 'sms' }],
  ])('of a way that is not there is refused at %s', async (pointer, wrong) => {
    const res = await api
      .as('collector')
      .post(path)
      .send({ ...wrong, reason: 'x' })
      .expect(422);
    expect(res.body.errors[0].pointer).toBe(pointer);
  });
});
