import { sql } from 'kysely';
import pg from 'pg';
import { pino } from 'pino';
import request from 'supertest';
import type { Response } from 'supertest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createApp } from '../../api/app.ts';
import { createApiKey } from '../../api/auth.ts';
import { route } from '../../api/route.ts';
import type { RouteSpec } from '../../api/route.ts';
import type { Services } from '../../api/services.ts';
import {
  amount,
  amountsIn,
  businessDate,
  currency,
  idParams,
  line,
  note,
  problem,
  wholeNumber,
} from '../../contracts/platform/common.ts';
import { permissions } from '../../domain/platform/actor.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { revokeApiKey } from '../../store/access/api-keys.ts';
import { beginRequest, forgetDeadRequests } from '../../store/platform/idempotency.ts';
import { openStore } from '../../store/open.ts';
import { NotQuiet } from '../../store/platform/stepping.ts';
import { systemActor, write } from '../../store/platform/transaction.ts';
import { checkedApp } from '../support/published.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';

const echoBody = z
  .strictObject({ amount, currency, on: businessDate.optional(), note: note(100).optional(), lines: z.array(line()).optional() })
  .superRefine(amountsIn('amount'));
const echoed = z.strictObject({ ran: z.int(), body: z.unknown() });

let ran = 0;
let gate: Promise<void> = Promise.resolve();

const echoRoutes = (services: Pick<Services, 'store'>): RouteSpec[] => [
  route({
    method: 'post',
    path: '/v1/echo/{id}',
    verb: 'payment.reverse',
    tag: 'Record',
    summary: 'Echo',
    params: idParams,
    body: echoBody,
    answers: { 201: { description: 'Echoed.', schema: echoed } },
    async handle({ body }) {
      await gate;
      if (body.note === 'refuse') throw new Refusal('receivable-closed', { outcome: 'paid' }, { pointer: '/note' });
      if (body.note === 'restless') throw new NotQuiet(['receivable-1', 'receivable-2']);
      if (body.note === 'break') throw new Error('secret select * from customer');
      ran += 1;
      return { status: 201, body: { ran, body }, headers: { Location: '/v1/echo/1' } };
    },
  }),
  ...(['key', 'external-id'] as const).map((idempotent) =>
    route({
      method: 'post',
      path: `/v1/write-and-fail/${idempotent}`,
      verb: 'signed-in',
      tag: 'Record',
      summary: 'Writes, then fails before it answers',
      idempotent,
      body: z.strictObject({ fail: z.boolean() }),
      answers: { 200: { description: 'Written.', schema: z.strictObject({}) } },
      async handle({ actor, body }) {
        await write(services.store, actor, () =>
          Promise.resolve({
            value: null,
            audit: [{ action: 'test.wrote', subjectKind: 'test', subjectId: idempotent }] as const,
          }),
        );
        if (body.fail) throw new Error('gone before the answer');
        return { status: 200, body: {} };
      },
    }),
  ),
  route({
    method: 'get',
    path: '/v1/wrong-answer',
    verb: 'signed-in',
    tag: 'Record',
    summary: 'An answer its schema does not have',
    query: z.strictObject({ n: wholeNumber(0, 9).optional() }),
    answers: { 200: { description: 'Never.', schema: z.strictObject({ a: z.int() }) } },
    handle: ({ query }) => Promise.resolve({ status: 200, body: query.n === 1 ? { a: 1 } : { b: 1 } }),
  }),
];

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ routes: echoRoutes });
});
afterAll(() => api.close());

const good = { amount: '12.50', currency: 'CNY' };
const echo = (role: 'erp' | 'credit_manager' | 'sales' = 'erp') => api.as(role).post('/v1/echo/1');

test('a request without a credential, or with one of nobody, is told how to sign in', async () => {
  for (const value of [
    undefined,
    'Bearer dck_no',
    `Bearer dck_${'A'.repeat(43)}`,
    'Basic YTpi',
    'Bearer ',
    `Bearer ${'x'.repeat(5000)}`,
  ]) {
    const sent = request(api.app).post('/v1/echo/1').send(good);
    const res = await (value === undefined ? sent : sent.set('Authorization', value));
    expect(res.status).toBe(401);
    expect(res.headers['www-authenticate']).toMatch(/^Bearer/);
    expect(problem.parse(res.body).code).toBe('unauthenticated');
  }
});

test('a revoked key ends at its next request, an expired one when its time has come', async () => {
  const { key, secret } = await createApiKey(api.store, { name: 'short', role: 'erp' });
  const me = () => request(api.app).get('/v1/wrong-answer?n=1').set('Authorization', `Bearer ${secret}`);
  expect((await me()).status).toBe(200);
  await revokeApiKey(api.store, key.id, systemActor('test'), 'lost');
  expect((await me()).status).toBe(401);
  const past = await createApiKey(api.store, { name: 'past', role: 'erp', expiresAt: '2099-01-01T00:00:00.000Z' });
  await sql`update api_key set expires_at = '2020-01-01T00:00:00Z' where id = ${past.key.id}::uuid`.execute(api.store.db);
  const late = await request(api.app).get('/v1/wrong-answer?n=1').set('Authorization', `Bearer ${past.secret}`);
  expect(late.status).toBe(401);
});

test('the secret of a key is nowhere in the database', async () => {
  const client = new pg.Client({ connectionString: api.url });
  await client.connect();
  const { rows } = await client.query<{ t: string }>(
    "select table_name as t from information_schema.tables where table_schema = 'public'",
  );
  for (const { t } of rows) {
    const found = await client.query(`select from "${t}" x where x::text like $1`, [`%${api.keys.erp.slice(13)}%`]);
    expect(found.rowCount, t).toBe(0);
  }
  await client.end();
});

test('a role without the permission is refused before its body is read', async () => {
  const res = await echo('sales').set('Content-Type', 'application/json').send('{broken');
  expect(res.status).toBe(403);
  expect(res.body).toMatchObject({ code: 'forbidden', status: 403 });
  const { permission, detail } = res.body as { permission: string; detail: string };
  expect(permissions).toContain(permission);
  expect(detail).not.toContain(permission);
  expect(detail).toMatch(/^This role may not do that: .+\. Roles that may: /);
});

test.each([
  ['twice the same key', '{"amount":"1.00","amount":"2.00","currency":"CNY"}', 422],
  ['twice the same key in disguise', '{"amount":"1.00","\\u0061mount":"2.00","currency":"CNY"}', 422],
  ['a prototype key', '{"__proto__":{"a":1},"amount":"1.00","currency":"CNY"}', 422],
  ['a constructor key', '{"constructor":{"a":1}}', 422],
  ['NUL in a text', '{"amount":"1.00","currency":"CNY","note":"a\\u0000b"}', 422],
  ['half a surrogate pair', '{"amount":"1.00","currency":"CNY","note":"\\ud800"}', 422],
  ['broken JSON', '{"amount":', 422],
  ['two values', '{} {}', 422],
  ['an array', '[]', 422],
  ['null', 'null', 422],
  ['a number', '1e999', 422],
  ['33 levels', `${'['.repeat(33)}${']'.repeat(33)}`, 413],
  ['a million levels', `${'['.repeat(500_000)}${']'.repeat(500_000)}`, 413],
  ['more items than allowed', `{"lines":[${'"a",'.repeat(10_000)}"a"]}`, 413],
  ['more than a megabyte', JSON.stringify({ note: 'x'.repeat(1_048_577) }), 413],
])('%s is refused and nothing runs', async (_name, body, status) => {
  const before = ran;
  const res = await echo().set('Content-Type', 'application/json').send(body);
  expect(res.status).toBe(status);
  expect(res.headers['content-type']).toMatch(/^application\/problem\+json/);
  problem.parse(res.body);
  expect(ran).toBe(before);
});

const unread = async (body: string, language: string): Promise<{ detail: string; errors: { pointer: string }[] }> =>
  problem.parse((await echo().set('Content-Type', 'application/json').set('Accept-Language', language).send(body)).body) as never;

test.each([
  ['{"amount":', '', /^请求内容不是有效的 JSON：在第 1 行第 11 个字符处中断/, /ends at line 1, character 11,/],
  ['{"amount":"1.00",\n "on" 3}', '', /^请求内容不是有效的 JSON：第 2 行第 7 个字符处/, /at line 2, character 7\./],
  ['{foo}', '', /第 1 行第 2 个字符处/, /at line 1, character 2\./],
  ['{"a":1,"a":2}', '', /^同一对象中重复出现了键 "a"。/, /The key "a" appears twice/],
  ['{"lines":[{"a":1,"a":2}]}', '/lines/0', /^同一对象中重复出现了键 "a"。/, /The key "a" appears twice/],
  ['{"note":"a\\u0000b"}', '/note', /^文本含有无法保存的字符/, /cannot be kept/],
])('what of a body cannot be read is said in the language of the request, with its place: %s', async (body, pointer, zh, en) => {
  const found = [await unread(body, 'zh'), await unread(body, 'en')];
  expect(found.map(({ errors }) => errors.map((one) => one.pointer))).toEqual([[pointer], [pointer]]);
  expect(found[0]?.detail).toMatch(zh);
  expect(found[1]?.detail).toMatch(en);
  expect(found[1]?.detail).not.toMatch(/[\u4e00-\u9fff]/);
});

test('a field that is missing or unknown is said to be so, without a word of the schema', async () => {
  const detail = async (body: object, language: string): Promise<string[]> =>
    ((await echo().set('Accept-Language', language).send(body)).body as { errors: { detail: string }[] }).errors.map(
      (one) => one.detail,
    );
  expect(await detail({ amount: '1.00' }, 'zh')).toContain('必填字段缺失');
  expect(await detail({ ...good, extra: 1 }, 'zh')).toEqual(['未知字段']);
  expect(await detail({ ...good, extra: 1 }, 'en')).toEqual(['Unknown field']);
  expect(await detail({ ...good, note: 1 }, 'zh')).toEqual(['须为文本']);
});

test('a comma or a brace inside a text does not count as structure', async () => {
  const res = await echo().send({ ...good, note: '{[,"\\,]}'.repeat(10), lines: ['",{', '\\"'] });
  expect(res.status).toBe(201);
});

test('a body in another type, charset or encoding is refused as such', async () => {
  const text = JSON.stringify(good);
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=gbk',
    'multipart/form-data; boundary=x',
  ])
    expect((await echo().set('Content-Type', type).send(text)).status, type).toBe(415);
  const bytes = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
  const raw = await echo()
    .set('Content-Type', 'application/json')
    .serialize((b) => b as unknown as string)
    .send(bytes);
  expect(raw.status).toBe(422);
});

test('each place that does not fit is named by its pointer, in the language of the request', async () => {
  const bad = { amount: '-1', currency: 'cny', on: '2026-02-30', extra: 1, lines: ['ok', ' '] };
  const en = await echo().set('Accept-Language', 'en').send(bad);
  const zh = await echo().set('Accept-Language', 'zh-CN,zh;q=0.9,en;q=0.5').send(bad);
  expect(en.status).toBe(422);
  const pointers = ['/amount', '/currency', '/on', '/lines/1', '/extra'];
  for (const res of [en, zh])
    expect(
      problem
        .parse(res.body)
        .errors?.map((e) => e.pointer)
        .sort(),
    ).toEqual([...pointers].sort());
  expect(JSON.stringify(en.body)).not.toMatch(/[\u4e00-\u9fff]/);
  for (const { detail } of zh.body.errors as { detail: string }[]) expect(detail).toMatch(/[\u4e00-\u9fff]/);
  expect(zh.headers['content-language']).toBe('zh');
});

test('two languages at the same moment do not meet', async () => {
  const both = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      echo()
        .set('Accept-Language', n % 2 ? 'zh' : 'en')
        .send({ amount: 1 }),
    ),
  );
  for (const [n, res] of both.entries()) expect(/[\u4e00-\u9fff]/.test(JSON.stringify(res.body))).toBe(n % 2 === 1);
});

test('an amount has to fit its currency', async () => {
  const code = async (body: object) => ((await echo().send(body)).body as { code: string }).code;
  expect(await code({ amount: '1.000', currency: 'CNY' })).toBe('amount-fraction');
  expect(await code({ amount: '1.5', currency: 'JPY' })).toBe('amount-fraction');
  expect(await code({ amount: '90071992547409.92', currency: 'CNY' })).toBe('amount-too-large');
  expect((await echo().send({ amount: '90071992547409.91', currency: 'CNY' })).status).toBe(201);
});

test('a refusal keeps its status, code, pointer and figures', async () => {
  const res = await echo().send({ ...good, note: 'refuse' });
  expect(res.status).toBe(409);
  expect(problem.parse(res.body)).toMatchObject({ code: 'receivable-closed', errors: [{ pointer: '/note' }] });
  expect(res.body.detail).toContain('paid');
});

test('processes that do not answer are named in the problem', async () => {
  const res = await echo().send({ ...good, note: 'restless' });
  expect(res.status).toBe(503);
  expect(problem.parse(res.body).code).toBe('not-quiet');
  expect(res.body.detail).toContain('receivable-1, receivable-2');
});

test('a defect answers a generic 500 that tells nothing of the inside', async () => {
  const res = await echo().send({ ...good, note: 'break' });
  expect(res.status).toBe(500);
  expect(problem.parse(res.body).code).toBe('internal');
  expect(res.text).not.toMatch(/select|customer|Error|\.ts/);
});

test('an answer that does not fit its declared schema fails in tests', async () => {
  expect((await api.as('erp').get('/v1/wrong-answer')).status).toBe(500);
  expect((await api.as('erp').get('/v1/wrong-answer?n=1')).status).toBe(200);
});

test('unknown and doubled query parameters, and what is not a number, are refused by name', async () => {
  for (const [query, pointer] of [
    ['x=1', '?x'],
    ['n=1&n=2', '?n'],
    ['n=abc', '?n'],
    ['n=10', '?n'],
  ]) {
    const res = await api.as('erp').get(`/v1/wrong-answer?${query}`);
    expect(res.status).toBe(422);
    expect(problem.parse(res.body).errors?.[0]?.pointer).toBe(pointer);
  }
});

test('a path that is not there is a 404, a method it does not take a 405 with Allow', async () => {
  expect((await api.as('erp').get('/v1/nothing')).body).toMatchObject({ code: 'not-found', status: 404 });
  for (const method of ['delete', 'patch', 'put', 'get'] as const) {
    const res = await api.as('erp')[method]('/v1/echo/1');
    expect(res.status).toBe(405);
    expect(res.headers.allow).toBe('POST');
  }
  for (const path of ['/v1/echo/%', '/v1/echo/%00', '/v1/echo/%ff', '/v1/echo/a%2Fb']) {
    const res = await api.as('erp').post(path).send(good);
    expect(res.status, path).toBeGreaterThanOrEqual(400);
    expect(res.status, path).toBeLessThan(500);
    problem.parse(res.body);
  }
});

test("the request id is ours, or the sender's when it can be trusted to be one", async () => {
  const own = await api.as('erp').get('/v1/nothing').set('X-Request-Id', 'order-4711-abc');
  expect(own.headers['x-request-id']).toBe('order-4711-abc');
  expect(own.body.instance).toBe('/v1/nothing#order-4711-abc');
  const forged = await api.as('erp').get('/v1/nothing').set('X-Request-Id', 'a b<script>');
  expect(forged.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
});

test('answers carry the headers that keep a browser out of trouble', async () => {
  const { headers } = await api.as('erp').get('/v1/nothing');
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['cache-control']).toBe('no-store');
  expect(headers['x-powered-by']).toBeUndefined();
});

test('the same Idempotency-Key gives the first answer again, to the byte, and nothing runs twice', async () => {
  const send = () => echo().set('Idempotency-Key', 'k-same').send(good);
  const first = await send();
  const before = ran;
  const again = await send();
  expect(ran).toBe(before);
  expect(again.status).toBe(201);
  expect(again.text).toBe(first.text);
  expect(again.headers.location).toBe('/v1/echo/1');
  expect(first.headers['idempotency-replayed']).toBeUndefined();
  expect(again.headers['idempotency-replayed']).toBe('true');
});

test('the same key with another body, path or query is refused', async () => {
  const key = { 'Idempotency-Key': 'k-other' };
  await echo().set(key).send(good);
  expect(
    (
      await echo()
        .set(key)
        .send({ ...good, amount: '13.00' })
    ).body.code,
  ).toBe('idempotency-body');
  expect((await api.as('erp').post('/v1/echo/2').set(key).send(good)).body).toMatchObject({
    code: 'idempotency-body',
    errors: [{ pointer: 'Idempotency-Key' }],
  });
});

test('a key belongs to its caller', async () => {
  const key = { 'Idempotency-Key': 'k-caller' };
  await echo('erp').set(key).send(good);
  const other = await echo('credit_manager')
    .set(key)
    .send({ ...good, amount: '99.00' });
  expect(other.status).toBe(201);
  expect(other.headers['idempotency-replayed']).toBeUndefined();
});

test('while the first still runs, the same key is told to wait; of many at once one runs', async () => {
  let open = (): void => undefined;
  gate = new Promise((resolve) => (open = resolve));
  const before = ran;
  const done: Response[] = [];
  const send = () => echo().set('Idempotency-Key', 'k-many').send(good);
  const all = Array.from({ length: 12 }, () => send().then((res) => done.push(res)));
  await expect.poll(() => done.length, { timeout: 20_000 }).toBe(11);
  for (const res of done) {
    expect(res.status).toBe(409);
    expect(res.body.code).toBe('idempotency-running');
    expect(res.headers['retry-after']).toBe('1');
  }
  open();
  await Promise.all(all);
  expect(done.at(-1)?.status).toBe(201);
  expect(ran).toBe(before + 1);
  expect((await send()).headers['idempotency-replayed']).toBe('true');
});

test('a refused or failed request frees its key', async () => {
  for (const said of ['refuse', 'break']) {
    const key = { 'Idempotency-Key': `k-${said}` };
    expect(
      (
        await echo()
          .set(key)
          .send({ ...good, note: said })
      ).status,
    ).toBeGreaterThanOrEqual(409);
    expect((await echo().set(key).send(good)).status).toBe(201);
  }
});

test('a key whose first request died with its process can be taken over, not before its time', async () => {
  const { db } = api.store;
  const key = { 'Idempotency-Key': 'k-dead' };
  await echo().set(key).send(good);
  const age = (seconds: number) =>
    db
      .updateTable('idempotency')
      .set({ state: 'running', status: null, body: null, at: new Date(Date.now() - seconds * 1000).toISOString() })
      .where('key', '=', 'k-dead')
      .execute();
  await age(30);
  expect((await echo().set(key).send(good)).status).toBe(409);
  await age(600);
  expect((await echo().set(key).send(good)).status).toBe(201);
});

test('what was written is never written again under its key, though the answer was lost', async () => {
  const key = { 'Idempotency-Key': 'k-lost' };
  const send = () => api.as('erp').post('/v1/write-and-fail/key').set(key).send({ fail: true });
  const written = async () =>
    (
      await api.store.db
        .selectFrom('audit')
        .selectAll()
        .where('action', '=', 'test.wrote')
        .where('subject_id', '=', 'key')
        .execute()
    ).length;
  expect((await send()).status).toBe(500);
  for (let n = 0; n < 3; n += 1) expect((await send()).body).toMatchObject({ status: 409, code: 'answer-lost' });
  expect(await written()).toBe(1);
  // As after kill -9: the row still says running, long ago.
  const long = new Date(Date.now() - 3_600_000).toISOString();
  await api.store.db.updateTable('idempotency').set({ state: 'running', at: long }).where('key', '=', 'k-lost').execute();
  expect((await send()).body.code).toBe('answer-lost');
  expect(await written()).toBe(1);
});

/** Nobody can connect to the database of this API, and who was connected no longer is; or everybody can again. */
async function letIn(allowed: boolean): Promise<void> {
  const url = new URL(api.url);
  const name = url.pathname.slice(1);
  url.pathname = '/postgres';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(`alter database ${name} allow_connections ${allowed}`);
  if (!allowed) await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  await client.end();
}

test.each([
  { how: 'well', body: good, then: { status: 201, replayed: 'true', runs: 1 } },
  { how: 'badly', body: { ...good, note: 'break' }, then: { status: 500, replayed: undefined, runs: 0 } },
])('a Postgres that was away when a request ended $how hears of it when its key comes again', async ({ how, body, then }) => {
  let open = (): void => undefined;
  gate = new Promise((resolve) => (open = resolve));
  const before = ran;
  const key = `k-unheard-${how}`;
  const send = () => echo().set('Idempotency-Key', key).send(body);
  const first = send().then((res) => res.status);
  const claimed = () => api.store.db.selectFrom('idempotency').select('key').where('key', '=', key).execute();
  await expect.poll(async () => (await claimed()).length, { timeout: 20_000 }).toBe(1);
  await letIn(false);
  open();
  expect(await first).toBeGreaterThanOrEqual(500);
  await letIn(true);
  const again = await send();
  expect({ status: again.status, replayed: again.headers['idempotency-replayed'], runs: ran - before }).toEqual(then);
});

test("a document with the caller's own id may be sent again, its store knows it", async () => {
  const key = { 'Idempotency-Key': 'k-again' };
  const send = () => api.as('erp').post('/v1/write-and-fail/external-id').set(key).send({ fail: true });
  expect((await send()).status).toBe(500);
  expect((await send()).status).toBe(500);
});

test('after a restart of the only API, what died with the last one is free, and what it wrote stays written', async () => {
  const { db } = api.store;
  const row = { caller: 'c', route: 'r', request_hash: 'h', state: 'running' };
  await db
    .insertInto('idempotency')
    .values([
      { ...row, key: 'dead' },
      { ...row, key: 'wrote', committed_at: new Date().toISOString() },
    ])
    .execute();
  expect(await beginRequest(db, { caller: 'c', route: 'r', key: 'dead' }, 'h', false)).toEqual({ state: 'running' });
  await forgetDeadRequests(db);
  expect(await beginRequest(db, { caller: 'c', route: 'r', key: 'dead' }, 'h', false)).toMatchObject({ state: 'begun' });
  expect(await beginRequest(db, { caller: 'c', route: 'r', key: 'wrote' }, 'h', false)).toEqual({ state: 'lost' });
});

test('a malformed key is refused', async () => {
  expect((await echo().set('Idempotency-Key', 'x'.repeat(201)).send(good)).status).toBe(422);
});

test('a body that does not fit leaves its key free', async () => {
  const key = { 'Idempotency-Key': 'k-invalid' };
  expect((await echo().set(key).send({})).status).toBe(422);
  expect((await echo().set(key).send(good)).status).toBe(201);
});

test('a caller over its limit is slowed down, others are not', async () => {
  const slow = await openTestApi({ routes: echoRoutes, env: { DUECOURSE_RATE_LIMIT: '3' } });
  const statuses: number[] = [];
  for (let n = 0; n < 5; n += 1) statuses.push((await slow.as('erp').post('/v1/echo/1').send(good)).status);
  expect(statuses).toEqual([201, 201, 201, 429, 429]);
  const told = await slow.as('erp').post('/v1/echo/1').send(good);
  expect(told.body.code).toBe('rate-limited');
  expect(Number(told.headers['retry-after'])).toBeGreaterThan(0);
  expect((await slow.as('credit_manager').post('/v1/echo/1').send(good)).status).toBe(201);
  await slow.close();
});

test('probes have a limit of their own, and say that the process can serve although the engine is away', async () => {
  const slow = await openTestApi({ routes: echoRoutes, env: { DUECOURSE_RATE_LIMIT: '2' } });
  for (let n = 0; n < 4; n += 1) await slow.as(null).post('/v1/echo/1').send(good);
  expect((await slow.as(null).post('/v1/echo/1').send(good)).status).toBe(429);
  for (const path of ['/healthz', '/healthz?x=1&x=2', '/readyz?from=balancer', '/metrics?x=%00'])
    expect([path, (await slow.as(null).get(path)).status]).toEqual([path, 200]);
  const ready = await slow.as(null).get('/readyz');
  expect(ready.status).toBe(200);
  expect(ready.body).toMatchObject({ status: 'ready', checks: { postgres: { ok: true }, temporal: { ok: false } } });
  await slow.close();
});

test('however many ask at once whether it is ready, database and engine are looked at for all of them together', async () => {
  let looks = 0;
  const ping = async (): Promise<void> => {
    looks += 1;
    await new Promise((resolve) => setTimeout(resolve, 200));
  };
  const commands = { ...api.services.commands, ping };
  const server = checkedApp({ ...api.services, commands }, { routes: echoRoutes(api.services) }).listen(0);
  const all = await Promise.all(Array.from({ length: 40 }, () => request(server).get('/readyz')));
  expect(all.map(({ status, body }) => [status, (body as { status: string }).status])).toEqual(all.map(() => [200, 'ready']));
  expect(looks).toBeLessThan(20);
  server.close();
});

test('with Postgres away: 503 for work, health still answers, readiness says what is wrong', async () => {
  const { config, services } = api;
  const store = openStore({ url: 'postgres://duecourse:x@127.0.0.1:1/none' });
  const app = checkedApp({ ...services, store, config }, { routes: echoRoutes(api.services) });
  const key = { Authorization: `Bearer ${api.keys.erp}` };
  const res = await request(app).post('/v1/echo/1').set(key).send(good);
  expect(res.status).toBe(503);
  expect(res.body.code).toBe('database-down');
  expect(res.headers['retry-after']).toBe('5');
  expect((await request(app).get('/healthz').set(key)).status).toBe(200);
  const ready = await request(app).get('/readyz');
  expect(ready.status).toBe(503);
  expect(ready.body).toMatchObject({ status: 'not-ready', checks: { postgres: { ok: false }, temporal: { ok: false } } });
  await store.close();
});

test('a connection that Postgres ends under a request is a 503, and the next request works', async () => {
  const client = new pg.Client({ connectionString: api.url });
  await client.connect();
  await client.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  await client.end();
  await expect.poll(async () => (await api.as('erp').get('/v1/wrong-answer?n=1')).status, { timeout: 20_000 }).toBe(200);
});

test('no log line holds a credential, a cookie, a query or a body', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (text: string) => void lines.push(text) });
  const app = createApp(api.services, { log, routes: echoRoutes(api.services) });
  const canary = 'canary-4711';
  await request(app)
    .post('/v1/echo/1?x=canary-4711')
    .set({ Authorization: `Bearer ${api.keys.erp}`, Cookie: `session=${canary}` })
    .send({ ...good, note: canary });
  await request(app)
    .post('/v1/echo/1')
    .set('Authorization', `Bearer ${api.keys.erp}`)
    .send({ ...good, note: 'break', lines: [canary] });
  await request(app).get('/v1/wrong-answer').set('Authorization', `Bearer ${canary}`);
  expect(lines).toHaveLength(3);
  const all = lines.join('');
  expect(all).not.toContain(canary);
  expect(all).not.toContain(api.keys.erp.slice(12));
  expect(all).toContain('"route":"/v1/echo/{id}"');
});

test('metrics count requests by route, are free on this machine, and need a permission through a proxy', async () => {
  const local = await request(api.app).get('/metrics');
  expect(local.status).toBe(200);
  for (const name of [
    'duecourse_relay_lag_seconds',
    'duecourse_wake_pending',
    'duecourse_timers_overdue',
    'duecourse_watchdog_nudged',
    'duecourse_messages',
  ])
    expect(local.text).toContain(name);
  expect(local.text).toMatch(
    /duecourse_http_request_duration_seconds_count\{route="\/v1\/echo\/\{id\}",method="POST",status="201"\} \d+/,
  );
  expect(local.text).not.toContain('/v1/echo/1');
  const through = (role: 'erp' | 'auditor' | null) => api.as(role).get('/metrics').set('X-Forwarded-For', '203.0.113.9');
  expect((await through(null)).status).toBe(401);
  expect((await through('erp')).status).toBe(403);
  expect((await through('auditor')).status).toBe(200);
});

test('a verb outside a request leaves its audit entry with the key that acted', async () => {
  const { key } = await createApiKey(api.store, { name: 'audited', role: 'auditor' });
  const row = await api.store.db.selectFrom('audit').selectAll().where('subject_id', '=', key.id).executeTakeFirstOrThrow();
  expect(row).toMatchObject({ action: 'api-key.created', actor_kind: 'system', after: { name: 'audited', role: 'auditor' } });
  expect(JSON.stringify(row)).not.toMatch(/hash|secret/);
  await expect(write(api.store, systemActor('t'), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
});
