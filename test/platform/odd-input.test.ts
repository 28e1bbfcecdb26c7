import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RouteSpec } from '../../api/route.ts';
import { allRoutes } from '../../api/routes/index.ts';
import { may, roles } from '../../domain/platform/actor.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { bodyOf, pathOf, withAt } from '../support/samples.ts';

let api: TestApi;
let reads: RouteSpec[];
beforeAll(async () => {
  api = await openTestApi();
  reads = allRoutes(api.services).filter((spec) => spec.method === 'get' && spec.path !== '/v1/events');
});
afterAll(() => api.close());

const asked = async (path: string): Promise<number> => (await api.as('auditor').get(path)).status;

const values = ['x', 'a\u0000b', '', '2026-13-45', '9999999999', 0, -1, 0.5, 2 ** 31, 2 ** 40, 1e300, null, true, {}, []];
/** Cursors nobody gave: of one to four values of each kind, and texts that are none. */
const cursors = [
  ...values.flatMap((value) => [1, 2, 3, 4].map((n) => JSON.stringify(Array.from({ length: n }, () => value)))),
  ...['2026-09-01', '2026-09-01T00:00:00.000Z', '01980a3e-7c1e-7000-8000-000000000001'].flatMap((good) =>
    [2 ** 40, 'a\u0000b', 'x'].map((odd) => JSON.stringify([good, odd])),
  ),
  'null',
  '{}',
  '"x"',
  '[',
].map((text) => Buffer.from(text).toString('base64url'));

test('a cursor that nobody gave is refused or reads an empty page, on every list', { timeout: 120_000 }, async () => {
  const lists = reads.filter((spec) => spec.query && 'cursor' in spec.query.shape);
  expect(lists.length).toBeGreaterThan(20);
  const wrong: string[] = [];
  for (const spec of lists)
    for (const cursor of cursors) {
      const status = await asked(`${pathOf(spec)}?cursor=${cursor}`);
      if (status >= 500) wrong.push(`${spec.path} ${Buffer.from(cursor, 'base64url').toString()} ${status}`);
    }
  expect(wrong).toEqual([]);
});

const ids = [
  '%00',
  'a%00b',
  '9'.repeat(119),
  '-1',
  'I-1:1',
  'I-1:99999999999',
  'receivable-x',
  'nightly-2026-99-99',
  '01980a3e-7c1e-7000-8000-00000000000g',
  '%E4%B8%AD',
  "'",
  '..%2f..',
];

test('an id that nobody has is not found or refused, in every path', { timeout: 120_000 }, async () => {
  const wrong: string[] = [];
  for (const spec of reads.filter(({ path }) => path.includes('{')))
    for (const id of ids) {
      const path = spec.path.replaceAll(/\{\w+\}/g, id);
      const status = await asked(path);
      if (status >= 500 || (status === 200 && !spec.query)) wrong.push(`${path} ${status}`);
    }
  expect(wrong.filter((line) => !line.endsWith(' 200'))).toEqual([]);
});

const asAllowed = (spec: RouteSpec) => {
  const role = roles.find(
    (one) => spec.verb !== 'open' && spec.verb !== 'signed-in' && may({ kind: 'key', id: 'x', role: one, scope: {} }, spec.verb),
  );
  return api.as(role ?? 'admin');
};

test(
  'a text with U+0000 in an address is refused and its place named, in every path and query',
  { timeout: 120_000 },
  async () => {
    const wrong: string[] = [];
    for (const spec of reads) {
      const names = Object.keys(spec.query?.shape ?? {});
      const places = names.map((name) => ({ path: `${pathOf(spec)}?${name}=a%00b`, pointer: `?${name}` }));
      const [, first] = /\{(\w+)\}/.exec(spec.path) ?? [];
      if (first !== undefined) places.push({ path: spec.path.replaceAll(/\{\w+\}/g, 'a%00b'), pointer: `{${first}}` });
      for (const { path, pointer } of places) {
        const res = await asAllowed(spec).get(path);
        const [named] = (res.body as { errors?: { pointer: string }[] }).errors ?? [];
        if (res.status !== 422 || named?.pointer !== pointer) wrong.push(`${path} ${res.status}`);
      }
    }
    expect(wrong).toEqual([]);
  },
);

test('a whole number in an address is read in decimal digits alone: else it is refused and its place named', async () => {
  const places = [
    {
      role: 'auditor',
      path: (n: string) => `/v1/calendar-years/${n}`,
      pointer: '{year}',
      odd: ['0x7EA', '2e3', '2026.0', '0b11111101010'],
    },
    { role: 'auditor', path: (n: string) => `/v1/customers?limit=${n}`, pointer: '?limit', odd: ['0x10', '1e2', '5.0', ''] },
  ] as const;
  for (const { role, path, pointer, odd } of places)
    for (const n of odd) {
      const res = await api.as(role).get(path(n));
      expect([n, res.status, (res.body as { errors?: { pointer: string }[] }).errors?.[0]?.pointer]).toEqual([n, 422, pointer]);
    }
  await api.as('auditor').get('/v1/calendar-years/2026').expect(200);
  await api.as('auditor').get('/v1/customers?limit=200').expect(200);
});

type Path = (string | number)[];
function* textsIn(body: unknown, path: Path = []): Generator<Path> {
  if (typeof body === 'string') yield path;
  else if (Array.isArray(body)) for (const [at, item] of body.entries()) yield* textsIn(item, [...path, at]);
  else if (typeof body === 'object' && body !== null)
    for (const [key, inner] of Object.entries(body)) yield* textsIn(inner, [...path, key]);
}

test('a text with U+0000 is refused and its place named, in every field of every body', { timeout: 120_000 }, async () => {
  const writes = allRoutes(api.services).filter(
    (spec) => spec.body && spec.method !== 'get' && !spec.form && spec.verb !== 'open',
  );
  const wrong: string[] = [];
  for (const spec of writes)
    for (const path of textsIn(bodyOf(spec))) {
      const res = await asAllowed(spec)
        [spec.method](pathOf(spec))
        .send(withAt(bodyOf(spec), path, 'a\u0000b') as object);
      const [named] = (res.body as { errors?: { pointer: string }[] }).errors ?? [];
      if (res.status < 400 || res.status >= 500 || named?.pointer !== `/${path.join('/')}`)
        wrong.push(`${spec.method} ${spec.path} ${path.join('/')} ${res.status}`);
    }
  expect(wrong).toEqual([]);
});
