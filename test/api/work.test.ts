import { readFile } from 'node:fs/promises';
import type request from 'supertest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { standAt } from '../../store/clock.ts';
import { readReceivables } from '../../store/receivable-facts.ts';
import { takeReceivableStep } from '../../store/receivable-book.ts';
import { policyKinds } from '../../domain/policy.ts';
import { openWorkOrder } from '../../store/work-orders.ts';
import { systemActor, write } from '../../store/transaction.ts';
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
  await write(api.store, systemActor('test'), async (tx, at) => {
    const [found] = await readReceivables(tx, [receivableId]);
    const traces = await openWorkOrder(tx, api.store, at, {
      key: 'test',
      kind: 'collector-call',
      customerId: found?.customerId ?? null,
      receivableId,
      subject: 'invoice INV-1/1',
      reason: { rung: 'call' },
    });
    const [audit, ...more] = traces.audit;
    if (!audit) throw new Error('no work order was opened');
    return { ...traces, value: undefined, audit: [audit, ...more] };
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
      { code: 'overdue-amount', points: 50, text: '100000.00 CNY overdue' },
      { code: 'overdue-age', points: 40, text: 'oldest overdue by 101 days' },
      { code: 'no-contact', points: 5, text: 'never contacted' },
    ]);
    expect(task.rank).toBe(95);
    const zh = await api.as('collector').get(`/v1/tasks/${taskId}`).set('Accept-Language', 'zh').expect(200);
    expect(zh.body).toMatchObject({ title: '致电客户并约定付款日期', reasons: [{ text: '逾期 100000.00 CNY' }, {}, {}] });
  });

  test('a logged call lowers the rank and stands in the timeline', async () => {
    const call = { customer: 'C-1', receivable: 'INV-1:1', kind: 'call', outcome: 'Will pay on Friday' };
    await api.as('collector').post('/v1/contacts').send(call).expect(201);
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
    expect((await api.as('collector').get(`/v1/tasks/${taskId}`).expect(200)).body.rank).toBe(90);
    const timeline = await api.as('collector').get('/v1/customers/C-1/timeline?limit=1').expect(200);
    expect(timeline.body.data).toMatchObject([{ kind: 'contact.logged', words: 'Call logged: Will pay on Friday' }]);
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
  await takeReceivableStep(api.store, { id, seq: null });
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
