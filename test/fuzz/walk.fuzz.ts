import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Commands } from '../../api/commands.ts';
import { createMetrics } from '../../api/metrics.ts';
import { openApiOf } from '../../api/openapi.ts';
import type { RouteSpec } from '../../api/route.ts';
import { allRoutes } from '../../api/routes/index.ts';
import { systemRoutes } from '../../api/routes/platform/system.ts';
import type { Role } from '../../domain/platform/actor.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { rolesFor, writeOneOfEach } from '../support/one-of-each.ts';
import { seededFrom } from '../support/seeded.ts';
import { asking } from './asked.ts';
import type { Asked } from './asked.ts';
import { generatorOf } from './generated.ts';
import { Known } from './known.ts';
import { SELDOM_GRANTED } from './seldom-granted.ts';

const seconds = Number(process.env['FUZZ_SECONDS'] ?? 120);
const MOST_FAULTS = 25;
/** So long a stream of events is followed. */
const STREAM_MS = 150;
/** Of all requests so many must be granted, in percent: refusals alone prove little. */
const LEAST_GRANTED = 25;
/** So often a route has been asked when the walk judges whether it was ever granted. */
const ENOUGH_ROUNDS = 40;

const away = () => Promise.reject(new Refusal('engine-down'));
const commands: Commands = { history: away, decide: away, outcome: away, ping: away, close: () => Promise.resolve() };

let api: TestApi;
/** The clock of an empty house: where nothing waits for a worker, it moves at once. */
let empty: TestApi;
const servers: Server[] = [];
const known = new Known();
const bases = new Map<TestApi, string>();

async function listening(of: TestApi): Promise<void> {
  const server = createServer(of.app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  bases.set(of, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

beforeAll(async () => {
  api = await openTestApi({ business: '2026-09-10T02:00:00.000Z', commands });
  empty = await openTestApi({ business: '2026-09-10T02:00:00.000Z', commands });
  for (const [kind, id] of Object.entries(await writeOneOfEach(api))) known.add(kind, id);
  const other = { name: 'Dealer', type: 'dealer', region: 'SH', owner: 'lin', currency: 'CNY', terms: { days: 30 } };
  for (const id of ['C-2', 'C-3']) await api.as('erp').put(`/v1/customers/${id}`).send(other).expect(201);
  known.add('/v1/customers', 'C-1', 'C-2');
  // Who is merged into another takes no documents any more.
  known.add('post /v1/customers/{id}/merge', 'C-3');
  for (const { subject } of await api.store.db.selectFrom('wake').select('subject').execute())
    known.add('/v1/processes', subject);
  known.add('/v1/templates/{id}', 'zh', 'en');
  known.add('/v1/templates/{id}/{language}', 'email', 'sms', 'letter');
  known.add('/v1/policies', 'credit-rules', 'ladders', 'contact-rules');
  known.add('/v1/policies/{kind}', '1', '2', '3');
  known.add('/v1/customers/{id}/facts', 'ownership');
  known.add('/v1/outlets', 'email', 'sms');
  known.add('/v1/calendar-years', '2026', '2027');
  known.add('/v1/processes/{workflowId}/decisions', '01980a3e-7c1e-7000-8000-000000000001');
  await listening(api);
  await listening(empty);
});
afterAll(async () => {
  for (const server of servers) server.closeAllConnections();
  for (const server of servers) server.close();
  await api.close();
  await empty.close();
});

interface Answered {
  status: number;
  type: string;
  body: Record<string, unknown>;
}

/** Asks, and of a stream hears no more than its beginning. */
async function ask(spec: RouteSpec, asked: Asked, role: Role | null): Promise<Answered> {
  const of = spec.path === '/v1/clock' ? empty : api;
  const leaving = new AbortController();
  const { body = null } = asked;
  const headers = new Headers(asked.headers);
  if (role !== null) headers.set('Authorization', `Bearer ${of.keys[role]}`);
  const res = await fetch((bases.get(of) ?? '') + asked.path, {
    method: spec.method.toUpperCase(),
    headers,
    body,
    redirect: 'manual',
    signal: leaving.signal,
  });
  const type = res.headers.get('content-type') ?? '';
  if (type.startsWith('text/event-stream')) {
    const timer = setTimeout(() => leaving.abort(), STREAM_MS);
    await res.text().catch(() => '');
    clearTimeout(timer);
    return { status: res.status, type, body: {} };
  }
  const text = await res.text();
  return { status: res.status, type, body: type.includes('json') ? (JSON.parse(text) as Record<string, unknown>) : {} };
}

/** What is wrong with an answer; null when nothing is. That it fits the document is watched by the API under test itself. */
function faultOf({ status, type, body }: Answered, language: 'zh' | 'en'): string | null {
  if (status === 503 && body['code'] === 'engine-down') return null;
  if (status >= 500) return `${status} ${String(body['code'])}`;
  if (status < 400) return null;
  if (!type.startsWith('application/problem+json')) return `${status} is ${type}`;
  const [title, detail] = [String(body['title']), String(body['detail'])];
  // Sentences quote what was sent, titles do not.
  if (/[\u4e00-\u9fff]/.test(language === 'zh' ? detail : title) !== (language === 'zh'))
    return `${status} in another language: ${title}`;
  const errors = (body['errors'] ?? []) as { pointer?: string; parameter?: string }[];
  if (body['code'] === 'invalid' && errors.length === 0) return `${status} names no field: ${detail}`;
  return null;
}

test(
  'every route, asked what its document allows and what it does not: no 500, problems in both languages that name the field, answers that fit',
  { timeout: (seconds + 120) * 1_000 },
  async () => {
    const routes = [...systemRoutes(api.services, createMetrics(api.store)), ...allRoutes(api.services)];
    const document = openApiOf(routes, 'http://localhost');
    const make = generatorOf(seededFrom(), document.components.schemas, (name) => known.texts(name));
    const askedOf = asking(document, make, known);
    const faults = new Map<string, string>();
    const counts: Record<number, number> = {};
    const granted = new Map<string, number>(routes.map(({ method, path }) => [`${method} ${path}`, 0]));
    const until = Date.now() + seconds * 1_000;
    let rounds = 0;
    for (; Date.now() < until && faults.size < MOST_FAULTS; rounds += 1)
      for (const spec of routes) {
        const name = `${spec.method} ${spec.path}`;
        const asked = askedOf(spec);
        const answer = await ask(spec, asked, spec.verb === 'open' ? null : make.pick(rolesFor(spec)));
        counts[answer.status] = (counts[answer.status] ?? 0) + 1;
        if (answer.status < 300) {
          granted.set(name, (granted.get(name) ?? 0) + 1);
          known.hear(spec.path, answer.body);
        }
        const fault = faultOf(answer, asked.language);
        const kind = `${name}: ${fault ?? ''}`;
        if (fault !== null && !faults.has(kind)) faults.set(kind, `${asked.path} ${asked.language} ${asked.said}`.slice(0, 400));
      }
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const share = Math.round((100 * [...granted.values()].reduce((sum, count) => sum + count, 0)) / all);
    console.log(`${all} requests in ${rounds} rounds, ${share} % granted, ${JSON.stringify(counts)}`);
    expect([...faults].map(([kind, asked]) => `${kind} <- ${asked}`)).toEqual([]);
    expect(share, 'percent of the requests that were granted').toBeGreaterThanOrEqual(LEAST_GRANTED);
    expect(Object.keys(SELDOM_GRANTED).filter((name) => !granted.has(name))).toEqual([]);
    const refused = [...granted].filter(([name, count]) => count === 0 && SELDOM_GRANTED[name] === undefined);
    if (rounds < ENOUGH_ROUNDS)
      console.log(`${rounds} rounds are too few to say what is never granted: ${refused.length} routes`);
    else expect(refused.map(([name]) => name)).toEqual([]);
  },
);
