import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';

/** Documents that many callers send at once share transactions; none of them may notice. */
let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ business: '2026-10-10T02:00:00.000Z' });
  for (const customer of ['A', 'B', 'C']) {
    const body = {
      name: `Customer ${customer}`,
      type: 'hospital',
      region: 'SH',
      currency: 'CNY',
      terms: { days: 30, from: 'invoiceDate' },
    };
    await api.as('erp').put(`/v1/customers/${customer}`).send(body).expect(201);
  }
});
afterAll(() => api.close());

const invoice = (id: string, customer: string, more: object = {}) =>
  api
    .as('erp')
    .put(`/v1/invoices/${id}`)
    .send({ customer, number: id, issueDate: '2026-09-01', currency: 'CNY', amount: '100.00', ...more });
const payment = (id: string, key: string, more: object = {}) =>
  api
    .as('erp')
    .post('/v1/payments')
    .set('Idempotency-Key', key)
    .send({ externalId: id, customer: 'A', currency: 'CNY', amount: '1.00', receivedOn: '2026-10-09', ...more });
const codes = (answers: readonly { status: number; body: { code?: string } }[]) =>
  answers.map(({ status, body }) => (body.code === undefined ? status : body.code));

async function transactionsOf(action: string): Promise<{ written: number; transactions: number }> {
  const { rows } = await sql<{ written: number; transactions: number }>`
    select count(*) as written, count(distinct xmin::text) as transactions from audit where action = ${action}`.execute(
    api.store.db,
  );
  return { written: Number(rows[0]?.written), transactions: Number(rows[0]?.transactions) };
}

test('invoices sent at once share transactions; each has its own answer, and a refused one spoils no other', async () => {
  const good = Array.from({ length: 24 }, (_, n) => invoice(`G-${n}`, ['A', 'B', 'C'][n % 3] ?? 'A'));
  const answers = await Promise.all([
    ...good,
    invoice('N-1', 'nobody'),
    invoice('N-2', 'A', { ladder: 'no-such-ladder' }),
    invoice('N-3', 'A', { issueDate: '2027-01-01' }),
    invoice('S-1', 'B', { reason: 'posted by hand' }),
  ]);
  expect(codes(answers)).toEqual([...good.map(() => 201), 'customer-unknown', 'policy-unknown', 'date-in-future', 201]);
  for (const [n, { body }] of answers.slice(0, 24).entries()) expect(body).toMatchObject({ externalId: `G-${n}` });
  const { written, transactions } = await transactionsOf('invoice.posted');
  expect(written).toBe(25);
  expect(transactions).toBeLessThan(written);
  const { rows } = await sql<{ id: string; reason: string | null }>`
    select i.external_id as id, a.reason from audit a join invoice i on i.id = a.subject_id::uuid where a.reason is not null`.execute(
    api.store.db,
  );
  expect(rows).toEqual([{ id: 'S-1', reason: 'posted by hand' }]);
});

test('the same invoice from several callers at once is posted once', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => invoice('ONE', 'C')));
  expect(codes(answers).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 201]);
  expect(new Set(answers.map(({ body }) => (body as { id: string }).id)).size).toBe(1);
});

test('payments sent at once under keys: each key stands for its own payment, and a refused one is free again', async () => {
  const send = (n: number, more: object = {}) => payment(`P-${n}`, `key-${n}`, more);
  const late = { receivedOn: '2026-12-24' };
  const answers = await Promise.all(Array.from({ length: 16 }, (_, n) => send(n, n === 7 ? late : {})));
  expect(codes(answers)).toEqual(Array.from({ length: 16 }, (_, n) => (n === 7 ? 'date-in-future' : 201)));
  const { written, transactions } = await transactionsOf('payment.posted');
  expect(written).toBe(15);
  expect(transactions).toBeLessThan(written);
  const again = await Promise.all(Array.from({ length: 16 }, (_, n) => send(n)));
  for (const [n, { status, body, headers }] of again.entries()) {
    expect(status).toBe(201);
    expect(headers['idempotency-replayed']).toBe(n === 7 ? undefined : 'true');
    if (n !== 7) expect(body).toEqual(answers[n]?.body);
  }
  expect((await send(3, { amount: '2.00' })).body).toMatchObject({ code: 'idempotency-body' });
});

test('a key that is revoked ends at once, however many ask at the moment', async () => {
  const admin = api.as('admin');
  const made = await admin.post('/v1/api-keys').send({ name: 'passing', role: 'erp' }).expect(201);
  const { id, secret } = made.body as { id: string; secret: string };
  const ask = () => api.as(null).get('/v1/invoices').set('Authorization', `Bearer ${secret}`);
  expect(codes(await Promise.all(Array.from({ length: 12 }, ask)))).toEqual(Array.from({ length: 12 }, () => 200));
  await admin.post(`/v1/api-keys/${id}/revoke`).send({}).expect(200);
  const after = await Promise.all(Array.from({ length: 12 }, ask));
  expect(codes(after)).toEqual(Array.from({ length: 12 }, () => 'unauthenticated'));
});
