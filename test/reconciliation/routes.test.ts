import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { auditOf } from '../support/books.ts';
import { actOf, approve } from '../support/two-persons.ts';
import { deskOver, lineOf } from '../support/reconciliation.ts';
import type { ReconciliationDesk, ShownTheirs } from '../support/reconciliation.ts';

let api: TestApi;
let desk: ReconciliationDesk;
beforeAll(async () => {
  api = await openTestApi();
  desk = deskOver(api);
});
afterAll(() => api.close());

interface Statement {
  id: string;
  total: string;
  state: string;
  contentHash: string;
  supersededBy: string | null;
  lines: { line: number; kind: string; number: string; amount: string }[];
  answer: object | null;
}
const issue = async (customer: string, over: object = {}, status = 201): Promise<Statement> =>
  (await desk.post('credit_officer', '/v1/statements', { customer, ...over }).expect(status)).body as Statement;
const confirm = {
  verdict: 'confirmed',
  answeredOn: '2026-09-01',
  by: 'c1',
  channel: 'letter',
  evidence: { reference: 'reply 7' },
};
const said = (statement: ShownTheirs): string[] =>
  statement.differences.map(({ kind, amount, state }) => `${kind} ${amount} ${state}`);
const orders = async (customer: string): Promise<string[]> => {
  const { rows } = await sql<{ kind: string; role: string; open: boolean }>`
    select o.kind, o.role, o.closed_at is null as open from work_order o join customer c on c.id = o.customer_id
    where c.external_id = ${customer} order by o.kind, open`.execute(api.store.db);
  return rows.map(({ kind, role, open }) => `${kind} ${role}${open ? '' : ' closed'}`);
};
const factsOf = async (customer: string): Promise<Record<string, unknown>> => {
  const { rows } = await sql<{ name: string; value: unknown }>`
    select f.name, f.value from profile_fact f join customer c on c.id = f.customer_id
    where c.external_id = ${customer} and f.source = 'reconciliation' and f.superseded_at is null`.execute(api.store.db);
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
};

describe('a statement of ours', () => {
  test('lists what was open on its day, money that lies on nothing included; later payments do not change it', async () => {
    const customer = await desk.customer();
    await desk.invoice(`${customer}-A`, customer, 100_000, '2026-07-01');
    await desk.invoice(`${customer}-B`, customer, 50_000, '2026-08-20');
    await desk.invoice(`${customer}-C`, customer, 70_000, '2026-09-01');
    await desk.pay(`${customer}-P1`, customer, 40_000, '2026-08-15', `${customer}-A`);
    await desk.pay(`${customer}-P2`, customer, 60_000, '2026-09-01', `${customer}-A`);
    const statement = await issue(customer, { asOf: '2026-08-31' });
    expect(statement.lines.map(({ kind, number, amount }) => `${kind} ${number} ${amount}`)).toEqual([
      `receivable ${customer}-A 600.00`,
      `receivable ${customer}-B 500.00`,
    ]);
    expect(statement).toMatchObject({ total: '1100.00', state: 'open', respondBy: '2026-09-16T10:00:00.000Z', answer: null });
    const now = await issue(customer);
    expect(now.lines.map(({ number, amount }) => `${number} ${amount}`)).toEqual([
      `${customer}-B 500.00`,
      `${customer}-C 700.00`,
    ]);
    expect(JSON.stringify(now)).not.toMatch(/interest|利息/i);
  });

  test('money that lies on nothing is a line to the customer’s credit', async () => {
    const customer = await desk.customer();
    await desk.pay(`${customer}-P`, customer, 30_000, '2026-08-15');
    expect(await issue(customer)).toMatchObject({ total: '-300.00', lines: [{ kind: 'payment', amount: '-300.00' }] });
  });

  test('asked for again unchanged is the same; changed, it takes the place of the one that waits', async () => {
    const customer = await desk.customer();
    await desk.invoice(`${customer}-A`, customer, 100_000);
    const first = await issue(customer);
    expect((await issue(customer, {}, 200)).id).toBe(first.id);
    await desk.invoice(`${customer}-B`, customer, 5_000);
    const second = await issue(customer);
    expect(await desk.get<Statement>(`/v1/statements/${first.id}`)).toMatchObject({
      state: 'superseded',
      supersededBy: second.id,
    });
    expect(await orders(customer)).toEqual(['statement-send collector closed', 'statement-send collector']);
    expect(await desk.standing(customer)).toMatchObject({ unconfirmedSince: '2026-09-01', lastConfirmedOn: null });
  });

  test('confirmed: keeps who said so, when and of what, is told to the profile, and ends the wait', async () => {
    const customer = await desk.customer();
    await desk.invoice(`${customer}-A`, customer, 100_000);
    const { id, contentHash } = await issue(customer);
    const path = `/v1/statements/${id}/answers`;
    expect((await desk.post('erp', path, { ...confirm, evidence: undefined }).expect(422)).body.code).toBe('evidence-missing');
    const answered = await desk.post('erp', path, confirm).expect(201);
    expect(answered.body).toMatchObject({ verdict: 'confirmed', lines: [] });
    const { rows } =
      await sql`select verdict, answered_on, by_contact, channel, evidence, content_hash, recorded_by from statement_answer
      where statement_id = ${id}::uuid`.execute(api.store.db);
    const kept = {
      verdict: 'confirmed',
      answered_on: '2026-09-01',
      by_contact: 'c1',
      channel: 'letter',
      content_hash: contentHash,
    };
    expect(rows).toMatchObject([{ ...kept, evidence: { reference: 'reply 7' } }]);
    const audit = (await auditOf(api.store, id)).find((entry) => entry.action === 'statement.answered');
    expect(audit?.after).toMatchObject({
      contentHash,
      law: '《民法典》第一百九十五条；《诉讼时效规定》第十四条 · Civil Code, art. 195; Judicial Provisions on Limitation, art. 14',
    });
    expect(await desk.standing(customer)).toMatchObject({ unconfirmedSince: null, lastConfirmedOn: '2026-09-01' });
    expect(await factsOf(customer)).toEqual({ statementConfirmedOn: '2026-09-01' });
    expect(await orders(customer)).toEqual(['statement-send collector closed']);
    expect((await desk.post('erp', path, confirm).expect(409)).body.code).toBe('already-decided');
  });

  test('a line they owe less of becomes a dispute; one they owe more of, or money they do not know, a difference', async () => {
    const customer = await desk.customer();
    const receivable = await desk.invoice(`${customer}-A`, customer, 100_000, '2026-07-01');
    await desk.invoice(`${customer}-B`, customer, 50_000, '2026-07-02');
    await desk.pay(`${customer}-P`, customer, 170_000, '2026-08-15');
    await desk.invoice(`${customer}-C`, customer, 80_000, '2026-07-03');
    await desk.invoice(`${customer}-D`, customer, 90_000, '2026-07-04');
    const { id, lines } = await issue(customer);
    expect(lines.map(({ kind, amount }) => `${kind} ${amount}`)).toEqual([
      'receivable 800.00',
      'receivable 900.00',
      'payment -200.00',
    ]);
    expect(receivable).not.toBe('');
    const disputed = [
      { line: 1, amount: '750.00', category: 'price', note: 'tender price' },
      { line: 2, amount: '950.00', category: 'other', note: 'we have more' },
      { line: 3, category: 'other', note: 'not from us' },
    ];
    const body = { verdict: 'disputed', answeredOn: '2026-09-01', by: 'c1', channel: 'email', disputed };
    const { body: answered } = await desk.post('credit_officer', `/v1/statements/${id}/answers`, body).expect(201);
    expect(answered.lines).toMatchObject([
      { line: 1, difference: null },
      { line: 2, dispute: null, difference: 'price' },
      { line: 3, dispute: null, difference: 'unallocated-payment' },
    ]);
    const { rows } = await sql<{
      amount: number;
    }>`select amount_minor as amount from dispute where id = ${answered.lines[0].dispute}::uuid`.execute(api.store.db);
    expect(rows).toEqual([{ amount: 5_000 }]);
    const standing = await desk.standing(customer);
    expect(standing).toMatchObject({
      unconfirmedSince: null,
      lastConfirmedOn: null,
      doubtful: [{ currency: 'CNY', amount: '250.00' }],
    });
    expect((await desk.get<Statement>(`/v1/statements/${id}`)).state).toBe('disputed');
  });

  test('taken back: nobody need answer, and nobody can', async () => {
    const customer = await desk.customer();
    await desk.invoice(`${customer}-A`, customer, 100_000);
    const { id } = await issue(customer);
    await desk.post('credit_officer', `/v1/statements/${id}/withdraw`, {}).expect(422);
    const gone = await desk.post('credit_officer', `/v1/statements/${id}/withdraw`, { reason: 'wrong office' }).expect(200);
    expect(gone.body.state).toBe('withdrawn');
    expect((await desk.post('erp', `/v1/statements/${id}/answers`, confirm).expect(409)).body.code).toBe('not-open');
    expect(await desk.standing(customer)).toMatchObject({ unconfirmedSince: null });
  });

  test('rubbish is refused by name and writes nothing', async () => {
    const customer = await desk.customer();
    await desk.invoice(`${customer}-A`, customer, 100_000);
    const { id } = await issue(customer);
    const before = await api.written();
    const refused = async (path: string, body: object, pointer: string, code: string): Promise<void> => {
      const { body: problem } = await desk.post('credit_officer', path, body).expect(422);
      expect(problem.errors, JSON.stringify(problem)).toContainEqual(expect.objectContaining({ pointer }));
      expect(problem.code).toBe(code);
    };
    await refused('/v1/statements', { customer: 'NOBODY' }, '/customer', 'customer-unknown');
    await refused('/v1/statements', { customer, currency: 'ABC' }, '/currency', 'currency-unknown');
    await refused('/v1/statements', { customer, asOf: '2026-09-02' }, '/asOf', 'date-in-future');
    await refused('/v1/statements', { customer, respondBy: '2026-09-01' }, '/respondBy', 'invalid');
    const answers = `/v1/statements/${id}/answers`;
    await refused(answers, { ...confirm, by: 'nobody' }, '/by', 'invalid');
    await refused(answers, { ...confirm, answeredOn: '2026-09-02' }, '/answeredOn', 'date-in-future');
    await refused(answers, { ...confirm, answeredOn: '2026-08-31' }, '/answeredOn', 'invalid');
    await refused(answers, { ...confirm, verdict: 'disputed' }, '/disputed', 'invalid');
    const line = { category: 'price', note: '' };
    const dispute = { ...confirm, verdict: 'disputed' };
    await refused(answers, { ...dispute, disputed: [{ ...line, line: 9 }] }, '/disputed/0/line', 'invalid');
    await refused(answers, { ...dispute, disputed: [{ ...line, line: 1, amount: '1000.00' }] }, '/disputed/0/amount', 'invalid');
    await refused(
      answers,
      { ...dispute, disputed: [{ ...line, line: 1, amount: '1.001' }] },
      '/disputed/0/amount',
      'amount-fraction',
    );
    await refused(
      answers,
      {
        ...dispute,
        disputed: [
          { ...line, line: 1 },
          { ...line, line: 1 },
        ],
      },
      '/disputed',
      'invalid',
    );
    expect(await api.written()).toBe(before);
    await api.as('sales').get(`/v1/statements/${id}`).expect(404);
  });
});

describe("a statement of the customer's", () => {
  test('that agrees is settled at once, and the profile says so', async () => {
    const customer = await desk.customer();
    await desk.invoice(`${customer}-A`, customer, 100_000);
    await issue(customer, { asOf: '2026-08-31' });
    const theirs = await desk.theirs(customer, [`invoice ${customer}-A 2026-07-02 1000.00`], { total: '1000.00' });
    expect(theirs).toMatchObject({
      state: 'settled',
      matches: [{ rule: 'number', confidence: 100, state: 'taken' }],
      differences: [],
    });
    expect(await desk.standing(customer)).toMatchObject({
      unconfirmedSince: null,
      lastAgreedOn: '2026-08-31',
      openDifferences: [],
    });
    expect(await factsOf(customer)).toEqual({ reconciliationDifferenceShare: 0 });
  });

  test('that differs beyond the tolerance becomes work for the roles of its causes', async () => {
    const customer = await desk.customer();
    await desk.invoice(`${customer}-A`, customer, 1_000_000);
    await desk.invoice(`${customer}-B`, customer, 300_000);
    await desk.invoice(`${customer}-C`, customer, 80_000, '2026-08-28');
    const theirs = await desk.theirs(customer, [`invoice ${customer}-A 2026-07-02 9200.00`, 'return R-1 2026-08-12 500.00']);
    expect(said(theirs).sort()).toEqual([
      'price -800.00 open',
      'timing -800.00 open',
      'unknown-document -3000.00 open',
      'unrecorded-return -500.00 open',
    ]);
    expect(await orders(customer)).toEqual([
      'reconciliation-document credit_officer',
      'reconciliation-price sales',
      'reconciliation-return credit_officer',
    ]);
    expect(await factsOf(customer)).toEqual({ reconciliationDifferenceShare: 0.4943 });
    const again = await desk.post('erp', `/v1/customer-statements/${theirs.id}/rematch`, {}).expect(200);
    expect(again.body, 'the same books give the same result').toEqual(theirs);
    expect(await desk.standing(customer)).toMatchObject({ doubtful: [{ currency: 'CNY', amount: '4300.00' }] });
  });

  test('within the tolerance it is on record and nobody is sent', async () => {
    const customer = await desk.customer();
    await desk.invoice(`${customer}-A`, customer, 1_000_000);
    const theirs = await desk.theirs(customer, [`invoice ${customer}-A 2026-07-02 9100.00`]);
    expect(said(theirs)).toEqual(['price -900.00 open']);
    expect(await orders(customer)).toEqual([]);
  });

  test('later documents clear what was only late; asking again finds it so', async () => {
    const customer = await desk.customer();
    await desk.invoice(`${customer}-A`, customer, 500_000);
    const lines = [`invoice ${customer}-A 2026-07-02 5000.00`, 'payment - 2026-08-30 2000.00', 'return R-9 2026-08-01 1500.00'];
    const theirs = await desk.theirs(customer, lines);
    expect(said(theirs).sort()).toEqual(['timing -2000.00 open', 'unrecorded-return -1500.00 open']);
    await desk.pay(`${customer}-P`, customer, 200_000, '2026-09-01', `${customer}-A`);
    await desk.credit('R-9', customer, `${customer}-A`, 150_000, '2026-09-01');
    const again = await desk.post('erp', `/v1/customer-statements/${theirs.id}/rematch`, {}).expect(200);
    expect(said(again.body as ShownTheirs).sort()).toEqual(['timing -2000.00 cleared', 'unrecorded-return -1500.00 cleared']);
    expect((again.body as ShownTheirs).state).toBe('settled');
    expect(await orders(customer)).toEqual(['reconciliation-return credit_officer closed']);
  });

  test('that lists a payment beside the invoice it pays agrees with books that have laid the one on the other', async () => {
    const customer = await desk.customer();
    await desk.invoice(`${customer}-A`, customer, 500_000);
    await desk.invoice(`${customer}-B`, customer, 300_000, '2026-07-15');
    await desk.pay(`${customer}-P`, customer, 450_000, '2026-08-20');
    const lines = [
      `invoice ${customer}-A 2026-07-02 5000.00`,
      `invoice ${customer}-B 2026-07-15 3000.00`,
      'payment - 2026-08-19 4500.00',
    ];
    const theirs = await desk.theirs(customer, lines, { total: '3500.00' });
    expect(theirs).toMatchObject({ state: 'settled', differences: [] });
    expect(theirs.matches).toHaveLength(3);
    const net = await desk.theirs(customer, [
      `invoice ${customer}-A 2026-07-02 500.00`,
      `invoice ${customer}-B 2026-07-15 3000.00`,
    ]);
    expect(net).toMatchObject({ state: 'settled', differences: [] });
  });

  test('of movements is held against whole documents, paid or not', async () => {
    const customer = await desk.customer();
    await desk.invoice(`${customer}-A`, customer, 500_000, '2026-08-03');
    await desk.pay(`${customer}-P`, customer, 500_000, '2026-08-20', `${customer}-A`);
    const lines = [`invoice ${customer}-A 2026-08-04 5000.00`, `payment - 2026-08-19 5000.00`];
    const theirs = await desk.theirs(customer, lines, { basis: 'movements', from: '2026-08-01', total: '0.00' });
    expect(theirs).toMatchObject({ state: 'settled', total: '0.00', differences: [] });
    expect(theirs.matches.map((one) => one.rule).sort()).toEqual(['amount-date', 'number']);
  });

  test('doubtful matches are put to a person; refused, their documents differ; and it is not asked again', async () => {
    const customer = await desk.customer();
    await desk.invoice(`${customer}-A`, customer, 500_000, '2026-07-20');
    const theirs = await desk.theirs(customer, ['invoice OWN-77 2026-07-22 5000.00']);
    expect(theirs).toMatchObject({ state: 'open', matches: [{ rule: 'amount-date', confidence: 71, state: 'proposed' }] });
    expect(await orders(customer)).toEqual(['reconciliation-match credit_officer']);
    const path = `/v1/customer-statements/${theirs.id}/matches/${theirs.matches[0]?.id}/decision`;
    await desk.post('erp', path, { verdict: 'reject', reason: 'x' }).expect(403);
    const refused = await desk.post('credit_officer', path, { verdict: 'reject', reason: 'another delivery' }).expect(200);
    expect(said(refused.body as ShownTheirs).sort()).toEqual(['unknown-document -5000.00 open', 'unknown-document 5000.00 open']);
    expect((await desk.post('credit_officer', path, { verdict: 'accept', reason: 'x' }).expect(409)).body.code).toBe(
      'already-decided',
    );
    const again = await desk.post('erp', `/v1/customer-statements/${theirs.id}/rematch`, {}).expect(200);
    expect((again.body as ShownTheirs).matches.map((one) => one.state)).toEqual(['rejected']);
    expect(await orders(customer)).toContain('reconciliation-match credit_officer closed');
  });

  test('accepted, it holds whenever it is found again', async () => {
    const customer = await desk.customer();
    await desk.invoice(`${customer}-A`, customer, 500_000, '2026-07-20');
    const theirs = await desk.theirs(customer, ['invoice OWN-78 2026-07-22 5000.00']);
    const path = `/v1/customer-statements/${theirs.id}/matches/${theirs.matches[0]?.id}/decision`;
    const accepted = await desk.post('credit_officer', path, { verdict: 'accept', reason: 'their own number' }).expect(200);
    expect(accepted.body).toMatchObject({ state: 'settled', matches: [{ state: 'accepted' }] });
    const again = await desk.post('erp', `/v1/customer-statements/${theirs.id}/rematch`, {}).expect(200);
    expect(again.body).toMatchObject({ state: 'settled', matches: [{ state: 'accepted' }] });
  });

  test('a newer one stands for the older: the same gap is not counted twice', async () => {
    const customer = await desk.customer();
    await desk.invoice(`${customer}-A`, customer, 1_000_000);
    const older = await desk.theirs(customer, [`invoice ${customer}-A 2026-07-02 5000.00`], { asOf: '2026-08-15' });
    await desk.theirs(customer, [`invoice ${customer}-A 2026-07-02 5000.00`], { asOf: '2026-08-31' });
    expect((await desk.get<ShownTheirs>(`/v1/customer-statements/${older.id}`)).state).toBe('superseded');
    expect((await desk.standing(customer)).doubtful).toEqual([{ currency: 'CNY', amount: '5000.00' }]);
  });

  test('taken out, its differences were none; the same file again changes nothing, another of its id is refused', async () => {
    const customer = await desk.customer();
    await desk.invoice(`${customer}-A`, customer, 1_000_000);
    const over = { externalId: `${customer}-S` };
    const lines = [`invoice ${customer}-A 2026-07-02 5000.00`];
    const theirs = await desk.theirs(customer, lines, over);
    const body = { customer, currency: 'CNY', asOf: '2026-08-31', lines: lines.map(lineOf), ...over };
    expect((await desk.post('erp', '/v1/customer-statements', body).expect(200)).body.id).toBe(theirs.id);
    const other = await desk.post('erp', '/v1/customer-statements', { ...body, asOf: '2026-08-30' }).expect(409);
    expect(other.body.code).toBe('already-exists');
    const path = `/v1/customer-statements/${theirs.id}/withdraw`;
    await desk.post('erp', path, { reason: 'x' }).expect(403);
    const gone = await desk.post('credit_manager', path, { reason: 'file of another supplier' }).expect(200);
    expect(said(gone.body as ShownTheirs)).toEqual(['price -5000.00 withdrawn']);
    expect((await desk.standing(customer)).openDifferences).toEqual([]);
    expect(await orders(customer)).toEqual(['reconciliation-price sales closed']);
    await desk.post('erp', `/v1/customer-statements/${theirs.id}/rematch`, {}).expect(409);
  });

  test('rubbish is refused by name and writes nothing', async () => {
    const customer = await desk.customer();
    const before = await api.written();
    const base = {
      externalId: 'CS-X',
      customer,
      currency: 'CNY',
      asOf: '2026-08-31',
      lines: [lineOf('invoice A 2026-08-01 10.00')],
    };
    const refused = async (over: object, pointer: string, code = 'invalid'): Promise<void> => {
      const { body } = await desk.post('erp', '/v1/customer-statements', { ...base, ...over }).expect(422);
      expect(body.errors, JSON.stringify(body)).toContainEqual(expect.objectContaining({ pointer }));
      expect(body.code).toBe(code);
    };
    const lines = (...texts: string[]) => ({ lines: texts.map(lineOf) });
    await refused({ customer: 'NOBODY' }, '/customer', 'customer-unknown');
    await refused({ currency: 'XYZ' }, '/currency', 'currency-unknown');
    await refused({ asOf: '2026-09-02' }, '/asOf', 'date-in-future');
    await refused({ total: '11.00' }, '/total', 'statement-sum');
    await refused({ total: '10.001' }, '/total', 'amount-fraction');
    await refused(lines('invoice A 2026-08-01 10.00', 'invoice A 2026-08-01 10.00'), '/lines/1');
    await refused(lines('invoice A 2026-09-01 10.00'), '/lines/0/date');
    await refused(lines('invoice A 2026-08-01 10.001'), '/lines/0/amount', 'amount-fraction');
    await refused(lines('invoice A 2026-08-01 -10.00'), '/lines/0/amount', 'amount-not-positive');
    await refused(lines('order A 2026-08-01 10.00'), '/lines/0/kind');
    await refused(
      lines(...Array.from({ length: 3 }, (_, at) => `invoice ${at} 2026-08-01 40000000000000.00`)),
      '/lines',
      'amount-too-large',
    );
    await refused({ basis: 'movements' }, '/from');
    await refused({ from: '2026-08-01' }, '/from');
    await refused({ basis: 'movements', from: '2026-08-15' }, '/lines/0/date');
    const many = Array.from({ length: 2001 }, (_, at) => lineOf(`invoice N${at} 2026-08-01 10.00`));
    await refused({ lines: many }, '/lines');
    expect(await api.written()).toBe(before);
  });

  test('two thousand lines against as many of ours take seconds, however alike they are', { timeout: 60_000 }, async () => {
    const customer = await desk.customer();
    const { id } = await api.store.db
      .selectFrom('customer')
      .select('id')
      .where('external_id', '=', customer)
      .executeTakeFirstOrThrow();
    await sql`
      with i as (insert into invoice (external_id, customer_id, number, issue_date, currency, amount_minor, content_hash, created_at, updated_at)
        select ${customer} || '-' || n, ${id}::uuid, ${customer} || '-' || n, '2026-07-01'::date + n % 40, 'CNY', 100000 + n % 50 * 100, 'x', now(), now()
        from generate_series(1, 2000) n returning id, amount_minor, issue_date)
      insert into receivable (invoice_id, customer_id, instalment, due_date, currency, amount_minor, ladder, policy_version, posted_at, plan_step, plan_why)
      select id, ${id}::uuid, 1, issue_date + 30, 'CNY', amount_minor, 'general-30', 1, now(), 'wait', '{}' from i`.execute(
      api.store.db,
    );
    const lines = Array.from(
      { length: 2000 },
      (_, at) => `invoice Z${at} 2026-07-${String((at % 28) + 1).padStart(2, '0')} ${1000 + (at % 61)}.00`,
    );
    const started = performance.now();
    const theirs = await desk.theirs(customer, lines);
    expect(performance.now() - started).toBeLessThan(60_000);
    expect(theirs.differences.length).toBeGreaterThan(1_000);
    expect(await orders(customer)).toEqual(['reconciliation-statement credit_officer']);
    const path = `/v1/customer-statements/${theirs.id}/withdraw`;
    await desk.post('credit_manager', path, { reason: 'not ours' }).expect(200);
    expect(await orders(customer)).toEqual(['reconciliation-statement credit_officer closed']);
  });
});

describe('an adjustment', () => {
  /** A difference of so much less on one invoice. */
  async function gap(minor: number): Promise<{ customer: string; statement: string; difference: string }> {
    const customer = await desk.customer();
    await desk.invoice(`${customer}-A`, customer, 1_000_000);
    const amount = ((1_000_000 - minor) / 100).toFixed(2);
    const theirs = await desk.theirs(customer, [`invoice ${customer}-A 2026-07-02 ${amount}`]);
    return { customer, statement: theirs.id, difference: theirs.differences[0]?.id ?? '' };
  }
  const propose = (difference: string, body: object, status = 201) =>
    desk
      .post('credit_officer', `/v1/differences/${difference}/adjustments`, { reason: 'price list of August', ...body })
      .expect(status);
  const decide = (role: 'credit_officer' | 'credit_manager', id: string, verdict: string, status = 200) =>
    desk.post(role, `/v1/adjustments/${id}/decision`, { verdict, reason: 'looked into' }).expect(status);

  test('to accept their figure concedes the amount, which then waits for its credit note, and settles the difference', async () => {
    const { customer, statement, difference } = await gap(200_000);
    const { body: made } = await propose(difference, { kind: 'accept-theirs' });
    expect(await orders(customer)).toEqual(['reconciliation-adjustment credit_manager', 'reconciliation-price sales']);
    expect((await decide('credit_officer', made.id, 'approve', 409)).body.code).toBe('own-request');
    await decide('credit_manager', made.id, 'approve');
    expect((await decide('credit_manager', made.id, 'approve', 409)).body.code).toBe('already-decided');
    const { rows } = await sql<{ amount: number; state: string; category: string }>`
      select d.amount_minor as amount, d.state, d.category from dispute d join customer c on c.id = d.customer_id where c.external_id = ${customer}`.execute(
      api.store.db,
    );
    expect(rows).toEqual([{ amount: 200_000, state: 'upheld', category: 'price' }]);
    const shown = await desk.get<{ state: string; adjustments: object[] }>(`/v1/differences/${difference}`);
    expect(shown).toMatchObject({ state: 'adjusted', adjustments: [{ state: 'approved', decisionReason: 'looked into' }] });
    expect(await orders(customer)).toEqual([
      'reconciliation-adjustment credit_manager closed',
      'reconciliation-price sales closed',
    ]);
    expect((await auditOf(api.store, made.id)).map((entry) => entry.action)).toEqual([
      'adjustment.proposed',
      'adjustment.approved',
    ]);
    expect((await desk.get<ShownTheirs>(`/v1/customer-statements/${statement}`)).state).toBe('settled');
    const again = await desk.post('erp', `/v1/customer-statements/${statement}/rematch`, {}).expect(200);
    expect(said(again.body as ShownTheirs)).toEqual(['price -2000.00 adjusted']);
    expect(await factsOf(customer)).toEqual({ reconciliationDifferenceShare: 0 });
  });

  test('holds for later statements too, while the amount and our side are what they were; then it is a new difference', async () => {
    const { customer, difference } = await gap(200_000);
    const { body: made } = await propose(difference, { kind: 'keep-ours' });
    await decide('credit_manager', made.id, 'approve');
    const later = (amount: string, asOf: string) =>
      desk.theirs(customer, [`invoice X-1 2026-06-01 1.00`, `invoice ${customer}-A 2026-07-02 ${amount}`], { asOf });
    expect(said(await later('8000.00', '2026-08-31'))).toEqual(['unknown-document 1.00 open']);
    expect(said(await later('7500.00', '2026-08-31'))).toEqual(['unknown-document 1.00 open', 'price -2500.00 open']);
    await desk.credit(`${customer}-N`, customer, `${customer}-A`, 50_000, '2026-08-30');
    expect(said(await later('7500.00', '2026-08-31'))).toEqual(['unknown-document 1.00 open', 'price -2000.00 open']);
  });

  test('what was written off is owed all the same: it comes back as no difference, on their books or not', async () => {
    const customer = await desk.customer();
    const id = await desk.invoice(`${customer}-A`, customer, 100_000);
    const asked = await desk.post('credit_manager', `/v1/receivables/${id}/write-off`, { amount: '400.00', reason: 'bankrupt' });
    await approve(api, actOf(asked), 'finance_director');
    const listed = (amount: string) =>
      desk.theirs(customer, [`invoice ${customer}-A 2026-07-02 ${amount}`], { asOf: '2026-09-01' });
    expect(said(await listed('1000.00'))).toEqual([]);
    expect(said(await listed('600.00'))).toEqual([]);
    expect(said(await listed('500.00'))).toEqual(['price -500.00 open']);
    const rest = await desk.post('credit_manager', `/v1/receivables/${id}/write-off`, { reason: 'bankrupt' });
    await approve(api, actOf(rest), 'finance_director');
    expect(said(await desk.theirs(customer, [], { asOf: '2026-09-01' }))).toEqual([]);
    expect(said(await listed('1000.00'))).toEqual([]);
  });

  test('to keep our figure writes the cause; declined, the difference stays open', async () => {
    const { difference } = await gap(200_000);
    const { body: first } = await propose(difference, { kind: 'keep-ours' });
    expect((await propose(difference, { kind: 'keep-ours' }, 409)).body.code).toBe('waits-already');
    await decide('credit_manager', first.id, 'decline');
    expect((await desk.get<{ state: string }>(`/v1/differences/${difference}`)).state).toBe('open');
    const { body: second } = await propose(difference, { kind: 'keep-ours', reason: 'signed delivery note' });
    await decide('credit_manager', second.id, 'approve');
    expect(await desk.get(`/v1/differences/${difference}`)).toMatchObject({ state: 'adjusted', reason: 'signed delivery note' });
    await propose(difference, { kind: 'keep-ours' }, 409);
  });

  test('to allocate lays the payment on the invoice it explains, and then the books agree', async () => {
    const customer = await desk.customer();
    await desk.pay(`${customer}-P`, customer, 400_000, '2026-08-10');
    await desk.invoice(`${customer}-A`, customer, 1_000_000);
    const theirs = await desk.theirs(customer, [`invoice ${customer}-A 2026-07-02 6000.00`]);
    expect(theirs.differences).toMatchObject([{ kind: 'unallocated-payment', amount: '-4000.00', payment: `${customer}-P` }]);
    expect(await orders(customer)).toEqual(['reconciliation-payment collector', 'unapplied-money collector']);
    const { body: made } = await propose(theirs.differences[0]?.id ?? '', { kind: 'allocate-payment' });
    await decide('credit_manager', made.id, 'approve');
    const { rows } = await sql<{ paid: number; left: number }>`
      select r.paid_minor as paid, (select unapplied_minor from payment where external_id = ${`${customer}-P`}) as left
      from receivable r join invoice i on i.id = r.invoice_id where i.external_id = ${`${customer}-A`}`.execute(api.store.db);
    expect(rows).toEqual([{ paid: 400_000, left: 0 }]);
    const again = await desk.post('erp', `/v1/customer-statements/${theirs.id}/rematch`, {}).expect(200);
    expect(again.body.state).toBe('settled');
  });

  test('that does not settle its difference is refused, with what would', async () => {
    const customer = await desk.customer();
    const theirs = await desk.theirs(customer, ['invoice UNKNOWN 2026-07-02 6000.00', 'return R-3 2026-07-02 2000.00']);
    const [missing, returned] = ['unknown-document', 'unrecorded-return'].map(
      (kind) => theirs.differences.find((one) => one.kind === kind)?.id ?? '',
    );
    for (const [difference, kind] of [
      [missing, 'accept-theirs'],
      [returned, 'accept-theirs'],
      [returned, 'allocate-payment'],
    ] as const) {
      const { body } = await propose(difference ?? '', { kind }, 422);
      expect(body).toMatchObject({ code: 'adjustment-unfit', errors: [{ pointer: '/kind' }] });
    }
    const { body: stranger } = await propose(returned ?? '', { kind: 'accept-theirs', receivable: 'NO-SUCH' }, 422);
    expect(stranger).toMatchObject({ code: 'receivable-unknown', errors: [{ pointer: '/receivable' }] });
    await desk.invoice(`${customer}-A`, customer, 1_000_000, '2026-09-01');
    const { body: made } = await propose(returned ?? '', { kind: 'accept-theirs', receivable: `${customer}-A` });
    await decide('credit_manager', made.id, 'approve');
    expect((await desk.get<{ state: string }>(`/v1/differences/${returned}`)).state).toBe('adjusted');
  });

  test('whose difference clears before anybody decides is dropped', async () => {
    const customer = await desk.customer();
    await desk.invoice(`${customer}-A`, customer, 1_000_000);
    const theirs = await desk.theirs(customer, [`invoice ${customer}-A 2026-07-02 6000.00`]);
    const { body: made } = await propose(theirs.differences[0]?.id ?? '', { kind: 'accept-theirs' });
    await desk.credit(`${customer}-N`, customer, `${customer}-A`, 400_000, '2026-08-31');
    await desk.post('erp', `/v1/customer-statements/${theirs.id}/rematch`, {}).expect(200);
    expect((await decide('credit_manager', made.id, 'approve', 409)).body.code).toBe('already-decided');
    expect((await desk.get<{ adjustments: object[] }>(`/v1/differences/${theirs.differences[0]?.id}`)).adjustments).toMatchObject(
      [{ state: 'dropped' }],
    );
    expect(await orders(customer)).toEqual([
      'reconciliation-adjustment credit_manager closed',
      'reconciliation-price sales closed',
    ]);
  });
});
