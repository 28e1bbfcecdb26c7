import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Commands } from '../../api/commands.ts';
import { databaseFindings } from '../../cli/doctor-database.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { exactInteger, exactJson } from '../../store/platform/exact.ts';
import { faultyCounts, tellFaulty, wakeFaulty } from '../../store/ledger/faulty.ts';
import { reassessReceivable } from '../../store/dunning/receivable-book.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { walkOneOfEach } from '../support/walk.ts';
import type { Walk } from '../support/walk.ts';

const vast = 9000000000000000123n;
const most = 9007199254740991n;
let api: TestApi;
let walk: Walk;
/** What the lists held before rows left their bounds. */
let before: Map<string, string[]>;

beforeAll(async () => {
  const away = () => Promise.reject(new Refusal('engine-down'));
  const commands: Commands = { history: away, decide: away, outcome: away, ping: away, close: () => Promise.resolve() };
  api = await openTestApi({ business: '2026-09-10T02:00:00.000Z', commands });
  walk = await walkOneOfEach(api);
  await sound();
  before = await listed();
  await plant();
}, 60_000);
afterAll(() => api.close());

async function sound(): Promise<void> {
  const erp = (method: 'put' | 'post', path: string, body: object) => api.as('erp')[method](path).send(body).expect(201);
  const invoice = { customer: 'C-1', issueDate: '2026-07-01', currency: 'CNY', amount: '500.00' };
  for (const id of ['LATE', 'EARLY', 'VAST', 'BIG-1', 'BIG-2', 'SOUND'])
    await erp('put', `/v1/invoices/${id}`, { ...invoice, number: id });
  const parts = [1, 2].map((no) => ({ no, amount: '250.00', dueDate: `2026-08-0${no}` }));
  await erp('put', '/v1/invoices/PARTS', { ...invoice, number: 'PARTS', instalments: parts });
  const promise = { amount: '10.00', on: '2026-09-20', by: 'c1', note: '' };
  await api.as('collector').post('/v1/receivables/SOUND/promises').send(promise).expect(201);
  const payment = { customer: 'C-1', amount: '1.00', currency: 'CNY', receivedOn: '2026-09-05', onAccount: true };
  await erp('post', '/v1/payments', { externalId: 'P-BIG', ...payment });
}

async function asOwner(work: (run: (text: string) => Promise<pg.QueryResult>) => Promise<void>): Promise<void> {
  const owner = new pg.Client({ connectionString: api.url });
  await owner.connect();
  await work((text) => owner.query(text));
  await owner.end();
}

/** Rows as an earlier version let them in: no check and no trigger looks at them. */
const plant = () =>
  asOwner(async (run) => {
    const checks = await run(`select conrelid::regclass::text as table, conname as name from pg_constraint
      where contype = 'c' and pg_get_constraintdef(oid) like '%9007199254740991%'`);
    for (const { table, name } of checks.rows as { table: string; name: string }[])
      await run(`alter table ${table} drop constraint ${name}`);
    await run('set session_replication_role = replica');
    const of = (id: string) => `(select id from invoice where external_id = '${id}')`;
    await run(`update invoice set content_hash = 'of what was sent then' where external_id in ('LATE', 'VAST')`);
    await run(
      `update receivable set due_date = '9997-01-01', limitation_due_date = '9997-01-01' where invoice_id = ${of('LATE')}`,
    );
    await run(`update receivable set due_date = '0001-01-01' where invoice_id = ${of('EARLY')}`);
    await run(
      `update receivable set due_date = '9999-12-31', limitation_due_date = '9999-12-31' where invoice_id = ${of('PARTS')} and instalment = 2`,
    );
    await run(`update invoice set issue_date = '0001-01-01' where external_id = 'EARLY'`);
    await run(
      `update promise set due_on = '9999-12-31' where receivable_id in (select id from receivable where invoice_id = ${of('SOUND')})`,
    );
    for (const [id, minor] of Object.entries({ VAST: vast, 'BIG-1': most, 'BIG-2': most })) {
      await run(`update invoice set amount_minor = ${minor} where external_id = '${id}'`);
      await run(`update receivable set amount_minor = ${minor} where invoice_id = ${of(id)}`);
    }
    await run(`update payment set amount_minor = ${vast}, unapplied_minor = ${vast} where external_id = 'P-BIG'`);
    await run(`update credit_account set open_minor = ${vast}, deposits_minor = 9007199254740993`);
  });

/** The ids of all rows of every list. */
async function listed(): Promise<Map<string, string[]>> {
  const lists = walk.routes().filter(({ path }) => !path.includes('{'));
  const ids = new Map<string, string[]>();
  for (const spec of lists) {
    const [path = ''] = await walk.pathsOf(spec);
    const { data } = await walk.read(walk.mayCall(spec), path, 'en');
    if (Array.isArray(data) && data[0]?.id !== undefined) ids.set(spec.path, data.map(({ id }) => id).toSorted());
  }
  return ids;
}

const row = async (path: string, language: string) => (await walk.read('auditor', path, language)) as Record<string, unknown>;

test('rows that an earlier version let in out of bounds fail no route that reads; every other row is still there', async () => {
  for (const spec of walk.routes())
    for (const path of await walk.pathsOf(spec))
      for (const language of ['en', 'zh']) await walk.read(walk.mayCall(spec), path, language);
  const after = await listed();
  for (const [path, ids] of before) expect(after.get(path), path).toEqual(ids);
  expect(before.size).toBeGreaterThan(15);
  for (const path of [
    '/v1/ageing?asOf=2026-09-05',
    '/v1/receivables?sort=-dueDate',
    '/v1/invoices?customer=C-1',
    '/v1/tasks?state=active',
  ])
    await walk.read('auditor', path, 'en');
});

test('a row out of bounds says so in the language of the reader, and a sound one does not', async () => {
  const { data = [] } = (await walk.read('auditor', '/v1/receivables', 'en')) as { data?: Record<string, unknown>[] };
  const said = Object.fromEntries(data.map((one) => [one['invoice'], one['faulty']]));
  expect(said).toMatchObject({ LATE: expect.stringMatching(/due date/), EARLY: expect.stringMatching(/due date/) });
  expect(said).toMatchObject({ VAST: expect.stringMatching(/amount/), SOUND: expect.stringMatching(/day promised for/) });
  expect([said['BIG-1'], said['INV-1']]).toEqual([undefined, undefined]);
  const late = data.find((one) => one['invoice'] === 'LATE');
  expect(late).toMatchObject({ dueDate: '9997-01-01', limitation: { expiresOn: null }, rungs: [] });
  expect(await row('/v1/receivables/VAST', 'zh')).toMatchObject({ faulty: expect.stringMatching(/金额超出/) });
  expect(await row('/v1/receivables/SOUND', 'zh')).toMatchObject({ promises: [{ faulty: expect.stringMatching(/承诺付款日/) }] });
  expect(await row('/v1/invoices/EARLY', 'en')).toMatchObject({ faulty: expect.stringMatching(/issue date/) });
  expect(await row('/v1/payments/P-BIG', 'en')).toMatchObject({ amount: '90000000000000001.23', faulty: expect.any(String) });
});

test('sums over rows out of bounds are shown to the last digit', async () => {
  const customer = (await row('/v1/customers/C-1', 'en'))['balances'];
  // 9000000000000000123 + 2 × 9007199254740991 in minor units, and six of 500.00, less a note of 10.00 and a payment of 100.00, of which 20.00 went back.
  const open = '90180143985097731.05';
  expect(customer).toMatchObject([{ currency: 'CNY', open }]);
  expect((await row('/v1/ageing?customer=C-1', 'en'))['data']).toMatchObject([{ currency: 'CNY', open }]);
});

const look = async (id: string) => {
  const { id: own } = (await row(`/v1/receivables/${id}`, 'en')) as { id: string };
  await reassessReceivable(api.store, { id: own, seq: null });
  return (await row(`/v1/receivables/${id}`, 'zh'))['plan'];
};

test('a row out of bounds is left alone by its process: nothing is planned or asked for until it is put right', async () => {
  expect(await wakeFaulty(api.store)).toBe(5);
  for (const id of ['LATE', 'EARLY', 'VAST', 'PARTS:2', 'SOUND'])
    expect(await look(id), id).toMatchObject({
      step: 'wait',
      at: null,
      code: 'faulty',
      why: expect.stringMatching(/超出允许范围/),
    });
  expect(await look('PARTS:1')).not.toMatchObject({ code: 'faulty' });
  expect(await wakeFaulty(api.store)).toBe(0);
});

test('a promise out of bounds that was judged holds nothing up: it cannot be taken back, and nothing is left to be put right', async () => {
  const judge = (state: string, at: string) =>
    asOwner(async (run) => {
      await run('set session_replication_role = replica');
      await run(`update promise set state = '${state}', judged_at = ${at} where due_on = '9999-12-31'`);
    });
  await judge('broken', 'made_at');
  expect(await wakeFaulty(api.store)).toBe(1);
  expect(await look('SOUND')).not.toMatchObject({ code: 'faulty' });
  expect((await faultyCounts(api.store.db)).map(({ kind }) => kind)).not.toContain('promise');
  expect(await row('/v1/receivables/SOUND', 'en')).not.toHaveProperty('faulty');
  await judge('pending', 'null');
  expect(await look('SOUND')).toMatchObject({ code: 'faulty' });
});

test('beside rows out of bounds facts are taken as ever, and the document sent again puts one right', async () => {
  const erp = (method: 'put' | 'post', path: string, body: object, status: number) =>
    api.as('erp')[method](path).send(body).expect(status);
  const invoice = { customer: 'C-1', issueDate: '2026-09-01', currency: 'CNY', amount: '50.00' };
  await erp('put', '/v1/invoices/NEW', { ...invoice, number: 'NEW' }, 201);
  const payment = { customer: 'C-1', amount: '5.00', currency: 'CNY', receivedOn: '2026-09-05', reference: 'VAST' };
  await erp('post', '/v1/payments', { externalId: 'P-NEW', ...payment }, 201);
  const lines = [{ line: 1, item: 'A-1', quantity: '2', unitPrice: '1000.00' }];
  await erp('put', '/v1/orders/SO-2', { customer: 'C-1', currency: 'CNY', requestedShipDate: '2026-10-01', lines }, 201);
  const dispute = { amount: '50.00', category: 'quality', note: '' };
  await api.as('collector').post('/v1/receivables/VAST/disputes').send(dispute).expect(201);
  // What would go to the customer is not made of such figures.
  const statement = await api.as('credit_officer').post('/v1/statements').send({ customer: 'C-1', asOf: '2026-09-05' });
  expect([statement.status, statement.body]).toMatchObject([422, { code: 'sum-too-large' }]);
  const { promises } = (await row('/v1/receivables/SOUND', 'en')) as { promises: { id: string }[] };
  await api.as('collector').post(`/v1/promises/${promises[0]?.id}/cancel`).send({ reason: 'No such day' }).expect(200);
  for (const id of ['LATE', 'VAST']) {
    await erp('put', `/v1/invoices/${id}`, { ...invoice, issueDate: '2026-07-01', number: id, amount: '500.00' }, 200);
    expect(await row(`/v1/receivables/${id}`, 'en')).toMatchObject({ amount: '500.00', dueDate: '2026-07-31' });
    expect(await row(`/v1/receivables/${id}`, 'en')).not.toHaveProperty('faulty');
    expect(await look(id)).not.toMatchObject({ code: 'faulty' });
  }
});

test('an instalment out of bounds is taken out of its invoice by a correction', async () => {
  const invoice = { customer: 'C-1', number: 'WIDE', issueDate: '2026-07-01', currency: 'CNY', amount: '500.00' };
  const parts = (last: number) => [1, last].map((no) => ({ no, amount: '250.00', dueDate: '2026-08-01' }));
  await api
    .as('erp')
    .put('/v1/invoices/WIDE')
    .send({ ...invoice, instalments: parts(2) })
    .expect(201);
  await asOwner(async (run) => {
    await run('set session_replication_role = replica');
    await run(
      `update receivable set amount_minor = ${vast} where instalment = 2 and invoice_id in (select id from invoice where external_id = 'WIDE')`,
    );
    await run(`update credit_account set open_minor = open_minor + ${vast} - 25000 where open_minor < 9000000000000000`);
  });
  await api
    .as('erp')
    .put('/v1/invoices/WIDE')
    .send({ ...invoice, instalments: parts(3) })
    .expect(200);
  for (const no of [1, 3]) expect(await row(`/v1/receivables/WIDE:${no}`, 'en')).toMatchObject({ open: '250.00' });
  expect(await row('/v1/receivables/WIDE:2', 'en')).toMatchObject({ open: '0.00' });
  await asOwner(async (run) => {
    await run('set session_replication_role = replica');
    await run(`update receivable set amount_minor = 1, credited_minor = 1 where withdrawn`);
  });
});

test('rows out of bounds are counted, known to the doctor, and one task for the administrator that ends when they are put right', async () => {
  const metrics = await api.as(null).get('/metrics');
  expect(metrics.text).toContain('duecourse_faulty_rows{kind="receivable"} 2');
  const findings = await databaseFindings(api.config);
  expect(findings.find(({ code }) => code === 'rows-faulty')).toMatchObject({ state: 'bad', params: { count: 4 } });
  expect([await tellFaulty(api.store), await tellFaulty(api.store)]).toEqual(['opened', null]);
  const tasks = async (state: string) => (await api.as('admin').get(`/v1/tasks?kind=faulty-rows&state=${state}`)).body.data;
  expect(await tasks('active')).toMatchObject([{ role: 'admin', why: { count: 4 } }]);
  await asOwner(async (run) => {
    await run('set session_replication_role = replica');
    await run(
      `update receivable set due_date = '2026-08-01', amount_minor = 50000 where amount_minor > 50000 or due_date not between '2000-01-01' and '2050-01-01'`,
    );
    await run(`update invoice set issue_date = '2026-07-01', amount_minor = 50000`);
    await run(`update payment set amount_minor = 100, unapplied_minor = 100 where external_id = 'P-BIG'`);
  });
  expect([await tellFaulty(api.store), await tellFaulty(api.store)]).toEqual(['ended', null]);
  expect(await wakeFaulty(api.store)).toBe(3);
  for (const id of ['EARLY', 'SOUND']) expect(await look(id), id).not.toMatchObject({ code: 'faulty' });
  expect(await tasks('active')).toEqual([]);
});

test('an integer of the database is a number where that is exact, else a bigint, in JSON too', () => {
  const safe = Number.MAX_SAFE_INTEGER;
  expect([exactInteger(String(safe)), exactInteger('9007199254740993')]).toEqual([safe, 9007199254740993n]);
  const text =
    '{"a": 9007199254740993, "b": [-9007199254740995, 0.12345678901234567, 9007199254740991], "c": "say \\"9007199254740993\\", 1"}';
  expect(exactJson(text)).toEqual({
    a: 9007199254740993n,
    b: [-9007199254740995n, 0.12345678901234567, safe],
    c: 'say "9007199254740993", 1',
  });
});
