import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMetrics } from '../../api/metrics.ts';
import type { RouteSpec } from '../../api/route.ts';
import { allRoutes } from '../../api/routes/index.ts';
import { systemRoutes } from '../../api/routes/platform/system.ts';
import { problem } from '../../contracts/platform/common.ts';
import { judgeBody } from '../../contracts/imports/import-rows.ts';
import { may, roles } from '../../domain/platform/actor.ts';
import type { Role } from '../../domain/platform/actor.ts';
import { fieldsOf, importKinds } from '../../domain/imports/fields.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { bodyOf, pathOf, placesIn, placesOf, pointerOf, withAt } from '../support/samples.ts';

let api: TestApi;
let routes: readonly RouteSpec[] = [];
beforeAll(async () => {
  api = await openTestApi({ business: '2026-09-01T02:00:00.000Z' });
  routes = [...systemRoutes(api.services, createMetrics(api.store)), ...allRoutes(api.services)].filter(
    (spec) => spec.verb !== 'open',
  );
  await api.as('erp').put('/v1/customers/C-1').send(customer).expect(201);
});
afterAll(() => api.close());

const customer = {
  name: '上海示例经销商',
  type: 'dealer',
  region: 'SH',
  currency: 'CNY',
  terms: { days: 30 },
  contacts: [{ id: 'c1', name: '王会计', role: 'finance', email: 'f@example.com', language: 'zh' }],
};
const absurd = ['0001-01-01', '1943-05-01', '2100-01-01', '9997-01-01', '9999-12-31'];
/** What no search may name. */
const searches = new Set(['0001-01-01', '9997-01-01']);
/** Where an end may be missing, the ERP's usual last day says so; all the others are dates to count with. */
const mayNeverEnd = new Set(['/validUntil']);

const roleFor = (spec: RouteSpec): Role =>
  roles.find(
    (role) => spec.verb !== 'open' && (spec.verb === 'signed-in' || may({ kind: 'key', id: 'x', role, scope: {} }, spec.verb)),
  ) ?? 'admin';
const pointersOf = (body: unknown): string[] => problem.parse(body).errors?.map((error) => error.pointer) ?? [];

describe('dates are bounded by what they say', () => {
  test('every date field of every body is refused by name when nobody can mean it, and nothing is written', async () => {
    const before = await api.written();
    let places = 0;
    for (const spec of routes.filter((one) => one.method !== 'get' && !one.upload && !one.form)) {
      for (const path of placesOf(spec, 'date')) {
        places += 1;
        for (const date of absurd) {
          if (date === '9999-12-31' && mayNeverEnd.has(pointerOf(path)) && !spec.path.includes('delegations')) continue;
          // Days of a search reach further than those of a document.
          if (spec.path.endsWith('/simulate') && !searches.has(date)) continue;
          const res = await api
            .as(roleFor(spec))
            [spec.method](pathOf(spec))
            .send(withAt(bodyOf(spec), path, date) as object);
          const of = `${spec.method} ${spec.path} ${pointerOf(path)} = ${date}: ${res.text.slice(0, 300)}`;
          expect(res.status, of).toBe(422);
          expect(pointersOf(res.body), of).toContain(pointerOf(path));
        }
      }
    }
    expect(places).toBeGreaterThan(20);
    expect(await api.written()).toBe(before);
  });

  test('every date of every query is refused by name or taken with its meaning', async () => {
    let places = 0;
    for (const spec of routes.filter((one) => one.method === 'get' && one.query)) {
      for (const path of spec.query ? placesIn(spec.query, 'date') : []) {
        const name = path.join('.');
        places += 1;
        for (const date of absurd) {
          const res = await api
            .as(roleFor(spec))
            .get(pathOf(spec))
            .query({ [name]: date });
          const of = `GET ${spec.path}?${name}=${date}: ${res.text.slice(0, 300)}`;
          expect(res.status, of).toBeLessThan(500);
          if (searches.has(date)) {
            expect(res.status, of).toBe(422);
            expect(pointersOf(res.body), of).toContain(`?${name}`);
          }
        }
      }
    }
    expect(places).toBeGreaterThan(6);
    for (const query of ['from=1943-05-01&to=9999-12-31', 'to=9999-12-31', 'from=2100-01-01'])
      await api.as('auditor').get(`/v1/audit?${query}`).expect(200);
  });

  test('every date column of every file keeps the same bounds as the body it fills', () => {
    for (const kind of importKinds) {
      const columns = Object.entries(fieldsOf(kind)).filter(([, field]) => field.type === 'date');
      for (const [name] of columns) {
        const path = columnPath(kind, name);
        for (const date of absurd) {
          if (date === '9999-12-31' && name === 'validUntil') continue;
          const judged = judgeBody(kind, withAt({}, path, date), '2026-09-01');
          const faults = judged.ok ? [] : judged.faults.filter((one) => one.path.join('.') === path.join('.'));
          expect(
            faults.map((one) => one.fault.refusal),
            `${kind} ${name} = ${date}`,
          ).toEqual(['date-out-of-bounds']);
        }
      }
    }
  });

  test('a validity without an end is a value of its own, however the ERP writes it', () => {
    const limit = { externalId: 'L-1', customer: 'C-1', amount: '1000.00', currency: 'CNY', reason: 'Opening' };
    for (const validUntil of ['9999-12-31', null]) {
      const judged = judgeBody('limits', { ...limit, validUntil }, '2026-09-01');
      expect(judged).toMatchObject({ ok: true, accepted: { document: { validUntil: null } } });
    }
  });

  test('profile facts reach back to 1800, a licence may never end, and nothing lies outside', async () => {
    const put = (name: string, value: string) =>
      api
        .as('erp')
        .put('/v1/customers/C-1')
        .send({ ...customer, facts: { [name]: { value, asOf: '2026-08-01', evidence: { reference: 'licence' } } } });
    expect((await put('registeredOn', '1844-06-01')).status).toBe(200);
    expect((await put('licenceUntil', '9999-12-31')).status).toBe(200);
    for (const [name, value] of [
      ['registeredOn', '0001-01-01'],
      ['registeredOn', '9999-12-31'],
      ['licenceUntil', '9997-01-01'],
    ] as const) {
      const res = await put(name, value);
      expect(res.status, `${name} ${value} ${res.text}`).toBe(422);
      expect(pointersOf(res.body)).toEqual([`/facts/${name}/value`]);
    }
  });
});

/** Where the body of an import keeps what a column holds. */
function columnPath(kind: string, name: string): (string | number)[] {
  if (name === 'dueDate') return [...(kind === 'ledger' ? ['invoice'] : []), 'instalments', 0, 'dueDate'];
  if (kind === 'ledger' && (name === 'settledOn' || name === 'paidOn')) return ['settlements', 0, name];
  if (kind === 'ledger') return ['invoice', name];
  const [list, field] = name.split('.');
  return field === undefined ? [name] : [list ?? '', 0, field];
}

describe('what a date may not say', () => {
  const invoice = { customer: 'C-1', number: 'N', issueDate: '2026-08-01', currency: 'CNY', amount: '1000.00' };

  test('a promise beyond the maximum of policy is an extension: refused, with the last day it may name', async () => {
    await api.as('erp').put('/v1/invoices/B-1').send(invoice).expect(201);
    const promise = (on: string) =>
      api.as('collector').post('/v1/receivables/B-1/promises').send({ amount: '1000.00', on, by: 'c1', note: '' });
    const res = await promise('2026-12-01');
    expect(res.status).toBe(422);
    expect(res.body).toMatchObject({ code: 'promise-too-far', errors: [{ pointer: '/on' }] });
    expect((res.body as { detail: string }).detail).toContain('2026-11-30');
    const first = await promise('2026-11-30');
    expect(first.status).toBe(201);
  });

  test('a payment is not reversed before it was received', async () => {
    const payment = { externalId: 'BP-1', customer: 'C-1', amount: '10.00', currency: 'CNY', receivedOn: '2026-08-20' };
    await api.as('erp').post('/v1/payments').send(payment).expect(201);
    const reverse = (reversedOn: string) => api.as('erp').post('/v1/payments/BP-1/reverse').send({ reversedOn });
    expect((await reverse('2026-08-19')).body).toMatchObject({
      code: 'reversal-before-payment',
      errors: [{ pointer: '/reversedOn' }],
    });
    await reverse('2026-08-20').expect(200);
  });

  test('money is not paid out before it came, and goods do not come back before they left', async () => {
    const erp = api.as('erp');
    const refused = (pointer: string) => ({ errors: [{ pointer, detail: expect.stringContaining('2026-08-20') as string }] });
    const pay = {
      externalId: 'BP-2',
      customer: 'C-1',
      amount: '10.00',
      currency: 'CNY',
      receivedOn: '2026-08-20',
      onAccount: true,
    };
    await erp.post('/v1/payments').send(pay).expect(201);
    const refund = { customer: 'C-1', amount: '10.00', currency: 'CNY', reason: 'paid twice' };
    for (const more of [{}, { payment: 'BP-2' }]) {
      const early = await erp.post('/v1/refunds').send({ externalId: 'BR-1', paidOn: '2026-08-19', ...refund, ...more });
      expect(early.body).toMatchObject(refused('/paidOn'));
    }
    await erp
      .post('/v1/refunds')
      .send({ externalId: 'BR-1', paidOn: '2026-08-20', ...refund })
      .expect(201);
    const lines = [{ line: 1, item: 'A-1', quantity: '1', unitPrice: '10.00' }];
    await erp.put('/v1/orders/BO-1').send({ customer: 'C-1', currency: 'CNY', requestedShipDate: '2026-09-10', lines });
    const goods = { order: 'BO-1', lines: [{ line: 1, quantity: '1' }] };
    await erp
      .post('/v1/shipments')
      .send({ externalId: 'BS-1', issuedOn: '2026-08-20', ...goods })
      .expect(201);
    const back = { ...goods, reason: 'damaged' };
    const early = await erp.put('/v1/returns/BB-1').send({ returnedOn: '2026-08-19', ...back });
    expect(early.body).toMatchObject(refused('/returnedOn'));
    await erp
      .put('/v1/returns/BB-1')
      .send({ returnedOn: '2026-08-20', ...back })
      .expect(201);
  });
});
