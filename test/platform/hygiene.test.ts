import { pino } from 'pino';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi } from '../../api/main.ts';
import type { RunningApi } from '../../api/main.ts';
import { createApiKey } from '../../api/auth.ts';
import { workerFigures } from '../../worker/metrics.ts';
import { startFakeSmtp } from '../support/fake-smtp.ts';
import type { FakeSmtp } from '../support/fake-smtp.ts';
import { everythingKept } from '../support/histories.ts';
import { openWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

/** Of a person and a company, each unlike anything else; the company's name in both scripts. */
const canary = {
  company: 'Zhubaiqi-Canary 竹白七医疗',
  person: '金丝雀-Kanarienvogel',
  mobile: '+8613912345678',
  email: 'kanarienvogel.7x@canary-customer.example',
  taxId: '91310000CANARY77XQ',
};
const shapes = [
  ...Object.values(canary),
  'Zhubaiqi',
  '竹白七',
  'Kanarienvogel',
  '金丝雀',
  '13912345678',
  'canary-customer',
  'CANARY77XQ',
];
const found = (text: string): string[] => shapes.filter((shape) => text.toLowerCase().includes(shape.toLowerCase()));

const lines: string[] = [];
const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
let smtp: FakeSmtp;
let world: World;
let api: RunningApi;
let key: string;

beforeAll(async () => {
  smtp = await startFakeSmtp();
  const env = { SMTP_URL: smtp.url, SMTP_FROM: 'Accounts <ar@seller.example>', DUECOURSE_HOST: '127.0.0.1' };
  world = await openWorld({ from: '2026-02-02', env, log });
  api = await startApi({ ...world, log, port: 0, figures: (registry) => workerFigures(registry, world.worker) });
  key = (await createApiKey(world.store, { name: 'ERP', role: 'erp' })).secret;
});
afterAll(async () => {
  await api.close();
  await world.close();
  await smtp.close();
});

async function send(method: string, path: string, body?: unknown): Promise<number> {
  const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', 'Accept-Language': 'zh' };
  return (await fetch(api.url + path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })).status;
}

test('what identifies a person or a company stands in no log, history, attribute, metric or wake', async () => {
  const contact = { id: 'c1', name: canary.person, role: 'finance', email: canary.email, mobile: canary.mobile, language: 'zh' };
  const customer = {
    name: canary.company,
    type: 'hospital',
    region: 'SH',
    currency: 'CNY',
    terms: { days: 30 },
    taxId: canary.taxId,
    contacts: [contact],
  };
  expect(await send('PUT', '/v1/customers/K-1', customer)).toBe(201);
  // Refused: wrong shapes repeat what was sent at most to the sender.
  expect(await send('PUT', '/v1/customers/K-2', { ...customer, [canary.person]: canary.email, currency: canary.taxId })).toBe(
    422,
  );
  expect(await send('PUT', '/v1/customers/K-3', { ...customer, contacts: [contact, contact] })).toBeGreaterThanOrEqual(400);
  expect(
    await send('GET', `/v1/customers/${encodeURIComponent(canary.email)}?x=${encodeURIComponent(canary.person)}`),
  ).toBeGreaterThanOrEqual(400);
  const invoice = { customer: 'K-1', number: 'K-1', issueDate: '2026-02-02', currency: 'CNY', amount: '1000.00' };
  expect(
    await send('PUT', '/v1/invoices/K-1', { ...invoice, instalments: [{ no: 1, amount: '1000.00', dueDate: '2026-03-04' }] }),
  ).toBe(201);
  const note = { amount: '100.00', category: 'quality', note: `${canary.person} ${canary.mobile}` };
  expect(await send('POST', '/v1/receivables/K-1/disputes', note)).toBe(201);
  // Mail servers repeat the address in what they say.
  smtp.plan = ['unknown-mailbox', 'refuse-data', 'accept-then-drop'];
  for (const day of ['2026-03-03', '2026-03-07', '2026-03-20', '2026-04-20']) await world.step(day);
  expect(smtp.connections).toBeGreaterThanOrEqual(1);
  expect(
    await send('POST', '/v1/payments', { customer: 'K-1', amount: canary.email, currency: 'CNY', receivedOn: '2026-04-01' }),
  ).toBe(422);

  const histories = await everythingKept(world.client, world.taskQueue);
  // What the engine was told is read in the clear: plans stand in it.
  expect(histories).toContain('"seq":');
  const metrics = await (await fetch(`${api.url}/metrics`)).text();
  const { rows } = await sql<{
    text: string;
  }>`select wake::text as text from wake union all select event::text from event`.execute(world.store.db);
  expect(found(histories), 'histories').toEqual([]);
  expect(found(metrics), 'metrics').toEqual([]);
  expect(found(rows.map((row) => row.text).join('\n')), 'wakes and events').toEqual([]);
  expect(lines.length).toBeGreaterThan(5);
  expect(
    lines.filter((line) => found(line).length > 0),
    'logs',
  ).toEqual([]);
  // The search itself works: what a person may read holds them.
  expect(found(JSON.stringify(await world.store.db.selectFrom('contact').selectAll().execute()))).not.toEqual([]);
});
