import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from 'kysely';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ business: '2026-09-01T02:00:00.000Z' });
});
afterAll(() => api.close());

const change = (body: object) => api.as('admin').post('/v1/clock').send(body);

test('every role that may read sees the same business time; it stands still at speed 0', async () => {
  for (const role of ['erp', 'sales', 'auditor'] as const) {
    const res = await api.as(role).get('/v1/clock');
    expect(res.body).toEqual({ businessNow: '2026-09-01T02:00:00.000Z', speed: 0, pinned: false });
  }
});

test('a step, a jump and a speed answer where the clock stands, and are audited with who asked', async () => {
  const step = await change({ stepTo: '2026-09-02T00:00:00+08:00' });
  expect(step.body).toMatchObject({ businessNow: '2026-09-01T16:00:00.000Z', speed: 0 });
  const jump = await change({ jumpDays: 30 });
  expect(jump.body).toMatchObject({ businessNow: '2026-10-01T16:00:00.000Z' });
  const fast = await change({ speed: 3600 });
  expect(fast.body.speed).toBe(3600);
  expect((await change({ speed: 0 })).body.speed).toBe(0);
  const { body } = await api.as('auditor').get('/v1/audit?subjectKind=clock&limit=200');
  const actors = new Set(
    (body.data as { actor: { name: string; role: string } }[]).map(({ actor }) => `${actor.name}/${actor.role}`),
  );
  expect([...actors]).toEqual(['test admin/admin']);
});

test('a change has exactly one way; going back and leaping beyond ten years are refused', async () => {
  const bad = [
    {},
    { speed: 1, jumpDays: 1 },
    { speed: -1 },
    { speed: 1e12 },
    { jumpDays: 0 },
    { jumpDays: 1.5 },
    { jumpDays: 4000 },
  ];
  const steps = [
    { stepTo: '2020-01-01T00:00:00Z' },
    { stepTo: '2099-01-01T00:00:00Z' },
    { stepTo: '2026-12-31' },
    { stepTo: 'soon' },
  ];
  for (const body of [...bad, ...steps]) expect((await change(body)).status, JSON.stringify(body)).toBe(422);
});

test('a move in the background is a job that ends with where the clock stands; only its owner sees it', async () => {
  const res = await change({ jumpDays: 1 }).set('Prefer', 'respond-async');
  expect(res.status).toBe(202);
  const location = res.headers['location'] ?? '';
  expect(location).toBe(`/v1/jobs/${res.body.id}`);
  const job = async () => (await api.as('admin').get(location)).body as { state: string; result: { businessNow: string } };
  await expect.poll(async () => (await job()).state, { timeout: 20_000 }).toBe('done');
  expect((await job()).result.businessNow).toBe((await api.as('erp').get('/v1/clock')).body.businessNow);
  expect((await api.as('erp').get(location)).status).toBe(404);
  expect((await api.as('auditor').get(location)).status).toBe(200);
});

test('where the clock is pinned every change is refused, in the background too', async () => {
  const pinned = await openTestApi();
  await sql`update clock set pinned = true`.execute(pinned.store.db);
  for (const body of [{ speed: 2 }, { jumpDays: 1 }, { stepTo: '2027-01-01T00:00:00Z' }]) {
    for (const prefer of ['', 'respond-async']) {
      const res = await pinned.as('admin').post('/v1/clock').set('Prefer', prefer).send(body);
      expect(res.status).toBe(409);
      expect(res.body.code).toBe('clock-fixed');
    }
  }
  await pinned.close();
});
