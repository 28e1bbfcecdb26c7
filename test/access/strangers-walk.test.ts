import request from 'supertest';
import type { Response } from 'supertest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKey } from '../../api/auth.ts';
import type { Commands } from '../../api/commands.ts';
import { createMetrics } from '../../api/metrics.ts';
import type { RouteSpec } from '../../api/route.ts';
import { allRoutes } from '../../api/routes/index.ts';
import { systemRoutes } from '../../api/routes/platform/system.ts';
import { roles } from '../../domain/platform/actor.ts';
import type { Role } from '../../domain/platform/actor.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { mayCall, rolesFor } from '../support/one-of-each.ts';
import { bodyOf, pathOf } from '../support/samples.ts';
import { actOf, approve } from '../support/two-persons.ts';
import { walkOneOfEach } from '../support/walk.ts';
import type { Walk } from '../support/walk.ts';

type Agent = ReturnType<typeof request.agent>;

const house = 'of the house, not of a customer';
const credentials = 'of credentials, not of a customer';
const rules = 'of policy, not of a customer';
/** Routes that can name no customer, order, invoice, payment, group or payer, with the reason. */
const NOBODYS: Readonly<Record<string, string>> = {
  'get /healthz': house,
  'get /readyz': house,
  'get /metrics': 'figures without names',
  'get /v1/codes': 'words, no rows',
  'get /v1/me': credentials,
  'get /v1/api-keys': credentials,
  'post /v1/api-keys': credentials,
  'post /v1/api-keys/{id}/confirm': credentials,
  'post /v1/api-keys/{id}/revoke': credentials,
  'get /v1/delegations': credentials,
  'post /v1/delegations': credentials,
  'post /v1/delegations/{id}/revoke': credentials,
  'get /v1/settings': house,
  'put /v1/settings/seller': house,
  'put /v1/settings/go-live': house,
  'get /v1/go-live-windows': house,
  'post /v1/go-live-windows': house,
  'post /v1/go-live-windows/{id}/close': house,
  'get /v1/outlets': house,
  'post /v1/outlets/{outlet}/open': house,
  'post /v1/outlets/{outlet}/close': house,
  'get /v1/clock': house,
  'post /v1/clock': house,
  'get /v1/exchange-rates': house,
  'post /v1/exchange-rates': house,
  'get /v1/calendar-years/{year}': house,
  'put /v1/calendar-years/{year}': house,
  'get /v1/policies/{kind}': rules,
  'post /v1/policies/{kind}': rules,
  'get /v1/policies/{kind}/{version}': rules,
  'post /v1/policies/{kind}/{version}/approve': rules,
  'post /v1/policies/{kind}/{version}/simulate': rules,
  'get /v1/templates': rules,
  'post /v1/templates': rules,
  'get /v1/templates/{id}/{language}/{channel}': rules,
  'post /v1/templates/{id}/{language}/{channel}/{version}/approve': rules,
};
/** Routes that can, and cannot be walked like the others: why, and what holds them. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'get /v1/events': 'does not end: test/platform/events.test.ts',
  'post /v1/imports': 'its rows are sent one by one as their sender: test/imports/imports.test.ts',
  'post /v1/callbacks/twilio': 'signed by the provider: test/outreach/callbacks.test.ts',
  'post /v1/adjustments/{id}/decision': 'of a compared statement, which only a process makes: test/reconciliation/routes.test.ts',
  'post /v1/customer-statements/{id}/matches/{match}/decision':
    'of a match, which only a process makes: test/reconciliation/routes.test.ts',
};
/** Lists in which nothing of C-1 stands here. */
const EMPTY: Readonly<Record<string, string>> = {
  'get /v1/warnings': 'only the nights warn, and none passes here',
  'get /v1/data-findings': 'only the nights find, and none passes here',
  'get /v1/write-offs/figures': 'sums without names',
  'get /v1/ageing': 'sums without names',
};

/** C-1 (Shanghai, of lin), with one of each kind, and FAR (Guangzhou, of wu) are paid for by HQ (Beijing). */
let api: TestApi;
let walk: Walk;
const strangers = new Map<Role, Agent>();
/** Ids of C-1 in paths that no list shows. */
const hidden: Record<string, string> = {};

const nameOf = ({ method, path }: RouteSpec): string => `${method} ${path}`;
const everyRoute = (): RouteSpec[] => [...systemRoutes(api.services, createMetrics(api.store)), ...allRoutes(api.services)];
const walked = (method: (one: string) => boolean): RouteSpec[] =>
  everyRoute().filter((spec) => !(nameOf(spec) in NOBODYS) && !(nameOf(spec) in ELSEWHERE) && method(spec.method));
/** What stands in rows of C-1 and nowhere else. */
const MARKS = /"C-1"|"(?:INV-[12]|SO-[19]|P-1|RF-1|N-1|CA-1|L-1|S-1|CS-1|SR-1|RT-9|GI-9)["/:]|hospital\.example/;
/** What is on the account of the payer: its figures are shown to whoever may see one of those it pays for. */
const OF_PAYER = /"[LS]-2"/;
const customer = { type: 'dealer', currency: 'CNY', terms: { days: 30 } };

beforeAll(async () => {
  const away = () => Promise.reject(new Refusal('engine-down'));
  const commands: Commands = { history: away, decide: away, outcome: away, ping: away, close: () => Promise.resolve() };
  api = await openTestApi({ business: '2026-09-10T02:00:00.000Z', commands });
  const put = (id: string, body: object) => api.as('erp').put(`/v1/customers/${id}`).send(body);
  await put('HQ', { ...customer, name: 'Head office', region: 'BJ', owner: 'zhao' }).expect(201);
  await put('FAR', { ...customer, name: 'Far away', region: 'GZ', owner: 'wu', payer: 'HQ' }).expect(201);
  walk = await walkOneOfEach(api);
  await put('C-1', { ...customer, name: 'Hospital', region: 'SH', owner: 'lin', payer: 'HQ' }).expect(200);
  await grant();
  for (const role of roles) {
    const scope = role === 'sales' ? { owner: 'wu' } : { regions: ['GZ'] };
    const { secret } = await createApiKey(api.store, { name: `far ${role}`, role, scope });
    strangers.set(role, request.agent(api.app).set('Authorization', `Bearer ${secret}`));
  }
}, 90_000);
afterAll(() => api.close());

/** What is in force only when a second person has approved it, and ids that only their receivable tells. */
async function grant(): Promise<void> {
  const desk = api.as('credit_officer');
  const amounts = { customer: 'HQ', currency: 'CNY' };
  const limit = { ...amounts, externalId: 'L-2', amount: '9000.00', reason: 'Asked by sales' };
  await approve(api, actOf(await desk.post('/v1/credit-limits').send(limit)), 'credit_manager');
  const security = { kind: 'guarantee', effect: 'raises-limit', value: '1000.00', share: '0.5', validFrom: '2026-01-01' };
  const asked = await desk.put('/v1/securities/S-2').send({ ...amounts, ...security, evidence: { reference: 'GU-2' } });
  await approve(api, actOf(asked), 'credit_manager');
  const read = async (id: string) =>
    (await api.as('auditor').get(`/v1/receivables/${id}`).expect(200)).body as Record<string, { id: string }[]>;
  const written = await desk.post('/v1/receivables/INV-2:1/write-off').send({ reason: 'small' });
  await approve(api, actOf(written), 'credit_manager');
  const { body: offs } = await api.as('auditor').get('/v1/write-offs').expect(200);
  Object.assign(hidden, {
    '/v1/credit-limits': 'L-2',
    '/v1/securities': 'S-2',
    '/v1/disputes': (await read('INV-1:1'))['disputes']?.[0]?.id,
    '/v1/promises': (await read('INV-2:1'))['promises']?.[0]?.id,
    '/v1/write-offs': (offs as { data: { id: string }[] }).data[0]?.id,
  });
}

/** Fields that name a customer or something of one, with what C-1 has of it. */
const OF_C1: Readonly<Record<string, string>> = {
  ...{ customer: 'C-1', payer: 'C-1', into: 'C-1', order: 'SO-1', invoice: 'INV-1', payment: 'P-1', creditNote: 'N-1' },
  ...{ receivable: 'INV-1:1' },
};
/** By the ids of whoever writes them. */
const OURS: Readonly<Record<string, string>> = {
  ...{ '/v1/customers': 'C-1', '/v1/invoices': 'INV-1', '/v1/orders': 'SO-1', '/v1/returns': 'RT-9' },
};
const NO_SUCH = 'NO-SUCH-1';
const MAKES = 'put /v1/customers/{id}';

/** A body that names what C-1 has, or what there is not. */
function naming(value: unknown, of: (field: string) => string): unknown {
  if (Array.isArray(value)) return value.map((one) => naming(one, of));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([field, one]) => [
    field,
    typeof one === 'string' && field in OF_C1 ? of(field) : naming(one, of),
  ]);
  return Object.fromEntries(entries) as object;
}

interface Sent {
  spec: RouteSpec;
  path: string;
  body: object;
}
type Pair = Record<'existing' | 'absent', Sent>;

/** The path of a route with the id of something of C-1. */
async function existingPath(spec: RouteSpec): Promise<string> {
  if (spec.method === 'get') return (await walk.pathsOf(spec))[0] ?? '';
  if (!spec.path.includes('{')) return spec.path;
  const [base = '', rest = ''] = spec.path.split('/{');
  const own = (spec.method === 'put' ? OURS[base] : undefined) ?? hidden[base];
  if (own !== undefined) return `${base}/${own}${rest.slice(rest.indexOf('}') + 1)}`;
  const reader = everyRoute().find(
    (one) => one.method === 'get' && one.path === `${base}/{${rest.slice(0, rest.indexOf('}') + 1)}`,
  );
  if (!reader) throw new Error(`nothing of C-1 at ${nameOf(spec)}: plant it, or say in NOBODYS or ELSEWHERE why not`);
  const [path = ''] = await walk.pathsOf(reader);
  return path + rest.slice(rest.indexOf('}') + 1);
}

async function pairOf(spec: RouteSpec): Promise<Pair> {
  const body = spec.method === 'get' ? {} : (bodyOf(spec) as object);
  const existing = await existingPath(spec);
  const absent = (spec.path.includes('{') ? pathOf(spec) : existing).replace('customer=C-1', `customer=${NO_SUCH}`);
  return {
    existing: { spec, path: existing, body: naming(body, (field) => OF_C1[field] ?? '') as object },
    absent: { spec, path: absent, body: naming(body, () => NO_SUCH) as object },
  };
}

const ask = (agent: Agent, { spec, path, body }: Sent) =>
  spec.method === 'get' ? agent.get(path) : agent[spec.method](path).send(body);
const said = ({ status, body }: Response): string => `${status} ${(body as { code?: string }).code ?? ''}`.trim();

/** A stranger of sales, and one of any other role that may call the route. */
function strangersOf(spec: RouteSpec): [Role, Agent][] {
  const able = rolesFor(spec);
  const some = [...able.filter((role) => role === 'sales'), ...able.filter((role) => role !== 'sales').slice(0, 1)];
  return some.map((role) => [role, strangers.get(role) as Agent]);
}

/** What strangers learn of C-1 by a route: whether there is such a thing, or a row of it. */
async function learnt({ existing, absent }: Pair): Promise<string[]> {
  const found: string[] = [];
  for (const [role, agent] of strangersOf(existing.spec)) {
    const [there, not] = [await ask(agent, existing), await ask(agent, absent)];
    const mark = MARKS.exec(there.text)?.[0];
    const known =
      existing.spec.path.includes('{') || existing.spec.method !== 'get' ? there.status < 400 : there.text !== not.text;
    if (said(there) !== said(not) || known || mark !== undefined)
      found.push(`${nameOf(existing.spec)} as ${role}: ${said(there)}, without it ${said(not)} ${mark ?? ''}`);
  }
  return found;
}

test('no route of the document is left out but by its reason', () => {
  const all = everyRoute().map(nameOf);
  expect(Object.keys({ ...NOBODYS, ...ELSEWHERE, ...EMPTY }).filter((name) => !all.includes(name))).toEqual([]);
  expect(walked(() => true).length).toBeGreaterThan(all.length * 0.6);
});

test('a stranger learns by no route that reads whether there is a customer, or anything of one; whoever may see it does', async () => {
  const found: string[] = [];
  for (const spec of walked((method) => method === 'get')) {
    const pair = await pairOf(spec);
    found.push(...(await learnt(pair)));
    const own = await ask(api.as(mayCall(spec)), pair.existing);
    expect(own.status, nameOf(spec)).toBe(200);
    if (spec.path.includes('{')) expect(said(await ask(api.as(mayCall(spec)), pair.absent)), nameOf(spec)).toBe('404 not-found');
    else if (!(nameOf(spec) in EMPTY))
      expect(own.text, `${nameOf(spec)} shows something of C-1`).toMatch(OF_PAYER.test(own.text) ? OF_PAYER : MARKS);
  }
  expect(found).toEqual([]);
});

test('a customer that shares its payer shows nothing of the other one', async () => {
  const far = strangers.get('credit_officer') as Agent;
  for (const spec of walked((method) => method === 'get')) {
    const { path } = (await pairOf(spec)).existing;
    if (!/C-1/.test(path)) continue;
    const res = await far.get(path.replace('C-1', 'FAR'));
    expect(res.text, path).not.toMatch(MARKS);
    expect([200, 403, 404], path).toContain(res.status);
  }
});

test("a stranger's document under the id of another's is refused and changes nothing", async () => {
  const own = { customer: 'FAR', currency: 'CNY' };
  const lines = [{ line: 1, item: 'A-1', quantity: '2', unitPrice: '1000.00' }];
  for (const [path, body] of [
    ['/v1/customers/C-1', { ...customer, name: 'Mine now', region: 'GZ', owner: 'wu' }],
    ['/v1/invoices/INV-1', { ...own, number: 'INV-1', issueDate: '2026-09-01', amount: '500.00' }],
    ['/v1/orders/SO-1', { ...own, requestedShipDate: '2026-10-01', lines }],
    ['/v1/returns/RT-9', { order: 'SO-9', lines: [{ line: 1, quantity: '1' }], returnedOn: '2026-09-09', reason: 'mine' }],
  ] as const) {
    const before = (await api.as('auditor').get(path).expect(200)).body as object;
    const res = await (strangers.get('erp') as Agent).put(path).send(body);
    expect(res.status, `${path} ${res.text}`).toBeGreaterThanOrEqual(400);
    expect(res.text, path).not.toMatch(/hospital\.example|Hospital/);
    expect((await api.as('auditor').get(path).expect(200)).body, path).toEqual(before);
  }
});

// Last, because whoever may does it in the end.
test('a stranger learns and does nothing by a route that writes; whoever may is told of what there is', async () => {
  const found: string[] = [];
  const pairs: Pair[] = [];
  for (const spec of walked((method) => method !== 'get')) pairs.push(await pairOf(spec));
  // A customer that there is not is made by this one.
  pairs.sort((a, b) => Number(nameOf(a.existing.spec) === MAKES) - Number(nameOf(b.existing.spec) === MAKES));
  const before = await api.written();
  for (const pair of pairs) found.push(...(await learnt(pair)));
  expect(found).toEqual([]);
  expect(await api.written()).toBe(before);
  const alike: string[] = [];
  for (const { existing, absent } of pairs) {
    const agent = api.as(mayCall(existing.spec));
    const [there, not] = [said(await ask(agent, existing)), said(await ask(agent, absent))];
    if (there === not) alike.push(`${nameOf(existing.spec)}: ${there}`);
  }
  expect(alike).toEqual([]);
});
