import type { Response } from 'supertest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jsonLimits } from '../../api/json-body.ts';
import { createMetrics } from '../../api/metrics.ts';
import type { RouteSpec } from '../../api/route.ts';
import { allRoutes } from '../../api/routes/index.ts';
import { systemRoutes } from '../../api/routes/platform/system.ts';
import { productOpenApi } from '../../api/openapi-document.ts';
import { problem } from '../../contracts/platform/common.ts';
import { readConfig } from '../../config/env.ts';
import { may, roles } from '../../domain/platform/actor.ts';
import type { Role } from '../../domain/platform/actor.ts';
import { clockControlOf } from '../../api/clock-control.ts';
import { createCommands } from '../../api/commands.ts';
import { openStore } from '../../store/open.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { bodyOf, objectsIn, pathOf, placesOf, pointerOf, withAt } from '../support/samples.ts';

const config = readConfig({
  DATABASE_URL: 'postgres://localhost/none',
  TEMPORAL_ADDRESS: 'localhost:1',
  DUECOURSE_MODE: 'local',
});

/** The routes as declared, to name the tests by; they are never called through these services. */
function declared(): RouteSpec[] {
  const store = openStore({ url: config.databaseUrl });
  const services = { store, commands: createCommands(config.temporal), clockControl: clockControlOf(store), config };
  return [...systemRoutes(services, createMetrics(store)), ...allRoutes(services)];
}

const routes = declared();
const named = (specs: readonly RouteSpec[]) => specs.map((spec) => [`${spec.method.toUpperCase()} ${spec.path}`, spec] as const);
const guarded = routes.filter((spec) => spec.verb !== 'open');
const permitted = (spec: RouteSpec): Role[] =>
  roles.filter(
    (role) => spec.verb === 'signed-in' || (spec.verb !== 'open' && may({ kind: 'key', id: 'x', role, scope: {} }, spec.verb)),
  );
const withJson = guarded.filter((spec) => spec.method !== 'get' && !spec.upload && !spec.form);
const streams = new Set(['/v1/events']);
const documents = [
  '/',
  '/openapi.json',
  '/docs',
  '/docs/start.js',
  '/docs/problems',
  '/docs/swagger-ui.css',
  '/docs/swagger-ui-bundle.js',
  '/docs/favicon-32x32.png',
];

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

/** Sends a request to a route: with text as it is, anything else as JSON. */
async function send(spec: RouteSpec, role: Role | null, body: unknown = undefined, path = pathOf(spec)): Promise<Response> {
  const sent = api.as(role)[spec.method](path);
  if (spec.method === 'get') return sent;
  if (spec.upload)
    return sent.set('Content-Type', spec.upload.types[0] ?? '').send(typeof body === 'string' ? body : 'a,b\n1,2\n');
  if (spec.form) return sent.type('form').send((body ?? {}) as object);
  return typeof body === 'string' ? sent.set('Content-Type', 'application/json').send(body) : sent.send((body ?? {}) as object);
}

function expectProblem(res: Response, statuses: readonly number[], of: string): void {
  expect(statuses, `${of} answered ${res.status}: ${res.text.slice(0, 300)}`).toContain(res.status);
  expect(res.headers['content-type'], of).toMatch(/^application\/problem\+json/);
  expect(problem.parse(res.body).status).toBe(res.status);
  expect(res.text).not.toMatch(/\.ts:\d|node_modules|select .* from /i);
}

/** Runs requests that must all be refused, and checks that they left nothing behind. */
async function leavesNothing(work: () => Promise<void>): Promise<void> {
  const before = await api.written();
  await work();
  expect(await api.written()).toBe(before);
}

const role = (spec: RouteSpec): Role => {
  const found = permitted(spec)[0];
  if (!found) throw new Error(`no role may call ${spec.method} ${spec.path}`);
  return found;
};

test('every route the router knows is one that is declared, or a page of the documentation', () => {
  const { stack } = api.app.router as unknown as { stack: { route?: { path: string; methods: Record<string, boolean> } }[] };
  const found = stack.flatMap((layer) =>
    layer.route ? [{ path: layer.route.path, methods: Object.keys(layer.route.methods) }] : [],
  );
  // A path's last entry takes every method: it answers 405.
  const mounted = found.filter(({ methods }) => methods.length === 1).map(({ path, methods }) => `${methods[0]} ${path}`);
  const known = [
    ...routes.map((spec) => `${spec.method} ${spec.path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    ...documents.map((path) => `get ${path}`),
  ];
  expect(mounted.sort()).toEqual(known.sort());
});

test('no two routes share a method and a path', () => {
  const all = routes.map((spec) => `${spec.method} ${spec.path}`);
  expect(new Set(all).size).toBe(all.length);
});

describe.each(named(guarded))('%s', (name, spec) => {
  test('without a credential: 401, nothing written', () =>
    leavesNothing(async () => {
      expectProblem(await send(spec, null, spec.upload || spec.form ? undefined : bodyOf(spec)), [401], name);
    }));

  test('with a role that may not: 403, nothing written; with one that may: neither', () =>
    leavesNothing(async () => {
      const able = permitted(spec);
      expect(able.length, 'some role may').toBeGreaterThan(0);
      for (const one of roles.filter((other) => !able.includes(other)))
        expectProblem(await send(spec, one), [403], `${name} as ${one}`);
      if (streams.has(spec.path)) return;
      for (const one of able) {
        const res = await send(spec, one, spec.method === 'get' ? undefined : '{"no-such-field":1}');
        expect([401, 403], `${name} as ${one}`).not.toContain(res.status);
      }
    }));

  if (spec.params !== undefined)
    test('with ids that cannot be: 4xx, nothing written', () =>
      leavesNothing(async () => {
        const bad = [
          '%00',
          '%F0%9F',
          'a%2F..%2Fb',
          '%3Cscript%3E',
          'x'.repeat(3000),
          "';drop table audit--",
          '%20',
          '..%5C',
          '-1',
          'null',
        ];
        for (const id of bad) {
          const path = spec.path.replaceAll(/\{\w+\}/g, id);
          const res = await send(spec, role(spec), spec.upload || spec.form ? undefined : { 'no-such-field': 1 }, path);
          expectProblem(res, [400, 404, 405, 413, 414, 422], `${name} with ${id.slice(0, 30)}`);
        }
      }));

  if (!streams.has(spec.path))
    test('an unknown query parameter: 422, nothing written', () =>
      leavesNothing(async () => {
        const body = spec.upload || spec.form ? undefined : bodyOf(spec);
        expectProblem(await send(spec, role(spec), body, `${pathOf(spec)}?no-such-parameter=1`), [422], name);
      }));
});

describe.each(named(withJson))('%s', (name, spec) => {
  test('an unknown field anywhere in its body: 422 naming the field, nothing written', () =>
    leavesNothing(async () => {
      const body = bodyOf(spec);
      for (const path of objectsIn(body)) {
        const res = await send(spec, role(spec), withAt(body, [...path, 'no-such-field'], 1));
        expectProblem(res, [422], `${name} ${pointerOf(path)}`);
        const pointers = problem.parse(res.body).errors?.map((error) => error.pointer) ?? [];
        expect(
          pointers.some((pointer) => pointer.endsWith('/no-such-field') || pointer === ''),
          `${name} ${pointerOf(path)}: ${pointers.join()}`,
        ).toBe(true);
      }
    }));

  test('deep, oversized, broken and mistyped JSON: 4xx, nothing written', () =>
    leavesNothing(async () => {
      const deep = `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`;
      const large = `{"a":"${'x'.repeat(jsonLimits.bytes)}"}`;
      const wide = `{"a":[${'1,'.repeat(jsonLimits.items)}1]}`;
      for (const body of [deep, large, wide]) expectProblem(await send(spec, role(spec), body), [413], name);
      for (const body of ['{', 'nul', '[]', '"text"', '42', 'null', '{"a":1,"a":2}', '{"__proto__":{}}', '\u0000'])
        expectProblem(await send(spec, role(spec), body), [422], `${name} ${body}`);
      const typed = await api.as(role(spec))[spec.method](pathOf(spec)).set('Content-Type', 'text/xml').send('<a/>');
      expectProblem(typed, [415], name);
    }));
});

const amounts = withJson.flatMap((spec) =>
  placesOf(spec, 'Amount').map((path) => [`${spec.method.toUpperCase()} ${spec.path} ${pointerOf(path)}`, spec, path] as const),
);
const currencies = withJson.flatMap((spec) =>
  placesOf(spec, 'Currency').map((path) => [`${spec.method.toUpperCase()} ${spec.path} ${pointerOf(path)}`, spec, path] as const),
);
const dates = withJson.flatMap((spec) =>
  placesOf(spec, 'date').map((path) => [`${spec.method.toUpperCase()} ${spec.path} ${pointerOf(path)}`, spec, path] as const),
);

async function refusedAt(spec: RouteSpec, path: (string | number)[], value: unknown, raw?: string): Promise<void> {
  const changed = withAt(bodyOf(spec), path, raw === undefined ? value : '@@');
  const body = raw === undefined ? changed : JSON.stringify(changed).replace('"@@"', raw);
  const res = await send(spec, role(spec), body);
  const of = `${pointerOf(path)} = ${raw ?? JSON.stringify(value)}`;
  expectProblem(res, [422], of);
  const pointers = problem.parse(res.body).errors?.map((error) => error.pointer);
  expect(pointers, of).toContain(pointerOf(path));
}

describe.skipIf(amounts.length === 0)('an amount that is none is refused by name, nothing written', () => {
  test.each(amounts)('%s', (_name, spec, path) =>
    leavesNothing(async () => {
      const texts = [
        '-1',
        '-0.01',
        '0',
        '0.00',
        '-0',
        '1e309',
        '1e3',
        '9999999999999999999',
        'NaN',
        'Infinity',
        '',
        ' ',
        '1,000.00',
        '1.',
        '.5',
        '+1',
        '01',
        '0x10',
        '１２',
        '1.0000',
        '٣',
        "1'",
        '1 000',
      ];
      for (const value of [...texts, null, true, [], {}, ['1.00']]) await refusedAt(spec, path, value);
      for (const raw of ['1e309', '-1', '0', '12.5', '1234567890123456789']) await refusedAt(spec, path, null, raw);
    }),
  );
});

describe.skipIf(currencies.length === 0)('a currency that is none is refused by name, nothing written', () => {
  test.each(currencies)('%s', (_name, spec, path) =>
    leavesNothing(async () => {
      for (const value of ['cny', 'XXX', 'ZZZ', 'US', 'CNYX', '', '¥', 156, null]) await refusedAt(spec, path, value);
    }),
  );
});

describe.skipIf(dates.length === 0)('a date that is none is refused by name, nothing written', () => {
  test.each(dates)('%s', (_name, spec, path) =>
    leavesNothing(async () => {
      for (const value of [
        '2026-02-30',
        '2026-13-01',
        '2026-1-1',
        '20260901',
        '2026-09-01T00:00:00Z',
        '0000-01-01',
        '',
        20260901,
      ])
        await refusedAt(spec, path, value);
    }),
  );
});

describe.each(named(guarded.filter((spec) => spec.upload)))('%s', (name, spec) => {
  test('a file of another type or too large: 4xx, nothing written', () =>
    leavesNothing(async () => {
      const { types, maxBytes } = spec.upload ?? { types: [], maxBytes: 0 };
      const put = (type: string) => api.as(role(spec))[spec.method](pathOf(spec)).set('Content-Type', type);
      expectProblem(await put('application/x-msdownload').send('MZ'), [415], name);
      expect(maxBytes).toBeGreaterThan(0);
      const large = Buffer.alloc(maxBytes + 1, 'a');
      expectProblem(await put(types[0] ?? '').send(large), [413], name);
    }));
});

describe('the OpenAPI document', () => {
  const document = productOpenApi(config) as unknown as Record<string, Record<string, Record<string, unknown>>>;
  const text = JSON.stringify(document);
  const paths = document['paths'] ?? {};

  test('describes every declared route, and no other', () => {
    const described = Object.entries(paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method} ${path}`));
    expect(described.sort()).toEqual(routes.map((spec) => `${spec.method} ${spec.path}`).sort());
    expect(document['openapi']).toBe('3.1.0');
  });

  test('has no reference that leads nowhere and no operation id twice', () => {
    const schemas = document['components']?.['schemas'] ?? {};
    for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g))
      expect(Object.keys(schemas)).toContain(name);
    const ids = [...text.matchAll(/"operationId":"([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(routes.length);
  });

  test.each(named(routes))('%s: parameters, security, answers and problems are said', (_name, spec) => {
    const operation = paths[spec.path]?.[spec.method] as {
      parameters?: { in: string; name: string; required: boolean }[];
      security: unknown[];
      summary: string;
      responses: Record<string, { description: string; content?: Record<string, unknown> }>;
    };
    const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name);
    expect(inPath.sort()).toEqual([...spec.path.matchAll(/\{(\w+)\}/g)].map(([, id]) => id).sort());
    expect(operation.security).toEqual(spec.verb === 'open' ? [] : [{ key: [] }]);
    expect(operation.summary.length).toBeGreaterThan(5);
    for (const status of Object.keys(spec.answers)) expect(operation.responses[status]?.description).toBeTruthy();
    if (spec.verb !== 'open')
      expect(Object.keys(operation.responses['401']?.content ?? {})).toEqual(['application/problem+json']);
  });

  test('is served with the page that shows it, from this machine alone', async () => {
    for (const path of documents) {
      const res = await api.as(null).get(path);
      expect(res.status, path).toBe(200);
    }
    const page = await api.as(null).get('/docs');
    expect(page.text).not.toMatch(/https?:\/\//);
    expect(page.text).not.toMatch(/<script>(?!<)/);
  });
});

// Last, because what is good is written.
describe.each(named(guarded.filter((spec) => !streams.has(spec.path) && !spec.upload && !spec.form)))('%s', (name, spec) => {
  test('a request as its contract says is understood, and its answer fits the document', async () => {
    const res = await send(spec, role(spec), spec.method === 'get' ? undefined : bodyOf(spec));
    expect(res.status, `${name}: ${res.text.slice(0, 500)}`).not.toBe(500);
    expect([400, 401, 403, 405, 413, 415]).not.toContain(res.status);
    if (res.status >= 400) problem.parse(res.body);
  });
});
