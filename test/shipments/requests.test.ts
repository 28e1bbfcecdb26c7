import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { openGoLive } from '../support/two-persons.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ business: '2026-10-10T02:00:00.000Z' });
  await openGoLive(api, '2026-10-01', '2026-10-31');
  const customer = {
    ...{ name: 'Customer', type: 'dealer', region: 'SH', currency: 'CNY', terms: { days: 30 }, owner: 'lin', contacts: [] },
  };
  await api.as('erp').put('/v1/customers/C-1').send(customer).expect(201);
  const grant = (id: string, amount: string) =>
    api
      .as('credit_manager')
      .post('/v1/credit-limits')
      .send({ externalId: id, customer: 'C-1', amount, currency: 'CNY', reason: 'going live' })
      .expect(201);
  await grant('L-1', '1000.00');
  const order = {
    ...{ customer: 'C-1', currency: 'CNY', requestedShipDate: '2026-10-20' },
    lines: [{ line: 1, item: 'A-1', quantity: '10', unitPrice: '100.00' }],
  };
  await api.as('erp').put('/v1/orders/SO-1').send(order).expect(201);
  await grant('L-2', '600.00');
});
afterAll(() => api.close());

const ask = (body: object) => api.as('erp').post('/v1/shipment-requests').send(body);

test('answers decision, lines, reasons with figures and what would change them, and the hold; again the same', async () => {
  const body = { externalId: 'SR-1', order: 'SO-1', lines: [{ line: 1, quantity: '8' }] };
  const { body: first } = await ask(body).expect(201);
  expect(first).toMatchObject({
    externalId: 'SR-1',
    decision: 'reduce',
    lines: [{ line: 1, requested: '8', allowed: '6' }],
    reasons: [
      { code: 'limit-exceeded', figures: { limit: '600.00', before: '0.00', after: '800.00', over: '200.00', currency: 'CNY' } },
    ],
    holdId: expect.any(String) as string,
    policyVersion: 'credit-rules/1',
  });
  expect((first as { reasons: { message: string }[] }).reasons[0]?.message).toMatch(/200\.00 too much\. A payment/);
  const { body: again } = await ask(body).set('Accept-Language', 'zh').expect(200);
  expect((again as { reasons: { message: string }[] }).reasons[0]?.message).toMatch(/超出人民币 200\.00 元/);
  await ask({ ...body, lines: [{ line: 1, quantity: '7' }] })
    .expect(409)
    .expect(({ body: problem }) =>
      expect(problem).toMatchObject({ code: 'already-exists', errors: [{ pointer: '/externalId' }] }),
    );
});

test('its hold can be read at once, by its id or that of its request, before anything was done about it', async () => {
  const { body } = await api.as('sales').get('/v1/shipment-holds?state=open').expect(200);
  const [row, ...more] = (body as { data: { id: string }[] }).data;
  expect(more).toEqual([]);
  expect(row).toMatchObject({
    ...{ request: 'SR-1', order: 'SO-1', customer: 'C-1', state: 'open', withheld: '200.00', currency: 'CNY', ground: null },
    ...{
      notice: { state: 'none' },
      missing: [{ part: 'ground' }],
      lines: [{ line: 1, requested: '8', allowed: '6', waiting: '2' }],
    },
  });
  for (const id of ['SR-1', row?.id ?? '']) {
    const { body: shown } = await api
      .as('credit_officer')
      .get(`/v1/shipment-holds/${id}`)
      .set('Accept-Language', 'zh')
      .expect(200);
    expect(shown).toMatchObject({ id: row?.id, route: [], stateText: '冻结中', reasons: [{ code: 'limit-exceeded' }] });
    expect((shown as { missing: { text: string }[] }).missing[0]?.text).toContain('第五百二十七条');
  }
  await api.as('logistics').get('/v1/shipment-holds/SR-1').expect(403);
  await api
    .as('credit_officer')
    .post('/v1/shipment-holds/SR-1/decision')
    .send({ act: 'ship', reason: 'paid' })
    .expect(422)
    .expect(({ body: problem }) => expect(problem).toMatchObject({ errors: [{ pointer: '/exposureVersion' }] }));
});

test('a fault names its field, in words that say how to mend it', async () => {
  const refused = async (body: object, code: string, pointer: string): Promise<void> => {
    await ask({ externalId: 'SR-X', order: 'SO-1', ...body }).expect(({ body: problem }) =>
      expect(problem).toMatchObject({ code, errors: [{ pointer }] }),
    );
  };
  await refused({ order: 'none', lines: [{ line: 1, quantity: '1' }] }, 'order-unknown', '/order');
  await refused({ lines: [{ line: 2, quantity: '1' }] }, 'line-unknown', '/lines/0/line');
  await refused({ lines: [{ line: 1, quantity: '3' }] }, 'quantity-exceeds', '/lines/0/quantity');
  for (const quantity of ['0', '-1', '1e3', 'NaN', '1.1234567'])
    await ask({ externalId: 'SR-X', order: 'SO-1', lines: [{ line: 1, quantity }] })
      .expect(422)
      .expect(({ body: problem }) =>
        expect((problem as { errors: { pointer: string }[] }).errors[0]?.pointer).toBe('/lines/0/quantity'),
      );
  await api.as('erp').get('/v1/shipment-requests/SR-X').expect(404);
  await api.as('sales').post('/v1/shipment-requests').send({}).expect(403);
});

test('goods leave on their request; it shows what became of each line', async () => {
  const issue = {
    externalId: 'DN-1',
    order: 'SO-1',
    request: 'SR-1',
    lines: [{ line: 1, quantity: '7' }],
    issuedOn: '2026-10-10',
  };
  await api
    .as('erp')
    .post('/v1/shipments')
    .send({ ...issue, lines: [{ line: 1, quantity: '6' }] })
    .expect(201)
    .expect(({ body }) => expect(body).toMatchObject({ amount: '600.00' }));
  const { body } = await api.as('sales').get('/v1/shipment-requests/SR-1').expect(200);
  expect(body).toMatchObject({
    order: 'SO-1',
    customer: 'C-1',
    decision: 'reduce',
    holdState: 'open',
    lines: [{ line: 1, requested: '8', allowed: '6', issued: '6', dropped: '0', waiting: '2' }],
  });
  const { body: page } = await api.as('auditor').get('/v1/shipment-requests?order=SO-1&decision=reduce').expect(200);
  expect((page as { data: object[] }).data).toEqual([body]);
  await api
    .as('auditor')
    .get('/v1/shipment-requests?decision=hold')
    .expect(({ body: none }) => expect(none).toMatchObject({ data: [] }));
});

test('goods of a customer reconciled strictly wait for a first statement, as policy says; with one they are judged by it', async () => {
  const hospital = {
    ...{ name: 'Hospital', type: 'hospital', tier: '3A', region: 'SH', currency: 'CNY', terms: { days: 60 }, owner: 'lin' },
    contacts: [],
  };
  await api.as('erp').put('/v1/customers/H-1').send(hospital).expect(201);
  const grant = { externalId: 'L-H', customer: 'H-1', amount: '50000.00', currency: 'CNY', reason: 'going live' };
  await api.as('credit_manager').post('/v1/credit-limits').send(grant).expect(201);
  await sql`insert into assessment (customer_id, at, policy_versions, facts, verdict, proposal, facts_hash) select id, now(), '{}', '{}',
    '{"proposal": {"reconciliation": "strict"}}', '{}', 'x' from customer where external_id = 'H-1'`.execute(api.store.db);
  const order = {
    ...{ customer: 'H-1', currency: 'CNY', requestedShipDate: '2026-10-20' },
    lines: [{ line: 1, item: 'A-1', quantity: '10', unitPrice: '100.00' }],
  };
  for (const id of ['SO-H1', 'SO-H2']) await api.as('erp').put(`/v1/orders/${id}`).send(order).expect(201);
  const request = (id: string, of: string) => ({ externalId: id, order: of, lines: [{ line: 1, quantity: '1' }] });
  const { body: first } = await ask(request('SR-H1', 'SO-H1')).expect(201);
  expect(first).toMatchObject({
    decision: 'hold',
    reasons: [{ code: 'statement-never', figures: { out: '0.00', amount: '100.00', maximum: '0.00' } }],
  });
  await api.as('credit_officer').post('/v1/statements').send({ customer: 'H-1' }).expect(201);
  const { body: second } = await ask(request('SR-H2', 'SO-H2')).expect(201);
  expect((second as { reasons: { code: string }[] }).reasons.map(({ code }) => code)).toEqual(['hold-open']);
});

test('how strictly books are reconciled is as it was granted: an application that is assessed and not decided changes nothing', async () => {
  const customer = {
    name: 'H-2',
    type: 'hospital',
    tier: '3A',
    region: 'SH',
    currency: 'CNY',
    terms: { days: 60 },
    owner: 'lin',
  };
  await api
    .as('erp')
    .put('/v1/customers/H-2')
    .send({ ...customer, contacts: [] })
    .expect(201);
  const mode = async () => ((await api.as('auditor').get('/v1/reconciliation/H-2').expect(200)).body as { mode: string }).mode;
  /** An application as its process leaves it: assessed with this mode, in this state. */
  const applied = (id: string, reconciliation: string, state: string, kind = 'new') =>
    sql`
    with a as (insert into assessment (customer_id, at, policy_versions, facts, verdict, proposal, facts_hash)
      select id, clock_timestamp(), '{}', '{}', ${JSON.stringify({ proposal: { reconciliation } })}::jsonb, '{}', 'x' from customer where external_id = 'H-2' returning id, customer_id)
    insert into credit_application (external_id, customer_id, kind, state, currency, reason, requested_by, content_hash, submitted_at, assessment_id, decided_at)
    select ${id}, customer_id, ${kind}, ${state}, 'CNY', 'new business', 'sales', 'x', clock_timestamp(), id,
      case when ${state} = 'approved' then clock_timestamp() end from a`.execute(api.store.db);
  expect(await mode()).toBe('normal');
  await applied('CA-1', 'strict', 'expired');
  expect(await mode()).toBe('strict');
  await applied('CA-2', 'strict', 'approved');
  await applied('CA-3', 'normal', 'awaiting-decision');
  await applied('CA-4', 'normal', 'declined');
  await applied('CA-5', 'normal', 'approved', 'temporary');
  expect(await mode()).toBe('strict');
  await applied('CA-6', 'normal', 'approved');
  expect(await mode()).toBe('normal');
});
