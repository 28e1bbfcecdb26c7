import type request from 'supertest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sql } from 'kysely';
import { reassessReceivable } from '../../store/dunning/receivable-book.ts';
import { limitOf } from '../support/credit.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ business: '2026-01-20T02:00:00.000Z' });
});
afterAll(() => api.close());

const erp = () => api.as('erp');
const codeOf = (res: request.Response): string => (res.body as { code: string }).code;
const pointersOf = (res: request.Response): string[] =>
  (res.body as { errors: { pointer: string }[] }).errors.map((e) => e.pointer);

async function customer(id: string, more: object = {}): Promise<void> {
  const contacts = [{ id: 'c1', name: '王会计', role: 'finance', email: `${id.toLowerCase()}@example.com`, language: 'zh' }];
  const body = { name: `客户 ${id}`, type: 'dealer', region: 'SH', currency: 'CNY', terms: { days: 30 }, contacts };
  await erp()
    .put(`/v1/customers/${id}`)
    .send({ ...body, ...more })
    .expect(201);
}
const invoice = (id: string, of: string, amount: string, more: object = {}) =>
  erp()
    .put(`/v1/invoices/${id}`)
    .send({ customer: of, number: id, issueDate: '2026-01-05', currency: 'CNY', amount, ...more });
const pay = (id: string, of: string, amount: string, more: object = {}) =>
  erp()
    .post('/v1/payments')
    .send({ externalId: id, customer: of, amount, currency: 'CNY', receivedOn: '2026-01-12', ...more });
const openOf = async (id: string): Promise<string> =>
  ((await api.as('collector').get(`/v1/receivables/${id}`).expect(200)).body as { open: string }).open;

test('what a customer owes without a credit account is its exposure, with no limit; who owes nothing has none', async () => {
  await customer('NO-ACC');
  await customer('NO-ACC-2', { payer: 'NO-ACC' });
  const exposure = async (of: string) =>
    (await api.as('credit_officer').get(`/v1/customers/${of}/exposure`).expect(200)).body as Record<string, unknown>;
  expect(await exposure('NO-ACC')).toMatchObject({ payer: null, group: null, accounts: [], documents: [] });
  const old = { issueDate: '2025-11-05' };
  await invoice('NA-1', 'NO-ACC', '234332.42', old).expect(201);
  await invoice('NA-2', 'NO-ACC-2', '1000.00', old).expect(201);
  await pay('NA-P', 'NO-ACC', '500.00').expect(201);
  for (const of of ['NO-ACC', 'NO-ACC-2']) {
    const found = await exposure(of);
    expect(found).toMatchObject({
      payer: { account: 'NO-ACC', limit: null, headroom: null, version: 0 },
      accounts: [{ on: 'payer', account: 'NO-ACC', currency: 'CNY', limits: [] }],
    });
    const { documents, payer } = found as { documents: { externalId: string }[]; payer: { exposure: string } };
    expect(documents.map(({ externalId }) => externalId)).toEqual(expect.arrayContaining(['NA-1', 'NA-2']));
    expect(payer.exposure).toBe('234832.42');
  }
  // What opens the account finds the same.
  await limitOf(api.store, 'NO-ACC', 100_000);
  expect(await exposure('NO-ACC')).toMatchObject({ payer: { exposure: '234832.42', limit: '1000.00' } });
});

describe('the number that is printed on an invoice', () => {
  beforeAll(async () => {
    await customer('K-1');
    await invoice('K-DOC-1', 'K-1', '100.00', { number: '31002200000001', issueDate: '2026-01-01' });
    await invoice('K-DOC-2', 'K-1', '100.00', { number: '31002200000002' });
    await invoice('K-DOC-3', 'K-1', '100.00', { number: '31002200000003' });
    await invoice('K-DOC-4', 'K-1', '100.00', { number: '31002200000003', issueDate: '2026-01-06' });
  });

  test('in the text of a payment names what it pays, as a whole word and only where one invoice bears it', async () => {
    await pay('K-P1', 'K-1', '30.00', { reference: 'Invoice 31002200000002' }).expect(201);
    await pay('K-P2', 'K-1', '10.00', { reference: '31002200000002' }).expect(201);
    expect([await openOf('K-DOC-1'), await openOf('K-DOC-2')]).toEqual(['100.00', '60.00']);
    await pay('K-P3', 'K-1', '5.00', { reference: 'Invoice 310022000000021' }).expect(201);
    await pay('K-P4', 'K-1', '5.00', { reference: 'Invoice 31002200000003' }).expect(201);
    expect([await openOf('K-DOC-1'), await openOf('K-DOC-3'), await openOf('K-DOC-4')]).toEqual(['90.00', '100.00', '100.00']);
  });

  test('serves where an invoice is named outright: allocations, credit notes, search and paths', async () => {
    const allocations = [{ invoice: '31002200000002', amount: '10.00' }];
    await pay('K-P5', 'K-1', '10.00', { allocations }).expect(201);
    const note = { externalId: 'K-N1', customer: 'K-1', amount: '10.00', currency: 'CNY', issuedOn: '2026-01-12', reason: 'x' };
    await erp()
      .post('/v1/credit-notes')
      .send({ ...note, invoice: '31002200000002' })
      .expect(201);
    expect(await openOf('31002200000002')).toBe('40.00');
    const twice = await erp()
      .post('/v1/credit-notes')
      .send({ ...note, externalId: 'K-N2', invoice: '31002200000003' });
    expect([twice.status, codeOf(twice), pointersOf(twice)]).toEqual([422, 'invoice-unknown', ['/invoice']]);
    const found = await api.as('collector').get('/v1/receivables?invoice=31002200000003').expect(200);
    expect((found.body as { data: { invoice: string }[] }).data.map((row) => row.invoice).toSorted()).toEqual([
      'K-DOC-3',
      'K-DOC-4',
    ]);
    const list = await api.as('collector').get('/v1/invoices?number=31002200000002').expect(200);
    expect((list.body as { data: { externalId: string }[] }).data.map((row) => row.externalId)).toEqual(['K-DOC-2']);
    await api.as('collector').get('/v1/invoices/31002200000002').expect(200);
    await api.as('collector').get('/v1/invoices/31002200000003').expect(404);
    await api.as('collector').get('/v1/receivables/31002200000003').expect(404);
  });
});

test('an id that is an invoice and an instalment of another one as well is refused, and our own ids serve for both', async () => {
  await customer('AB');
  const parts = [1, 2].map((no) => ({ no, amount: '50.00', dueDate: `2026-0${no + 1}-05` }));
  await invoice('AB-1', 'AB', '100.00', { instalments: parts }).expect(201);
  expect(await openOf('AB-1:2')).toBe('50.00');
  await invoice('AB-1:2', 'AB', '30.00').expect(201);
  for (const language of ['en', 'zh']) {
    const { body } = await api.as('collector').get('/v1/receivables/AB-1:2').set('Accept-Language', language).expect(409);
    expect(body).toMatchObject({ code: 'receivable-ambiguous', detail: expect.stringMatching(/AB-1:2.*AB-1 .*2/) });
  }
  const before = await api.written();
  const dispute = { amount: '1.00', category: 'price', note: 'x' };
  await api.as('credit_officer').post('/v1/receivables/AB-1:2/disputes').send(dispute).expect(409);
  expect(await api.written()).toBe(before);
  const listed = await api.as('collector').get('/v1/receivables?customer=AB').expect(200);
  const open = (listed.body as { data: { id: string }[] }).data.map(({ id }) => openOf(id));
  expect((await Promise.all(open)).toSorted()).toEqual(['30.00', '50.00', '50.00']);
  expect([await openOf('AB-1:1'), await openOf('AB-1:2:1')]).toEqual(['50.00', '30.00']);
});

test('an invoice whose tax is more than its amount is refused at its tax, and nothing is written', async () => {
  await customer('TAX');
  const before = await api.written();
  const taxed = (amount: string) => ({ tax: { rate: '0.13', amount } });
  for (const [language, words] of [
    ['en', /The tax of 100\.01 CNY is more than the amount of 100\.00 CNY/],
    ['zh', /税额 100\.01 CNY 大于/],
  ] as const) {
    const refused = await invoice('TAX-1', 'TAX', '100.00', taxed('100.01')).set('Accept-Language', language).expect(422);
    expect(refused.body.errors).toEqual([
      expect.objectContaining({ pointer: '/tax/amount', detail: expect.stringMatching(words) }),
    ]);
  }
  expect(await api.written()).toBe(before);
  await invoice('TAX-1', 'TAX', '100.00', taxed('11.50')).expect(201);
});

describe('who pays for others', () => {
  test('pays the invoices that its payment names, of its own and of theirs, and takes them back with it', async () => {
    await customer('HQ');
    await customer('BR-A', { payer: 'HQ' });
    await customer('BR-B', { payer: 'HQ' });
    await customer('BR-C');
    await invoice('A-1', 'BR-A', '100.00');
    await invoice('B-1', 'BR-B', '200.00');
    await invoice('C-1', 'BR-C', '50.00');
    await pay('HQ-P1', 'HQ', '300.00', { reference: 'A-1 B-1' }).expect(201);
    expect([await openOf('A-1'), await openOf('B-1')]).toEqual(['0.00', '0.00']);
    await erp().post('/v1/payments/HQ-P1/reverse').send({}).expect(200);
    expect([await openOf('A-1'), await openOf('B-1')]).toEqual(['100.00', '200.00']);
    const given = { allocations: [{ invoice: 'B-1', amount: '200.00' }] };
    await pay('HQ-P2', 'HQ', '200.00', given).expect(201);
    expect(await openOf('B-1')).toBe('0.00');
    await pay('HQ-P3', 'HQ', '40.00').expect(201);
    expect(await openOf('A-1')).toBe('60.00');
  });

  test("pays for nobody else: a stranger's invoice is unknown to it, and a branch pays for itself alone", async () => {
    const stranger = await pay('HQ-P4', 'HQ', '10.00', { allocations: [{ invoice: 'C-1', amount: '10.00' }] });
    expect([stranger.status, codeOf(stranger), pointersOf(stranger)]).toEqual([
      422,
      'invoice-unknown',
      ['/allocations/0/invoice'],
    ]);
    const branch = await pay('BR-P1', 'BR-B', '10.00', { allocations: [{ invoice: 'A-1', amount: '10.00' }] });
    expect(codeOf(branch)).toBe('invoice-unknown');
    const left = await pay('BR-P2', 'BR-B', '10.00', { reference: 'A-1' }).expect(201);
    expect(left.body).toMatchObject({ allocations: [], unapplied: '10.00' });
  });
});

const note = (id: string, of: string, invoiced: string | null, amount: string, more: object = {}) =>
  erp()
    .post('/v1/credit-notes')
    .send({
      ...{ externalId: id, customer: of, amount, currency: 'CNY', issuedOn: '2026-01-15', reason: 'Goods returned' },
      ...(invoiced !== null && { invoice: invoiced }),
      ...more,
    });
const refund = (id: string, of: string, amount: string, more: object = {}) =>
  erp()
    .post('/v1/refunds')
    .send({ externalId: id, customer: of, amount, currency: 'CNY', paidOn: '2026-01-16', reason: 'Paid twice', ...more });
const unappliedOf = async (id: string): Promise<string> => {
  const { body } = await api.as('collector').get(`/v1/customers/${id}`).expect(200);
  return (body as { balances: { unapplied: string }[] }).balances[0]?.unapplied ?? '0.00';
};
const exposureOf = async (id: string): Promise<string | undefined> => {
  const { body } = await api.as('credit_officer').get(`/v1/customers/${id}/exposure`).expect(200);
  return (body as { payer: { exposure: string } | null }).payer?.exposure;
};
/** The open tasks about a customer's money that lies on nothing, by their subject. */
const unappliedTasks = async (id: string): Promise<string[]> => {
  const { rows } = await sql<{ subject: string }>`
    select o.subject from work_order o join customer c on c.id = o.customer_id
    where c.external_id = ${id} and o.kind = 'unapplied-money' and o.closed_at is null order by 1`.execute(api.store.db);
  return rows.map((row) => row.subject);
};
/** A look of its process, as a wake-up makes it take one. */
async function look(invoiced: string): Promise<{ stage: string; code: string; outcome: string | null }> {
  const { body } = await api.as('collector').get(`/v1/receivables/${invoiced}`).expect(200);
  await reassessReceivable(api.store, { id: (body as { id: string }).id, seq: null });
  const after = await api.as('collector').get(`/v1/receivables/${invoiced}`).expect(200);
  const { stage, outcome, plan } = after.body as { stage: string; outcome: string | null; plan: { code: string } };
  return { stage, outcome, code: plan.code };
}
const drifts = async (): Promise<number> => (await sql`select * from exposure_drift()`.execute(api.store.db)).rows.length;

describe('a credit note', () => {
  beforeAll(async () => {
    await customer('CN');
    await limitOf(api.store, 'CN', 10_000_000);
    await invoice('CN-1', 'CN', '1000.00');
    await pay('CN-P1', 'CN', '1000.00', { reference: 'CN-1' }).expect(201);
  });

  test('on a paid invoice becomes a credit on account: it lowers what is counted, is listed, read, applied and paid out', async () => {
    const posted = await note('CN-N1', 'CN', 'CN-1', '400.00').expect(201);
    expect(posted.body).toMatchObject({ allocations: [], unapplied: '400.00' });
    await invoice('CN-2', 'CN', '1000.00').expect(201);
    expect([await unappliedOf('CN'), await exposureOf('CN'), await openOf('CN-2')]).toEqual(['400.00', '600.00', '1000.00']);
    expect(await unappliedTasks('CN')).toEqual(['credit-note CN-N1']);
    const list = await api.as('collector').get('/v1/credit-notes?customer=CN&unapplied=true').expect(200);
    expect(list.body).toMatchObject({ data: [{ externalId: 'CN-N1', invoice: 'CN-1', unapplied: '400.00', reversedOn: null }] });
    const allocations = [{ invoice: 'CN-2', amount: '100.00' }];
    await api
      .as('collector')
      .post('/v1/credit-notes/CN-N1/allocate')
      .set('Idempotency-Key', 'a1')
      .send({ allocations })
      .expect(200);
    expect([await openOf('CN-2'), await unappliedOf('CN'), await exposureOf('CN')]).toEqual(['600.00', '0.00', '600.00']);
    expect(await unappliedTasks('CN')).toEqual([]);
    const read = await api.as('collector').get('/v1/credit-notes/CN-N1').expect(200);
    expect(read.body).toMatchObject({
      unapplied: '0.00',
      allocations: [{ invoice: 'CN-2', amount: '400.00', reversedAt: null }],
    });
  });

  test('taken back opens again what it credited, with its dunning, and cannot be taken back twice or before its day', async () => {
    await invoice('CN-3', 'CN', '500.00').expect(201);
    await note('CN-N3', 'CN', 'CN-3', '500.00').expect(201);
    expect(await look('CN-3')).toMatchObject({ stage: 'closed', outcome: 'credited' });
    const back = (body: object) =>
      erp()
        .post('/v1/credit-notes/CN-N3/reverse')
        .send({ reason: 'never came back', ...body });
    expect(pointersOf(await back({ reversedOn: '2026-01-14' }).expect(422))).toEqual(['/reversedOn']);
    const reversed = await back({}).expect(200);
    expect(reversed.body).toMatchObject({ reversedOn: '2026-01-20', restored: [{ amount: '500.00' }] });
    expect(await openOf('CN-3')).toBe('500.00');
    expect(await look('CN-3')).toMatchObject({ stage: 'scheduled', outcome: null, code: 'rung-planned' });
    expect(codeOf(await back({ reversedOn: '2026-01-20' }).expect(409))).toBe('note-reversed');
    await note('CN-N3b', 'CN', 'CN-3', '500.00').expect(201);
  });

  test('beyond its invoice, with the notes before it, is refused unless it says that it is on account', async () => {
    await invoice('CN-4', 'CN', '100.00').expect(201);
    await note('CN-N4', 'CN', 'CN-4', '60.00').expect(201);
    const beyond = await note('CN-N5', 'CN', 'CN-4', '40.01').expect(422);
    expect([codeOf(beyond), pointersOf(beyond)]).toEqual(['credit-exceeds-invoice', ['/amount']]);
    const said = await note('CN-N5', 'CN', 'CN-4', '45.00', { onAccount: true }).expect(201);
    expect(said.body).toMatchObject({ allocations: [{ amount: '40.00' }], unapplied: '5.00' });
    expect(pointersOf(await note('CN-N6', 'CN', null, '5.00').expect(422))).toEqual(['/invoice']);
    await note('CN-N6', 'CN', null, '5.00', { onAccount: true }).expect(201);
    expect(await unappliedOf('CN')).toBe('10.00');
    await refund('CN-R1', 'CN', '5.00', { creditNote: 'CN-N6' }).expect(201);
    expect(codeOf(await erp().post('/v1/credit-notes/CN-N6/reverse').send({ reason: 'x' }).expect(409))).toBe('has-refund');
    expect([await unappliedOf('CN'), await drifts()]).toEqual(['5.00', 0]);
  });
});

describe('money that came before its invoice', () => {
  test('is a task, and pays the invoice it names as soon as that comes', async () => {
    await customer('K05');
    await limitOf(api.store, 'K05', 10_000_000);
    await pay('K05-P1', 'K05', '20000.00', { reference: 'K05-1', receivedOn: '2026-01-05' }).expect(201);
    expect([await unappliedOf('K05'), await unappliedTasks('K05')]).toEqual(['20000.00', ['payment K05-P1']]);
    await invoice('K05-9', 'K05', '500.00').expect(201);
    const put = await invoice('K05-1', 'K05', '20000.00', { issueDate: '2026-01-12' }).expect(201);
    expect(put.body).toMatchObject({ receivables: [{ open: '0.00' }] });
    expect([await openOf('K05-1'), await openOf('K05-9'), await unappliedOf('K05')]).toEqual(['0.00', '500.00', '0.00']);
    expect([await unappliedTasks('K05'), await exposureOf('K05')]).toEqual([[], '500.00']);
    expect(await look('K05-1')).toMatchObject({ stage: 'closed', outcome: 'paid' });
  });

  test('that is said to be on account stays there: on no open or coming item, no task, counted, until a person applies it', async () => {
    await customer('K04');
    await invoice('K04-0', 'K04', '700.00').expect(201);
    const posted = await pay('K04-P1', 'K04', '700.00', { onAccount: true, reference: 'K04-0 K04-1' }).expect(201);
    expect(posted.body).toMatchObject({ unapplied: '700.00', allocations: [] });
    await invoice('K04-1', 'K04', '700.00').expect(201);
    expect([await openOf('K04-0'), await openOf('K04-1'), await unappliedOf('K04')]).toEqual(['700.00', '700.00', '700.00']);
    expect([await unappliedTasks('K04'), await exposureOf('K04')]).toEqual([[], '700.00']);
    const read = await api.as('auditor').get('/v1/payments/K04-P1').expect(200);
    expect(read.body).toMatchObject({ onAccount: true });
    const both = await pay('K04-P2', 'K04', '1.00', { onAccount: true, order: 'O-1' }).expect(422);
    expect(both.body.errors[0].pointer).toBe('/order');
    const lines = { allocations: [{ invoice: 'K04-1', amount: '700.00' }] };
    await api.as('erp').post('/v1/payments/K04-P1/allocate').send(lines).expect(200);
    expect([await openOf('K04-0'), await openOf('K04-1'), await unappliedOf('K04')]).toEqual(['700.00', '0.00', '0.00']);
  });

  test('without a name pays the only invoice of exactly its amount, or, at once, all instalments of one', async () => {
    await customer('K06');
    await pay('K06-P1', 'K06', '700.00').expect(201);
    await invoice('K06-1', 'K06', '701.00').expect(201);
    const parts = [300, 400].map((amount, at) => ({ no: at + 1, amount: `${amount}.00`, dueDate: `2026-0${at + 2}-01` }));
    await invoice('K06-2', 'K06', '700.00', { instalments: parts }).expect(201);
    expect([await openOf('K06-1'), await openOf('K06-2:1'), await openOf('K06-2:2')]).toEqual(['701.00', '0.00', '0.00']);
    await pay('K06-P2', 'K06', '751.00', { allocations: [{ invoice: 'K06-1', amount: '701.00' }] }).expect(201);
    await pay('K06-P3', 'K06', '50.00').expect(201);
    await invoice('K06-3', 'K06', '50.00').expect(201);
    expect([await openOf('K06-3'), await unappliedOf('K06')]).toEqual(['50.00', '100.00']);
  });

  test('of several alike that are exactly its amount the older pays it; where one has another payer or text, none does', async () => {
    await customer('K06A');
    await pay('K06A-P1', 'K06A', '300.00', { receivedOn: '2026-01-06' }).expect(201);
    await pay('K06A-P2', 'K06A', '300.00', { receivedOn: '2026-01-05' }).expect(201);
    await invoice('K06A-1', 'K06A', '300.00').expect(201);
    expect([await openOf('K06A-1'), await unappliedOf('K06A')]).toEqual(['0.00', '300.00']);
    const older = await api.as('erp').get('/v1/payments/K06A-P2').expect(200);
    expect(older.body).toMatchObject({ unapplied: '0.00' });
    await invoice('K06A-2', 'K06A', '300.00').expect(201);
    expect([await openOf('K06A-2'), await unappliedOf('K06A')]).toEqual(['0.00', '0.00']);
    await customer('K06B');
    await pay('K06B-P1', 'K06B', '300.00', { reference: 'K06B-9' }).expect(201);
    await pay('K06B-P2', 'K06B', '300.00').expect(201);
    await invoice('K06B-1', 'K06B', '300.00').expect(201);
    expect([await openOf('K06B-1'), await unappliedOf('K06B')]).toEqual(['300.00', '600.00']);
  });

  test('bound to an order pays the invoices of that order alone, and covers nothing else', async () => {
    await customer('K07');
    await pay('K07-P1', 'K07', '300.00', { order: 'K07-O1' }).expect(201);
    expect(await unappliedTasks('K07')).toEqual([]);
    await invoice('K07-1', 'K07', '300.00').expect(201);
    await invoice('K07-2', 'K07', '500.00', { order: 'K07-O1' }).expect(201);
    expect([await openOf('K07-1'), await openOf('K07-2'), await unappliedOf('K07')]).toEqual(['300.00', '200.00', '0.00']);
  });

  test('is looked at again where a dispute or another payer moves what it covers', async () => {
    await customer('K09');
    await customer('K10', { payer: 'K09' });
    const credit = { externalId: 'K09-N', customer: 'K09', onAccount: true, amount: '500.00', currency: 'CNY' };
    await erp()
      .post('/v1/credit-notes')
      .send({ ...credit, issuedOn: '2026-01-05', reason: 'bonus' })
      .expect(201);
    for (const [id, of] of [
      ['K09-1', 'K09'],
      ['K09-2', 'K09'],
      ['K10-1', 'K10'],
    ] as const)
      await invoice(id, of, '400.00').expect(201);
    const askedOf = async (id: string): Promise<number> => {
      const { id: own } = (await api.as('collector').get(`/v1/receivables/${id}`).expect(200)).body as { id: string };
      const row = await api.store.db
        .selectFrom('wake')
        .select('asked')
        .where('subject', '=', `receivable-${own}`)
        .executeTakeFirst();
      return row?.asked ?? 0;
    };
    const before = [await askedOf('K09-2'), await askedOf('K10-1')];
    const dispute = { amount: '400.00', category: 'price', note: 'x' };
    const opened = await api.as('collector').post('/v1/receivables/K09-1/disputes').send(dispute).expect(201);
    const after = [await askedOf('K09-2'), await askedOf('K10-1')];
    expect(after.every((asked, at) => asked > (before[at] ?? 0))).toBe(true);
    const { id } = opened.body as { id: string };
    await api.as('credit_officer').post(`/v1/disputes/${id}/resolution`).send({ state: 'rejected', note: 'x' }).expect(200);
    expect(await askedOf('K09-2')).toBeGreaterThan(after[0] ?? 0);
    const asked = await askedOf('K10-1');
    const alone = { name: '客户 K10', type: 'dealer', region: 'SH', currency: 'CNY', terms: { days: 30 }, contacts: [] };
    await erp().put('/v1/customers/K10').send(alone).expect(200);
    expect(await askedOf('K10-1')).toBeGreaterThan(asked);
  });

  test('holds no order for what it covers, and lets nothing be asked that it covers', async () => {
    await customer('K08');
    await limitOf(api.store, 'K08', 100_000_000);
    await pay('K08-P1', 'K08', '100000.00', { receivedOn: '2026-01-05' }).expect(201);
    const past = { issueDate: '2026-01-05', instalments: [{ no: 1, amount: '90000.00', dueDate: '2026-01-08' }] };
    await invoice('K08-1', 'K08', '90000.00', past).expect(201);
    expect(await look('K08-1')).toMatchObject({ code: 'covered' });
    const order = (id: string) =>
      erp()
        .put(`/v1/orders/${id}`)
        .send({
          ...{ customer: 'K08', currency: 'CNY', requestedShipDate: '2026-01-25' },
          lines: [{ line: 1, item: 'X', quantity: '1', unitPrice: '10.00' }],
        });
    expect((await order('K08-O1').expect(201)).body).toMatchObject({ decision: 'approved' });
    await refund('K08-R1', 'K08', '25000.00').expect(201);
    expect(await look('K08-1')).not.toMatchObject({ code: 'covered' });
    const held = await order('K08-O2').expect(201);
    expect(held.body).toMatchObject({
      decision: 'held',
      reasons: [{ code: 'overdue-amount', figures: { overdue: '15000.00' } }],
    });
    await erp().post('/v1/refunds/K08-R1/reverse').send({ reason: 'returned' }).expect(200);
    expect(await look('K08-1')).toMatchObject({ code: 'covered' });
    await api.as('collector').post('/v1/payments/K08-P1/allocate').set('Idempotency-Key', 'k8').send({}).expect(200);
    expect([await look('K08-1'), await unappliedTasks('K08')]).toMatchObject([{ outcome: 'paid' }, ['payment K08-P1']]);
  });
});

describe('a refund', () => {
  test('of what was paid too much leaves nothing unapplied; the same again is the same', async () => {
    await customer('R-1');
    await limitOf(api.store, 'R-1', 10_000_000);
    await invoice('R-I1', 'R-1', '900.00').expect(201);
    await pay('R-P1', 'R-1', '1000.00', { reference: 'R-I1' }).expect(201);
    expect(await unappliedOf('R-1')).toBe('100.00');
    const over = await refund('R-F0', 'R-1', '100.01').expect(422);
    expect([codeOf(over), pointersOf(over)]).toEqual(['amount-exceeds-unapplied', ['/amount']]);
    await refund('R-F1', 'R-1', '100.00').expect(201);
    await refund('R-F1', 'R-1', '100.00').expect(200);
    expect([await unappliedOf('R-1'), await openOf('R-I1'), await unappliedTasks('R-1')]).toEqual(['0.00', '0.00', []]);
    const read = await api.as('collector').get('/v1/refunds/R-F1').expect(200);
    expect(read.body).toMatchObject({ amount: '100.00', sources: [{ payment: 'R-P1', creditNote: null, amount: '100.00' }] });
    const list = await api.as('collector').get('/v1/refunds?customer=R-1').expect(200);
    expect((list.body as { data: unknown[] }).data).toHaveLength(1);
    expect((await api.as('collector').get('/v1/payments/R-P1').expect(200)).body).toMatchObject({
      refunded: '100.00',
      unapplied: '0.00',
    });
    expect(codeOf(await erp().post('/v1/payments/R-P1/reverse').send({}).expect(409))).toBe('has-refund');
  });

  test('of a payment in part opens again what it paid last; taken back, its money lies unapplied', async () => {
    await refund('R-F2', 'R-1', '200.00', { payment: 'R-P1' }).expect(201);
    expect([await openOf('R-I1'), await exposureOf('R-1')]).toEqual(['200.00', '200.00']);
    await erp().post('/v1/refunds/R-F2/reverse').send({ reason: 'account closed' }).expect(200);
    expect([await openOf('R-I1'), await unappliedOf('R-1'), await exposureOf('R-1')]).toEqual(['200.00', '200.00', '0.00']);
    expect(codeOf(await erp().post('/v1/refunds/R-F2/reverse').send({ reason: 'x' }).expect(409))).toBe('refund-reversed');
    expect(await drifts()).toBe(0);
  });

  test('a bank that takes back a part of a payment opens again as much as that', async () => {
    await customer('R-2');
    await invoice('R-I2', 'R-2', '300.00').expect(201);
    await pay('R-P2', 'R-2', '300.00', { reference: 'R-I2' }).expect(201);
    const part = (amount: string) => erp().post('/v1/payments/R-P2/reverse').send({ amount });
    expect(pointersOf(await part('300.01').expect(422))).toEqual(['/amount']);
    expect((await part('120.00').expect(200)).body).toMatchObject({ restored: [{ amount: '120.00' }] });
    const read = await api.as('collector').get('/v1/payments/R-P2').expect(200);
    expect(read.body).toMatchObject({ returned: '120.00', reversedOn: null, unapplied: '0.00' });
    expect(await openOf('R-I2')).toBe('120.00');
    await part('180.00').expect(200);
    expect([await openOf('R-I2'), codeOf(await part('1.00').expect(409))]).toEqual(['300.00', 'already-reversed']);
  });
});
