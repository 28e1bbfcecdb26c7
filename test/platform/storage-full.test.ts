import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { openTestApi } from '../support/api.ts';

test('a disk without room is a 503 that says so: nothing is written, and it goes on when there is room', async () => {
  const api = await openTestApi();
  onTestFinished(() => api.close());
  const owner = new pg.Client({ connectionString: api.url });
  await owner.connect();
  onTestFinished(() => owner.end());
  // As Postgres says it when a file cannot grow.
  await owner.query(`create function full_disk() returns trigger language plpgsql as
    $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$`);
  await owner.query('create trigger full_disk before insert on audit for each row execute function full_disk()');
  const body = { name: 'C', type: 'other', region: 'SH', currency: 'CNY', terms: { days: 30 }, contacts: [] };
  const put = (language: string) => api.as('erp').put('/v1/customers/FULL-1').set('Accept-Language', language).send(body);
  const before = await api.written();
  const en = await put('en');
  expect([en.status, en.body.code, en.headers['retry-after']]).toEqual([503, 'storage-full', '5']);
  expect(en.body.detail).toContain('nothing was stored');
  expect((await put('zh')).body.title).toBe('磁盘空间不足');
  expect(await api.written()).toBe(before);
  expect((await api.as('erp').get('/v1/customers')).status).toBe(200);
  await owner.query('drop trigger full_disk on audit');
  expect((await put('en')).status).toBe(201);
});
