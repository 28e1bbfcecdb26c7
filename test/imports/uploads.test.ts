import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { maxFileBytes } from '../../contracts/imports/imports.ts';
import { createApiKey } from '../../api/auth.ts';
import { startImportRunner } from '../../worker/imports.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';

let api: TestApi;
let runner: { stop(): Promise<void> };
beforeAll(async () => {
  api = await openTestApi();
  runner = startImportRunner({ store: api.store, log: { info() {}, error() {} }, idleMs: 25 });
});
afterAll(async () => {
  await runner.stop();
  await api.close();
});

const CUSTOMERS = '编号,名称,类型\nC-1,上海医院,医院\nC-2,经销商,别的\nC-3,,医院\n';
const mapping = {
  fields: {
    externalId: '编号',
    name: '名称',
    type: { column: '类型', values: { 医院: 'hospital' } },
    region: { value: 'SH' },
    currency: { value: 'CNY' },
    'terms.days': { value: '60' },
  },
};

async function done(path: string, language = 'en') {
  for (;;) {
    const res = await api.as('erp').get(path).set('Accept-Language', language);
    expect(res.status).toBe(200);
    if (res.body.state === 'done' || res.body.state === 'failed') return res.body;
    await wait(25);
  }
}

const form = (role: 'erp' | 'collector' | 'credit_officer', parts: Record<string, string>, file: Buffer | string = CUSTOMERS) => {
  const sent = api
    .as(role)
    .post('/v1/imports')
    .attach('file', Buffer.from(file), { filename: '客户.csv', contentType: 'text/csv' });
  return Object.entries(parts).reduce((so, [name, value]) => so.field(name, value), sent);
};

test('a form is taken in at once; its good rows come in, its bad ones are told in the language of who asks', async () => {
  const res = await form('erp', { kind: 'customers', mapping: JSON.stringify(mapping) });
  expect(res.status).toBe(202);
  expect(res.headers['location']).toBe(`/v1/imports/${res.body.id}`);
  expect(res.body.file).toMatchObject({ name: '客户.csv', bytes: Buffer.byteLength(CUSTOMERS) });
  const job = await done(res.headers['location'] ?? '');
  expect(job).toMatchObject({ kind: 'customers', state: 'done', done: 3, total: 3, failures: 2, created: 1, error: null });
  expect(job.errors).toEqual([
    { row: 3, externalId: 'C-2', errors: [{ pointer: '/type', column: '类型', detail: expect.stringContaining('hospital') }] },
    {
      row: 4,
      externalId: 'C-3',
      errors: [{ pointer: '/name', column: '名称', detail: 'This field is needed, and the cell is empty' }],
    },
  ]);
  const zh = await done(res.headers['location'] ?? '', 'zh');
  expect(zh.errors[1].errors[0].detail).toBe('此字段必填，但单元格为空');
  expect(zh.errors[0].errors[0].detail).not.toBe(job.errors[0].errors[0].detail);
  const found = await api.as('erp').get('/v1/customers/C-1');
  expect(found.body).toMatchObject({ name: '上海医院', type: 'hospital' });
});

test('rows are read page by page, all or by their state', async () => {
  const { body } = await form('erp', { kind: 'customers', mapping: JSON.stringify(mapping) });
  await done(`/v1/imports/${body.id}`);
  const page = await api.as('erp').get(`/v1/imports/${body.id}/rows?limit=2`);
  expect(page.body.data.map((row: { row: number; state: string }) => [row.row, row.state])).toEqual([
    [2, 'unchanged'],
    [3, 'failed'],
  ]);
  const rest = await api.as('erp').get(`/v1/imports/${body.id}/rows?limit=2&cursor=${page.body.nextCursor}`);
  expect(rest.body).toMatchObject({ data: [{ row: 4, externalId: 'C-3' }], nextCursor: null });
  const failed = await api.as('erp').get(`/v1/imports/${body.id}/rows?state=failed`);
  expect(failed.body.data).toHaveLength(2);
  const unreal = await api.as('erp').get(`/v1/imports/${body.id}/rows?cursor=bm8`);
  expect(unreal.status).toBe(422);
});

test('a bare file has its settings in the query; a dry run writes no customer', async () => {
  const query = new URLSearchParams({ kind: 'customers', mapping: JSON.stringify(mapping), dryRun: 'true', fileName: 'x.csv' });
  const res = await api
    .as('erp')
    .post(`/v1/imports?${query.toString()}`)
    .set('Content-Type', 'text/csv')
    .send(CUSTOMERS.replace('C-1', 'C-dry'));
  expect(res.status).toBe(202);
  expect(await done(`/v1/imports/${res.body.id}`)).toMatchObject({ dryRun: true, created: 1, failures: 2 });
  expect((await api.as('erp').get('/v1/customers/C-dry')).status).toBe(404);
});

test('a mapping that cannot fit is refused at once, each field named, and nothing is taken in', async () => {
  const before = await api.written();
  const wrong = {
    fields: {
      externalId: '编号',
      nonsense: '名称',
      region: { value: 'SH', column: 'r' },
      type: { column: 't', format: 'DD-MM' },
    },
    dates: 'DD',
  };
  const shape = await form('erp', { kind: 'customers', mapping: JSON.stringify(wrong) });
  expect(shape.status).toBe(422);
  expect(shape.body.errors.map((one: { pointer: string }) => one.pointer).sort()).toEqual([
    '/mapping/dates',
    '/mapping/fields/region',
    '/mapping/fields/type/format',
  ]);
  const fields = { fields: { externalId: '编号', nonsense: '名称', name: 'n', type: 't', region: 'r', currency: 'c' } };
  const names = await form('erp', { kind: 'customers', mapping: JSON.stringify(fields) }).set('Accept-Language', 'zh');
  expect(names.status).toBe(422);
  expect(names.body.errors.map((one: { pointer: string }) => one.pointer)).toEqual([
    '/mapping/fields/nonsense',
    '/mapping/fields/terms.days',
  ]);
  expect(names.body.errors[1].detail).toBe('此字段必须映射到一列或给定固定值');
  for (const mapped of [
    '{',
    '[]',
    '{"fields":{"name":7}}',
    '{"fields":{"__proto__":"x"}}',
    `{"fields":{"name":"${'x'.repeat(300)}"}}`,
  ]) {
    const res = await form('erp', { kind: 'customers', mapping: mapped });
    expect([mapped.slice(0, 20), res.status]).toEqual([mapped.slice(0, 20), 422]);
    expect(res.body.errors[0].pointer).toMatch(/^\/mapping/);
  }
  expect(await api.written()).toBe(before);
});

test('bad requests are told what is wrong with them', async () => {
  const before = await api.written();
  expect((await form('erp', { kind: 'shipments' })).status).toBe(422);
  expect((await form('erp', { kind: 'limits' })).status).toBe(403);
  expect((await form('credit_officer', { kind: 'orders' })).status).toBe(403);
  expect((await form('erp', {})).body.errors[0].pointer).toBe('/kind');
  expect((await form('erp', { kind: 'customers', surprise: '1' })).status).toBe(422);
  expect((await form('erp', { kind: 'customers', dryRun: 'maybe' })).status).toBe(422);
  expect((await form('erp', { kind: 'customers' }, '')).body.code).toBe('import-unreadable');
  const bare = api.as('erp').post('/v1/imports?kind=customers');
  expect((await bare.set('Content-Type', 'application/json').send('{}')).status).toBe(415);
  const torn = api.as('erp').post('/v1/imports').set('Content-Type', 'multipart/form-data; boundary=x');
  expect((await torn.send('--x\r\nContent-Disposition: form-data; name="file"')).status).toBe(422);
  const noFile = api.as('erp').post('/v1/imports').field('kind', 'customers');
  expect((await noFile).body.errors[0].pointer).toBe('/file');
  const large = api.as('erp').post('/v1/imports?kind=customers').set('Content-Type', 'text/csv');
  expect((await large.send(Buffer.alloc(maxFileBytes + 1, 'a'))).status).toBe(413);
  expect(await api.written()).toBe(before);
});

test('a form of many parts is refused before it is read', async () => {
  const part = '--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n';
  const sent = api.as('erp').post('/v1/imports').set('Content-Type', 'multipart/form-data; boundary=b');
  const { body } = await sent.send(part.repeat(20_000)).expect(413);
  expect(body.detail).toContain('16 parts');
  const without = api.as('erp').post('/v1/imports').set('Content-Type', 'multipart/form-data');
  // What has no field to name is the whole of what was sent.
  expect((await without.send(part).expect(422)).body).toMatchObject({ code: 'invalid', errors: [{ pointer: '' }] });
});

test('while a file that would fill the memory is read, the interface answers; then it is told why it was refused', async () => {
  const file = `${','.repeat(1_000_000)}\n`.repeat(40);
  const { body } = await form('erp', { kind: 'customers', mapping: JSON.stringify(mapping) }, file).expect(202);
  expect((await api.as('erp').get('/v1/customers')).status).toBe(200);
  const job = await done(`/v1/imports/${body.id}`, 'zh');
  expect(job).toMatchObject({ state: 'failed', done: 0, error: { detail: '文件超过 500 列' } });
});

test('who may not write what the rows write may not import them; an import is not seen by a stranger', async () => {
  expect((await form('collector', { kind: 'customers' })).status).toBe(403);
  expect((await form('credit_officer', { kind: 'invoices' })).status).toBe(403);
  expect((await form('credit_officer', { kind: 'ledger' })).body.code).toBe('forbidden');
  const mine = await form('credit_officer', { kind: 'customers', mapping: JSON.stringify(mapping) });
  expect(mine.status).toBe(202);
  await done(`/v1/imports/${mine.body.id}`);
  const { secret } = await createApiKey(api.store, { name: 'bounded', role: 'erp', scope: { regions: ['BJ'] } });
  const stranger = await api.as(null).get(`/v1/imports/${mine.body.id}`).set('Authorization', `Bearer ${secret}`);
  expect(stranger.status).toBe(404);
  expect((await api.as('auditor').get(`/v1/imports/${mine.body.id}`)).status).toBe(200);
  expect((await api.as('erp').get('/v1/imports/no-such')).status).toBe(404);
});

test('the same file under the same Idempotency-Key is one import', async () => {
  const send = () =>
    api
      .as('erp')
      .post(`/v1/imports?kind=customers&mapping=${encodeURIComponent(JSON.stringify(mapping))}`)
      .set('Content-Type', 'text/csv')
      .set('Idempotency-Key', 'file-1')
      .send(CUSTOMERS);
  const first = await send();
  const second = await send();
  expect(second.headers['idempotency-replayed']).toBe('true');
  expect(second.headers['location']).toBe(first.headers['location']);
  await done(first.headers['location'] ?? '');
});

test('a column that is missing fails the import in words, with the field and the column', async () => {
  const gone = await form('erp', { kind: 'customers', mapping: JSON.stringify(mapping) }, '编号,名称\nC-9,x\n');
  const job = await done(`/v1/imports/${gone.body.id}`, 'zh');
  expect(job).toMatchObject({ state: 'failed', done: 0, error: { detail: '表头中没有列“类型”' } });
  expect(job.error.errors).toEqual([{ pointer: '/fields/type', column: '类型', detail: '表头中没有列“类型”' }]);
});
