import { expect } from 'vitest';
import type { RouteSpec } from '../../api/route.ts';
import { allRoutes } from '../../api/routes/index.ts';
import { may, roles } from '../../domain/platform/actor.ts';
import type { Role } from '../../domain/platform/actor.ts';
import type { TestApi } from './api.ts';
import { customerId } from './credit.ts';

/** Paths of what was written, by the path of its list or of its kind. */
export type Written = Readonly<Record<string, string>>;

/** The roles that may call a route. */
export const rolesFor = (spec: RouteSpec): Role[] =>
  roles.filter(
    (role) => spec.verb === 'signed-in' || (spec.verb !== 'open' && may({ kind: 'key', id: 'x', role, scope: {} }, spec.verb)),
  );

/** One who may call the route: an auditor, if possible. */
export function mayCall(spec: RouteSpec): Role {
  const able = rolesFor(spec);
  return (['auditor', 'erp', 'credit_officer'] as const).find((role) => able.includes(role)) ?? able[0] ?? 'admin';
}

type Send = (method: 'put' | 'post', path: string, body: object) => Promise<Record<string, unknown>>;

/** Sends as a role that may. */
const sender =
  (api: TestApi): Send =>
  async (method, path, body) => {
    const shape = (template: string) => new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
    const spec = allRoutes(api.services).find((one) => one.method === method && shape(one.path).test(path));
    const res = await api
      .as(spec ? mayCall(spec) : null)
      [method](path)
      .send(body);
    expect(res.status, `${method} ${path}: ${res.text}`).toBeLessThan(300);
    return res.body as Record<string, unknown>;
  };

const customer = {
  name: 'Hospital',
  type: 'hospital',
  region: 'SH',
  owner: 'lin',
  currency: 'CNY',
  terms: { days: 30 },
  contacts: [{ id: 'c1', name: 'Wang', role: 'finance', email: 'wang@hospital.example', language: 'zh' }],
};

/** The customer C-1 and one of each kind of record of it, through the API; what only processes write stands as they would. */
export async function writeOneOfEach(api: TestApi): Promise<Written> {
  const send = sender(api);
  const made: Record<string, string> = {};
  await send('put', '/v1/customers/C-1', customer);
  await writeBooks(send);
  await writeOrders(send);
  await writeCredit(api, send);
  await writeRest(api, send);
  await writeAsProcesses(api, made);
  made['/v1/reconciliation'] = 'C-1';
  made['/v1/calendar-years'] = '2026';
  made['/v1/imports'] = made['/v1/jobs'] = await sendFile(api);
  return made;
}

async function writeBooks(send: Send): Promise<void> {
  const invoice = { customer: 'C-1', issueDate: '2026-09-01', currency: 'CNY', amount: '500.00' };
  for (const id of ['INV-1', 'INV-2']) await send('put', `/v1/invoices/${id}`, { ...invoice, number: id });
  const payment = { customer: 'C-1', amount: '100.00', currency: 'CNY', receivedOn: '2026-09-05', reference: 'INV-1' };
  await send('post', '/v1/payments', { externalId: 'P-1', ...payment });
  const paid = { customer: 'C-1', payment: 'P-1', currency: 'CNY', paidOn: '2026-09-06', reason: 'Paid twice' };
  await send('post', '/v1/refunds', { externalId: 'RF-1', amount: '20.00', ...paid });
  const note = { customer: 'C-1', invoice: 'INV-1', currency: 'CNY', issuedOn: '2026-09-05', reason: 'price' };
  await send('post', '/v1/credit-notes', { externalId: 'N-1', amount: '10.00', ...note });
  await send('post', '/v1/receivables/INV-1/disputes', { amount: '50.00', category: 'quality', note: '' });
  await send('post', '/v1/receivables/INV-2/promises', { amount: '500.00', on: '2026-09-20', by: 'c1', note: '' });
}

async function writeOrders(send: Send): Promise<void> {
  const lines = [{ line: 1, item: 'A-1', quantity: '2', unitPrice: '1000.00' }];
  const order = { customer: 'C-1', currency: 'CNY', requestedShipDate: '2026-10-01', lines };
  // No limit yet: the order is held, and so are its goods.
  expect(await send('put', '/v1/orders/SO-1', order)).toMatchObject({ decision: 'held' });
  const request = { externalId: 'SR-1', order: 'SO-1', lines: [{ line: 1, quantity: '2' }] };
  expect(await send('post', '/v1/shipment-requests', request)).toMatchObject({ decision: 'hold' });
  await send('put', '/v1/orders/SO-9', { ...order, lines: [{ line: 1, item: 'B-1', quantity: '2', unitPrice: '30.00' }] });
  const gone = { order: 'SO-9', lines: [{ line: 1, quantity: '1' }] };
  await send('post', '/v1/shipments', { externalId: 'GI-9', ...gone, issuedOn: '2026-09-08' });
  await send('put', '/v1/returns/RT-9', { ...gone, returnedOn: '2026-09-09', reason: 'Damaged on arrival' });
}

async function writeCredit(api: TestApi, send: Send): Promise<void> {
  await send('post', '/v1/credit-applications', {
    ...{ externalId: 'CA-1', customer: 'C-1', kind: 'new', reason: 'First order' },
    requested: { limit: '50000.00', currency: 'CNY', termsDays: 30 },
  });
  const graded = { customer_id: await customerId(api.store, 'C-1'), grade: 'B' };
  await api.store.db
    .insertInto('credit_profile')
    .values(graded)
    .onConflict((c) => c.column('customer_id').doUpdateSet({ grade: 'B' }))
    .execute();
  await send('post', '/v1/credit-reviews', { customer: 'C-1', reason: 'Management has changed' });
  const limit = { externalId: 'L-1', customer: 'C-1', amount: '9000.00', currency: 'CNY', reason: 'Asked by sales' };
  await send('post', '/v1/credit-limits', limit);
  await send('put', '/v1/securities/S-1', {
    ...{ customer: 'C-1', kind: 'guarantee', effect: 'raises-limit', value: '1000.00', currency: 'CNY', share: '0.5' },
    ...{ validFrom: '2026-01-01', evidence: { reference: 'GU-1' } },
  });
  await send('post', '/v1/customers/C-1/facts', {
    facts: [{ name: 'ownership', value: 'public', asOf: '2026-08-01', evidence: { reference: 'https://example.com/1' } }],
  });
}

async function writeRest(api: TestApi, send: Send): Promise<void> {
  await send('post', '/v1/statements', { customer: 'C-1', asOf: '2026-08-31' });
  await send('post', '/v1/customer-statements', {
    ...{ externalId: 'CS-1', customer: 'C-1', currency: 'CNY', basis: 'open-items', asOf: '2026-08-31' },
    ...{ total: '1.00', lines: [{ kind: 'invoice', number: 'INV-9', date: '2026-08-01', amount: '1.00' }] },
  });
  const keys = await api.store.db.selectFrom('api_key').select(['id', 'role']).execute();
  const key = (role: Role): string => keys.find((one) => one.role === role)?.id ?? '';
  const absent = { from: key('credit_officer'), to: key('finance_director'), reason: 'National holiday' };
  await send('post', '/v1/delegations', { ...absent, validFrom: '2026-10-01', validUntil: '2026-10-08' });
}

/** A message, a legal case and a credit file that was decided on: only processes write them, and none runs here. */
async function writeAsProcesses({ store }: TestApi, made: Record<string, string>): Promise<void> {
  const at = '2026-09-09T02:00:00.000Z';
  const of = { customer_id: await customerId(store, 'C-1') };
  const words = { address: 'wang@hospital.example', address_hash: 'hash', subject: 'Letter', body: 'Body', content_hash: '' };
  await store.db
    .insertInto('message')
    .values({
      ...{ ...of, ...words, key: 'one-of-each', channel: 'email', template: 'notice', template_version: 1, class: 'detailed' },
      ...{ language: 'zh', state: 'sending', at, sending_at: at },
    })
    .execute();
  await store.db
    .insertInto('legal_case')
    .values({ ...of, currency: 'CNY', opened_at: at })
    .execute();
  const hash = 'f'.repeat(64);
  const content = JSON.stringify({ customer: 'C-1' });
  await store.db.insertInto('decision_dossier').values({ hash, kept_at: at, content }).execute();
  await store.db.updateTable('credit_application').set({ dossier_hash: hash }).execute();
  made['/v1/credit-files'] = hash;
}

async function sendFile(api: TestApi): Promise<string> {
  const fields = {
    ...{ externalId: 'no', name: 'name', type: { value: 'other' }, region: { value: 'SH' } },
    ...{ currency: { value: 'CNY' }, 'terms.days': { value: '30' } },
  };
  const file = await api
    .as('erp')
    .post('/v1/imports')
    .attach('file', Buffer.from('no,name\n1,2\n'), { filename: 'c.csv', contentType: 'text/csv' })
    .field('kind', 'customers')
    .field('mapping', JSON.stringify({ fields }));
  expect(file.status, file.text).toBe(202);
  return String((file.body as { id?: string }).id);
}
