import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pino } from 'pino';
import request from 'supertest';

import { createApp } from '../../api/app.ts';
import { createApiKey } from '../../api/auth.ts';
import { clockControlOf } from '../../api/clock-control.ts';
import { createCommands } from '../../api/commands.ts';
import type { Commands } from '../../api/commands.ts';
import { decodedEvents } from '../../api/history-json.ts';
import { tell } from '../../api/history-words.ts';
import { receivableWorkflowId, workOrderWorkflowId } from '../../domain/platform/subject.ts';
import { openStore } from '../../store/open.ts';
import { setUp } from '../../store/setup.ts';
import { write } from '../../store/platform/transaction.ts';
import { freshDatabase } from '../support/database.ts';
import { erp } from '../support/actors.ts';
import { factsOf } from '../support/facts.ts';
import { checkedApp } from '../support/published.ts';
import { openWorld, until } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let commands: Commands;
let receivable: string;
let auditor: string;
let app: ReturnType<typeof checkedApp>;

beforeAll(async () => {
  world = await openWorld({ from: '2026-01-05' });
  await world.customer('C-1');
  receivable = await world.invoice({ id: 'INV-1', customer: 'C-1', amount: '1000.00', issued: '2026-01-05', due: '2026-01-20' });
  await world.step('2026-02-20');
  await world.pay({ id: 'P-1', customer: 'C-1', amount: '1000.00', on: '2026-02-20', invoice: 'INV-1' });
  await world.step('2026-02-21');
  commands = createCommands(world.config.temporal);
  app = appWith(commands);
  auditor = (await createApiKey(world.store, { name: 'auditor', role: 'auditor' })).secret;
});
afterAll(async () => {
  await commands.close();
  await world.close();
});

function appWith(of: Commands): ReturnType<typeof checkedApp> {
  const { store, config } = world;
  const services = { store, config, commands: of, clockControl: clockControlOf(store) };
  return checkedApp(services);
}

const ask = (id: string, language = 'en', on = app, key = auditor) =>
  request(on)
    .get(`/v1/processes/${id}`)
    .set({ Authorization: `Bearer ${key}`, 'Accept-Language': language });

interface Told {
  source: string;
  story: { at: string; what: string; detail: string | null }[];
  events: { runId: string; eventType: string; eventId: string }[];
}

test("the history of a receivable reads as its story, in the reader's language, with the raw events beside it", async () => {
  const en = (await ask(receivableWorkflowId(receivable))).body as Told;
  expect(en.source).toBe('engine');
  const words = en.story.map((line) => line.what);
  expect(words[0]).toBe('The process began');
  expect(words).toContain('Asked for a reminder to be sent');
  expect(words.at(-1)).toBe('The process ended');
  expect(en.story.some((line) => line.detail?.includes('next:'))).toBe(true);
  expect(en.events[0]).toMatchObject({ eventId: '1', eventType: 'WORKFLOW_EXECUTION_STARTED' });
  expect(JSON.stringify(en.events)).toContain(receivable);
  const zh = (await ask(receivableWorkflowId(receivable), 'zh-CN')).body as Told;
  expect(zh.story.map((line) => line.what)).toContain('请求发送催款提醒');
  expect(zh.story.length).toBe(en.story.length);
  const details = zh.story.flatMap(({ detail }) => (detail === null ? [] : [detail]));
  expect(details).toContainEqual(expect.stringMatching(/^.*下一步：发送催款提醒 2026年1月\d+日 \d\d:\d\d（/));
  for (const text of [...details, ...zh.story.map(({ what }) => what)])
    expect(text).not.toMatch(/[a-z]{2,}|\d{4}-\d\d-\d\dT|[一-鿿][,:;(]/);
});

test('a process that ended and was asked again is told from its first run to its last', async () => {
  const again = await world.invoice({ id: 'INV-2', customer: 'C-1', amount: '500.00', issued: '2026-02-01', due: '2026-03-10' });
  const process = world.client.workflow.getHandle(receivableWorkflowId(again));
  await world.settled();
  const payment = await world.pay({ id: 'P-2', customer: 'C-1', amount: '500.00', on: '2026-02-20', invoice: 'INV-2' });
  await process.result();
  await world.reverse(payment);
  await world.settled();
  // The engine's list of runs lags a moment behind.
  const runs = async () => (await ask(receivableWorkflowId(again))).body as Told;
  await until('both runs are listed', async () => new Set((await runs()).events.map((event) => event.runId)).size === 2);
  const { story } = await runs();
  const words = story.map((line) => line.what);
  expect(words.filter((what) => what === 'The process began')).toHaveLength(2);
  expect(words.indexOf('The process ended')).toBeLessThan(words.lastIndexOf('The process began'));
  expect(story.map((line) => line.at)).toEqual(story.map((line) => line.at).sort());
});

test('every activity a receivable can take is told in words, not by its code name', async () => {
  const { story, events } = (await ask(receivableWorkflowId(receivable))).body as Told;
  const markers = events.filter((event) => event.eventType === 'MARKER_RECORDED');
  expect(markers.length).toBeGreaterThan(2);
  for (const { what } of story) expect(what).not.toMatch(/^[a-z]+[A-Z]/);
});

test('what the engine does not know (any more) is told from the record', async () => {
  const { url, drop } = await freshDatabase();
  await setUp(url, { business: '2026-01-05T00:00:00.000Z', speed: 0, pinned: false });
  const store = openStore({ url, max: 2 });
  const id = await factsOf(store).customer('C-9');
  const workOrder = {
    key: 'k',
    kind: 'call',
    role: 'collector',
    customer_id: id,
    subject: 's',
    reason: '{}',
    plan_step: 'wait',
    plan_why: '{}',
  };
  const at = '2026-01-05T00:00:00.000Z';
  const row = { ...workOrder, opened_at: at, warn_at: at, due_at: at };
  const order = await store.db.insertInto('work_order').values(row).returning('id').executeTakeFirstOrThrow();
  await write(store, erp, () =>
    Promise.resolve({
      value: null,
      audit: [
        { action: 'work-order.opened', subjectKind: 'work-order', subjectId: order.id, customerId: id, reason: 'broken promise' },
      ] as const,
    }),
  );
  const { secret } = await createApiKey(store, { name: 'auditor', role: 'auditor' });
  const config = { ...world.config, databaseUrl: url };
  const other = checkedApp({ store, config, commands, clockControl: clockControlOf(store) });
  const { body } = await ask(workOrderWorkflowId(order.id), 'en', other, secret);
  expect(body).toMatchObject({ source: 'record', events: [], customerId: id });
  expect((body as Told).story).toMatchObject([
    { what: expect.stringMatching(/^Task opened for the/) as string, detail: 'broken promise' },
  ]);
  await store.close();
  await drop();
});

test('a process nobody knows, or of a customer out of scope, is not found', async () => {
  expect((await ask('receivable-01980a3e-7c1e-7000-8000-000000000009')).status).toBe(404);
  expect((await ask('nightly-01980a3e-7c1e-7000-8000-000000000009')).status).toBe(404);
  const { secret } = await createApiKey(world.store, { name: 'far', role: 'legal', scope: { regions: ['nowhere'] } });
  expect((await ask(receivableWorkflowId(receivable), 'en', app, secret)).status).toBe(404);
});

/** Takes connections and never says a word: an engine that hangs. */
async function deaf(): Promise<{ address: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

test('with Temporal away, hanging, or without our namespace the story is told from our record within a second', async () => {
  const silent = await deaf();
  const { temporal } = world.config;
  for (const over of [{ address: '127.0.0.1:1' }, { address: silent.address }, { namespace: 'nobody-made-this' }]) {
    const away = createCommands({ ...temporal, ...over });
    const { store, config } = world;
    // Unchecked: reading the published document takes longer than the answer may.
    const services = { store, config, commands: away, clockControl: clockControlOf(store) };
    const on = createApp(services, { log: pino({ level: 'silent' }) });
    const began = performance.now();
    const res = await ask(receivableWorkflowId(receivable), 'zh', on);
    // A busy machine adds to it; without a bound it would be the ten seconds and more of the client.
    expect(performance.now() - began, JSON.stringify(over)).toBeLessThan(8_000);
    expect(res.status).toBe(200);
    expect(res.body).toMatchObject({ source: 'record', engine: 'away', events: [] });
    expect((res.body as Told).story.length).toBeGreaterThan(2);
    expect((res.body as Told).story.at(-1)?.what).toMatch(/[一-鿿]/);
    await away.close();
  }
  await silent.close();
  expect((await ask(receivableWorkflowId(receivable))).body).toMatchObject({ source: 'engine', engine: 'reached' });
});

test('the story from our record is in words: of plans, of contacts and of tasks, each with what it is about', async () => {
  const away = createCommands({ ...world.config.temporal, address: '127.0.0.1:1' });
  const on = appWith(away);
  const rows = await world.store.db.selectFrom('wake').select('subject').execute();
  const kinds = new Set<string>();
  for (const { subject } of rows) {
    if (subject.startsWith('nightly')) continue;
    const { story } = (await ask(subject, 'zh', on)).body as Told;
    expect(story.length, subject).toBeGreaterThan(0);
    for (const { what, detail } of story) {
      expect(what, subject).toMatch(/^[^ ].*[一-鿿]|^[^ ]*[一-鿿]/);
      expect(`${what} ${detail ?? ''}`, subject).not.toMatch(/[a-z]+[.-][a-z]+|undefined|null/);
      if (detail !== null) expect(detail, subject).toMatch(/[一-鿿]/);
    }
    kinds.add(subject.replace(/-[0-9a-f]{8}-.*$/, ''));
  }
  expect([...kinds].toSorted()).toEqual(expect.arrayContaining(['outreach', 'receivable']));
  const [{ subject = '' } = {}] = rows.filter((row) => row.subject.startsWith('outreach'));
  const { story } = (await ask(subject, 'en', on)).body as Told;
  expect(story.some(({ what, detail }) => /^Next: close/.test(what) && detail === 'nothing pending')).toBe(true);
  expect(((await ask(receivableWorkflowId(receivable), 'en', on)).body as Told).story.map(({ what }) => what)).toContain(
    'reminder 1 for INV-1/1 asked for',
  );
  await away.close();
});

test('encrypted and unknown payloads are named, never guessed', () => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const payload = (encoding: string, data: string) => ({ metadata: { encoding: base64(encoding) }, data: base64(data) });
  const history = {
    events: [
      {
        eventId: '1',
        eventTime: '2026-01-05T00:00:00.123456789Z',
        eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_STARTED',
        workflowExecutionStartedEventAttributes: {
          input: { payloads: [payload('binary/encrypted', 'x'), payload('json/plain', '{broken')] },
        },
      },
      { eventId: '2', eventTime: '2026-01-05T00:00:01Z', eventType: 'EVENT_TYPE_NOT_INVENTED_YET' },
    ],
  };
  const events = decodedEvents(JSON.stringify(history));
  expect(events[0]).toMatchObject({
    eventTime: '2026-01-05T00:00:00.123Z',
    workflowExecutionStartedEventAttributes: { input: [{ encoding: 'binary/encrypted' }, { encoding: 'json/plain' }] },
  });
  expect(tell(events, { kind: 'receivable', language: 'en', zone: 'Asia/Shanghai' })).toEqual([
    { at: '2026-01-05T00:00:00.123Z', what: 'The process began', detail: null },
  ]);
});
