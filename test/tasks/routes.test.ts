import { readFile } from 'node:fs/promises';
import type request from 'supertest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { standAt } from '../../store/platform/clock.ts';
import { readReceivables } from '../../store/ledger/receivable-facts.ts';
import { takeDue } from '../support/steps.ts';
import { policyKinds } from '../../domain/policy.ts';
import { openWorkOrder } from '../../store/tasks/work-orders.ts';
import { systemActor, write } from '../../store/platform/transaction.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';

let api: TestApi;
let taskId = '';
beforeAll(async () => {
  api = await openTestApi({ business: '2026-06-01T02:00:00.000Z' });
  const customer = { name: 'Dealer', type: 'dealer', region: 'SH', currency: 'CNY', terms: { days: 30 }, owner: 'lin' };
  await api.as('erp').put('/v1/customers/C-1').send(customer).expect(201);
  const invoice = {
    customer: 'C-1',
    number: '1',
    issueDate: '2026-06-01',
    currency: 'CNY',
    amount: '100000.00',
    ladder: 'general-30',
  };
  await api.as('erp').put('/v1/invoices/INV-1').send(invoice).expect(201);
  const { id: receivableId } = (await api.as('erp').get('/v1/receivables/INV-1').expect(200)).body as { id: string };
  await standAt(api.store, systemActor('test'), '2026-10-10T02:00:00.000Z');
  await write(api.store, systemActor('test'), async (work) => {
    const { tx } = work;
    const [found] = await readReceivables(tx, [receivableId]);
    const effects = await openWorkOrder(work, {
      key: 'test',
      kind: 'collector-call',
      customerId: found?.customerId ?? null,
      receivableId,
      subject: 'invoice INV-1/1',
      reason: { rung: 'call' },
    });
    const [audit, ...more] = effects.audit;
    if (!audit) throw new Error('no work order was opened');
    return { ...effects, value: undefined, audit: [audit, ...more] };
  });
  taskId = (await api.as('collector').get('/v1/tasks').expect(200)).body.data[0].id;
});
afterAll(() => api.close());

const codeOf = (res: request.Response): string => (res.body as { code: string }).code;
const asked = async () =>
  (await api.store.db.selectFrom('wake').select('asked').where('subject', '=', `work-order-${taskId}`).executeTakeFirstOrThrow())
    .asked;

describe('tasks', () => {
  test('are listed with a rank that is the sum of its reasons, said in the language asked for', async () => {
    const [task] = (await api.as('collector').get('/v1/tasks').expect(200)).body.data;
    expect(task).toMatchObject({
      kind: 'collector-call',
      state: 'open',
      customer: 'C-1',
      subject: 'invoice INV-1/1',
      role: 'collector',
    });
    expect(task.reasons).toEqual([
      { code: 'harm', points: 20, text: 'money is to be collected' },
      { code: 'overdue-amount', points: 50, text: 'CNY 100,000.00 overdue' },
      { code: 'overdue-age', points: 40, text: 'oldest overdue by 101 days' },
      { code: 'no-contact', points: 5, text: 'never contacted' },
    ]);
    expect(task.rank).toBe(115);
    const zh = await api.as('collector').get(`/v1/tasks/${taskId}`).set('Accept-Language', 'zh').expect(200);
    expect(zh.body).toMatchObject({
      title: '致电客户并约定付款日期',
      reasons: [{}, { text: '逾期人民币 100,000.00 元' }, {}, {}],
    });
  });

  test('a logged call lowers the rank and stands in the timeline', async () => {
    const call = { customer: 'C-1', receivable: 'INV-1:1', kind: 'call', outcome: 'Will pay on Friday' };
    const logged = await api.as('collector').post('/v1/contacts').send(call).expect(201);
    // 10 October 2026 is a Saturday that is worked in place of the holiday: no day to contact anybody.
    expect(logged.body.warnings).toEqual([{ code: 'holiday', text: 'on a rest day' }]);
    expect(
      codeOf(
        await api
          .as('collector')
          .post('/v1/contacts')
          .send({ ...call, receivable: 'INV-2' })
          .expect(422),
      ),
    ).toBe('receivable-unknown');
    expect(
      codeOf(
        await api
          .as('collector')
          .post('/v1/contacts')
          .send({ ...call, at: '2026-10-11T00:00:00Z' })
          .expect(422),
      ),
    ).toBe('date-in-future');
    const late = (language: string) =>
      api
        .as('collector')
        .post('/v1/contacts')
        .set('Accept-Language', language)
        .send({ ...call, at: '2026-10-11T00:00:00Z' })
        .expect(422);
    expect((await late('en')).body.errors[0].detail).toContain('2026-10-11 08:00');
    expect((await late('zh')).body.errors[0].detail).toContain('2026年10月11日 08:00');
    expect((await api.as('collector').get(`/v1/tasks/${taskId}`).expect(200)).body.rank).toBe(110);
    const timeline = await api.as('collector').get('/v1/customers/C-1/timeline?limit=1').expect(200);
    expect(timeline.body.data).toMatchObject([
      { kind: 'contact.logged', words: 'Call logged: Will pay on Friday (on a rest day)' },
    ]);
  });

  test('a call or visit at night, beyond the caps or to whoever opted out is logged with what the rules say against it', async () => {
    const night = { customer: 'C-1', kind: 'visit', outcome: 'Nobody there', at: '2026-10-09T15:30:00Z' };
    const seen = async (entry: object, language = 'en') => {
      const res = await api.as('sales').post('/v1/contacts').set('Accept-Language', language).send(entry).expect(201);
      return (res.body.warnings as { code: string; text: string }[]).map(({ code, text }) => (language === 'en' ? code : text));
    };
    expect(await seen(night)).toEqual(['quiet-hours', 'outside-window']);
    expect(await seen(night, 'zh')).toEqual(['处于免打扰时段', '超过当日联系次数上限', '不在可联系时段内']);
    expect(await seen({ ...night, at: '2026-10-08T02:00:00Z' })).toEqual([]);
    const dealer = { name: 'Dealer', type: 'dealer', region: 'SH', currency: 'CNY', terms: { days: 30 }, owner: 'lin' };
    const contacts = [
      { id: 'c1', name: 'Fin', role: 'finance', email: 'fin@dealer.example', language: 'en' },
      { id: 'c2', name: 'Boss', role: 'management', email: 'boss@dealer.example', language: 'en' },
    ];
    await api
      .as('erp')
      .put('/v1/customers/C-OUT')
      .send({ ...dealer, contacts })
      .expect(201);
    const out = { contact: 'c1', channel: 'email', reason: 'asked' };
    await api.as('credit_officer').post('/v1/customers/C-OUT/opt-outs').send(out).expect(200);
    const call = { customer: 'C-OUT', kind: 'call', outcome: 'Spoke', at: '2026-10-09T02:00:00Z' };
    expect(await seen({ ...call, contact: 'c2' })).toEqual([]);
    expect(await seen({ ...call, contact: 'c1' })).toEqual(['daily-cap', 'opted-out']);
    expect(await seen({ ...call, kind: 'email', at: '2026-10-10T02:00:00Z' })).toEqual(['holiday', 'opted-out']);
    const nobody = await api
      .as('sales')
      .post('/v1/contacts')
      .send({ ...call, contact: 'c9' })
      .expect(422);
    expect(nobody.body.errors).toMatchObject([{ pointer: '/contact', detail: expect.stringContaining('no contact c9') }]);
    const audit = await api.as('auditor').get('/v1/audit?action=contact.logged&limit=1').expect(200);
    expect(audit.body.data[0].after.warnings).toEqual(['holiday', 'opted-out']);
  });

  test('are assigned, put aside and completed once, each with the bell of their process', async () => {
    const act = (verb: string, body: object) => api.as('collector').post(`/v1/tasks/${taskId}/${verb}`).send(body);
    const before = await asked();
    expect((await act('assign', { assignee: 'lin' }).expect(200)).body.assignee).toBe('lin');
    expect((await act('snooze', { until: '2026-10-12T09:00:00+08:00' }).expect(200)).body.snoozedUntil).toBe(
      '2026-10-12T01:00:00.000Z',
    );
    expect((await api.as('collector').get('/v1/tasks').expect(200)).body.data).toEqual([]);
    expect((await api.as('collector').get('/v1/tasks?snoozed=true').expect(200)).body.data).toHaveLength(1);
    expect((await act('snooze', { until: '2026-10-09T09:00:00+08:00' }).expect(422)).body.errors[0].pointer).toBe('/until');
    const done = await act('complete', { outcome: 'Promised', note: 'Ms Wang' }).expect(200);
    expect(done.body).toMatchObject({ state: 'done', outcome: 'Promised', note: 'Ms Wang' });
    expect(codeOf(await act('complete', { outcome: 'Again' }).expect(409))).toBe('task-closed');
    expect(await asked()).toBe(before + 3);
    const { state } = await api.store.db
      .selectFrom('work_order')
      .select('state')
      .where('id', '=', taskId)
      .executeTakeFirstOrThrow();
    expect(state).toBe('open');
    expect((await api.as('collector').get('/v1/tasks?state=done').expect(200)).body.data).toHaveLength(1);
  });
});

describe('policies', () => {
  const content = async (kind: string): Promise<Record<string, unknown>> =>
    JSON.parse(await readFile(new URL(`../../policies/${kind}.json`, import.meta.url), 'utf8')) as Record<string, unknown>;

  test.each(policyKinds)('the default %s fit their shape and contradict nothing', async (kind) => {
    const res = await api
      .as('credit_manager')
      .post(`/v1/policies/${kind}`)
      .send({ content: await content(kind), reason: 'as it is' });
    expect(res.body).toEqual({ kind, version: 2 });
  });

  test('are written by one person over the version seen, and approved once by another', async () => {
    const sent = { content: { ...(await content('collection')), promiseGraceDays: 3 }, reason: 'More grace' };
    const read = await api.as('auditor').get('/v1/policies/collection').expect(200);
    expect(read.body.current.version).toBe(1);
    const stale = api.as('credit_manager').post('/v1/policies/collection').set('If-Match', '"1"').send(sent);
    expect(codeOf(await stale.expect(412))).toBe('version-mismatch');
    const added = await api
      .as('credit_manager')
      .post('/v1/policies/collection')
      .set('If-Match', read.headers['etag'] ?? '')
      .send(sent)
      .expect(201);
    expect(added.body).toEqual({ kind: 'collection', version: 3 });
    await api.as('credit_manager').post('/v1/policies/collection/3/approve').send({}).expect(403);
    await api.as('finance_director').post('/v1/policies/collection/3/approve').send({}).expect(200);
    expect(codeOf(await api.as('finance_director').post('/v1/policies/collection/3/approve').send({}).expect(409))).toBe(
      'already-decided',
    );
    const now = await api.as('auditor').get('/v1/policies/collection').expect(200);
    expect(now.body.current).toMatchObject({ version: 3, content: { promiseGraceDays: 3 }, author: expect.any(String) });
    expect((await api.store.policies.current()).current.collection.version).toBe(3);
  });

  test('are in force from their day, however long ago they were approved', async () => {
    const sent = {
      content: { ...(await content('collection')), promiseGraceDays: 9 },
      effectiveFrom: '2026-10-20',
      reason: 'From the 20th',
    };
    const added = await api.as('credit_manager').post('/v1/policies/collection').send(sent).expect(201);
    const { version } = added.body as { version: number };
    expect(added.headers['etag']).toBe(`"${version}"`);
    await api.as('finance_director').post(`/v1/policies/collection/${version}/approve`).send({}).expect(200);
    const inForce = async () => (await api.store.policies.current()).current.collection;
    for (const [day, grace] of [
      ['2026-10-19', 3],
      ['2026-10-20', 9],
    ] as const) {
      await standAt(api.store, systemActor('test'), `${day}T02:00:00.000Z`);
      const read = await api.as('auditor').get('/v1/policies/collection').expect(200);
      expect(read.body.current.content).toMatchObject({ promiseGraceDays: grace });
      expect((await inForce()).content.promiseGraceDays, `on ${day}`).toBe(grace);
    }
    const past = { ...sent, effectiveFrom: '2026-10-01' };
    await api.as('credit_manager').post('/v1/policies/collection').send(past).expect(422);
  });

  test('that contradict themselves are refused by the places that do', async () => {
    const ladders = (await content('ladders')) as { ladders: { rungs: object[] }[]; strategy: object[] };
    const send = (body: object) => api.as('credit_manager').post('/v1/policies/ladders').send({ content: body, reason: 'wrong' });
    const [first] = ladders.ladders;
    const twice = { ...first, rungs: [...(first?.rungs ?? []), ...(first?.rungs ?? [])] };
    const res = await send({ ...ladders, ladders: [twice, ...ladders.ladders.slice(1)] }).expect(422);
    expect(codeOf(res)).toBe('policy-invalid');
    expect(res.body.errors[0].pointer).toBe('/content/ladders/0');
    const shape = await send({ ...ladders, strategy: [{ when: {}, ladder: 5 }] }).expect(422);
    expect(shape.body.errors[0].pointer).toBe('/content/strategy/0/ladder');
    const unknown = await send({ ...ladders, strategy: [{ when: {}, ladder: 'none' }] }).expect(422);
    expect(unknown.body.errors[0].pointer).toBe('/content/strategy/0/ladder');
    await send({ ...ladders, extra: 1 }).expect(422);
    expect(codeOf(await api.as('auditor').get('/v1/policies/ladders/99').expect(422))).toBe('policy-unknown');
  });
});

test('templates, messages and legal cases are read by those who may', async () => {
  const templates = await api.as('legal').get('/v1/templates?language=zh&channel=email').expect(200);
  expect(templates.body.data.length).toBeGreaterThan(0);
  expect((await api.as('collector').get('/v1/messages?receivable=INV-1').expect(200)).body).toEqual({
    data: [],
    nextCursor: null,
  });
  expect((await api.as('legal').get('/v1/legal-cases?state=demand').expect(200)).body).toEqual({ data: [], nextCursor: null });
  await api.as('erp').get('/v1/messages').expect(403);
});

test('a receivable driven to legal opens a case that shows what it is about', async () => {
  const { id } = (await api.as('erp').get('/v1/receivables/INV-1').expect(200)).body as { id: string };
  await takeDue(api.store, id);
  const cases = await api.as('legal').get('/v1/legal-cases?customer=C-1').expect(200);
  expect(cases.body.data).toMatchObject([
    {
      customer: 'C-1',
      state: 'demand',
      open: '100000.00',
      receivables: [{ invoice: 'INV-1', open: '100000.00' }],
      tasks: [{ kind: 'formal-demand' }],
    },
  ]);
  expect((await api.as('legal').get(`/v1/legal-cases/${cases.body.data[0].id}`).expect(200)).body.currency).toBe('CNY');
});

test('a missing tax id of whoever owes most ranks below every other task, and what would be our own breach above all', async () => {
  const kinds = ['mend-master-data', 'collector-call', 'release-credit-officer', 'shipment-hold-ground', 'reconciliation-price'];
  const [customer] = await api.store.db.selectFrom('customer').select('id').where('external_id', '=', 'C-1').execute();
  for (const kind of kinds)
    await write(api.store, systemActor('test'), async (work) => {
      const order = { key: `rank/${kind}`, kind, customerId: customer?.id ?? null, subject: 'customer C-1', reason: {} };
      const effects = await openWorkOrder(work, order);
      const [audit, ...more] = effects.audit;
      if (!audit) throw new Error('no work order was opened');
      return { ...effects, value: undefined, audit: [audit, ...more] };
    });
  const { data } = (await api.as('credit_manager').get('/v1/tasks?customer=C-1&limit=200').expect(200)).body as {
    data: { kind: string; rank: number; reasons: { code: string; points: number }[] }[];
  };
  const ranked = data.filter(({ kind }) => kinds.includes(kind)).map(({ kind }) => kind);
  expect(ranked[0]).toBe('shipment-hold-ground');
  expect(ranked.at(-1)).toBe('mend-master-data');
  for (const { rank, reasons } of data) expect(reasons.reduce((sum, { points }) => sum + points, 0)).toBe(rank);
  const taxId = data.find(({ kind }) => kind === 'mend-master-data');
  expect(taxId?.reasons.map(({ code }) => code)).not.toContain('overdue-amount');
});
