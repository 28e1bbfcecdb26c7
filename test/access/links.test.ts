import request from 'supertest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

test('a key as the user name of a link reads, and never writes', async () => {
  const get = request(api.app).get('/v1/me').auth(api.keys.admin, '');
  expect((await get).body).toMatchObject({ role: 'admin' });
  const post = await request(api.app).post('/v1/api-keys').auth(api.keys.admin, '').send({ name: 'x', role: 'erp' });
  expect(post.status).toBe(401);
  expect((await request(api.app).get('/v1/me').auth('dck_wrong', '')).status).toBe(401);
});

test('only a person who opens a link is asked for a key by the browser', async () => {
  const opened = await request(api.app).get('/v1/me').set('Accept', 'text/html,*/*;q=0.8');
  expect(opened.headers['www-authenticate']).toMatch(/Bearer realm=.*Basic realm=/);
  const program = await request(api.app).get('/v1/me');
  expect(program.headers['www-authenticate']).toBe('Bearer realm="duecourse"');
});
