import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createApiKey } from '../../api/auth.ts';
import { revokeApiKey } from '../../store/access/api-keys.ts';
import { systemActor, write } from '../../store/platform/transaction.ts';
import { openTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';

let api: TestApi;
let server: Server;
let base: string;
const leave: (() => void)[] = [];
const patient = { timeout: 20_000 };

beforeEach(async () => {
  api = await openTestApi();
  server = createServer(api.app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  for (const go of leave.splice(0)) go();
  server.closeAllConnections();
  server.close();
  await api.close();
});

interface Stream {
  status: number;
  ids: string[];
  names: string[];
  ended: boolean;
  leave(): void;
}

/** Follows the stream with a secret; `names` are the subjects of what came, in order. */
async function listen(secret: string, lastEventId?: string): Promise<Stream> {
  const abort = new AbortController();
  const headers = { Authorization: `Bearer ${secret}`, ...(lastEventId !== undefined && { 'Last-Event-ID': lastEventId }) };
  const res = await fetch(`${base}/v1/events`, { headers, signal: abort.signal });
  const stream: Stream = { status: res.status, ids: [], names: [], ended: false, leave: () => abort.abort() };
  leave.push(stream.leave);
  const read = async (): Promise<void> => {
    let text = '';
    for await (const chunk of res.body ?? []) {
      text += Buffer.from(chunk as Uint8Array).toString('utf8');
      const frames = text.split('\n\n');
      text = frames.pop() ?? '';
      for (const frame of frames) {
        const id = /^id: (.+)$/m.exec(frame)?.[1];
        const data = /^data: (.+)$/m.exec(frame)?.[1];
        if (id === undefined || data === undefined) continue;
        stream.ids.push(id);
        stream.names.push((JSON.parse(data) as { subject: { id: string } }).subject.id);
      }
    }
  };
  void read().then(
    () => (stream.ended = true),
    () => (stream.ended = true),
  );
  return stream;
}

const happen = (name: string, customerId: string | null = null): Promise<null> =>
  write(api.store, systemActor('test'), () =>
    Promise.resolve({
      value: null,
      audit: [{ action: 'test', subjectKind: 'test', subjectId: name }] as const,
      events: [{ kind: 'test.happened', subjectKind: 'test', subjectId: name, customerId }],
    }),
  );

async function customer(externalId: string, region: string, owner: string): Promise<string> {
  const at = '2026-09-01T00:00:00.000Z';
  const row = {
    external_id: externalId,
    name: externalId,
    type: 'other',
    currency: 'CNY',
    region,
    owner,
    content_hash: '',
    created_at: at,
    updated_at: at,
  };
  return (await api.store.db.insertInto('customer').values(row).returning('id').executeTakeFirstOrThrow()).id;
}

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: api.url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

const insert = (client: pg.Client, name: string) =>
  client.query("insert into event (business_at, kind, subject_kind, subject_id) values (now(), 'test.happened', 'test', $1)", [
    name,
  ]);

test('a listener hears what is committed after it came, in order', async () => {
  await happen('before');
  const stream = await listen(api.keys.auditor);
  expect(stream.status).toBe(200);
  for (const name of ['a', 'b', 'c']) await happen(name);
  await expect.poll(() => stream.names, patient).toEqual(['a', 'b', 'c']);
});

test('an event whose transaction commits late is not skipped, though later ones were there before it', async () => {
  const stream = await listen(api.keys.auditor);
  const late = await connect();
  const mid = await connect();
  await late.query('begin');
  await mid.query('begin');
  // `mid` has the lower transaction id and the higher sequence; `late` the other way round.
  await mid.query('select pg_current_xact_id()');
  await insert(late, 'late');
  await insert(mid, 'mid');
  await mid.query('commit');
  await happen('quick');
  await expect.poll(() => stream.names, patient).toContain('mid');
  expect(stream.names).toEqual(['mid']);
  await late.query('commit');
  await expect.poll(() => stream.names.toSorted(), patient).toEqual(['late', 'mid', 'quick']);
  await Promise.all([late.end(), mid.end()]);
});

test('a transaction that stays open in another database of the same server holds up nothing', async () => {
  const neighbour = new pg.Client({ connectionString: Object.assign(new URL(api.url), { pathname: '/postgres' }).href });
  await neighbour.connect();
  try {
    await neighbour.query('begin');
    await neighbour.query('select pg_current_xact_id()');
    await happen('before');
    const stream = await listen(api.keys.auditor);
    await happen('after');
    await expect.poll(() => stream.names, patient).toEqual(['after']);
  } finally {
    await neighbour.end();
  }
});

test('Last-Event-ID goes on exactly behind the last one seen: none lost, none twice', async () => {
  const all = Array.from({ length: 450 }, (_, n) => `e${n}`);
  const whole = await listen(api.keys.auditor, '0-0');
  for (const name of all) await happen(name);
  await expect.poll(() => whole.names.length, patient).toBe(all.length);
  expect(whole.names).toEqual(all);
  const rest = await listen(api.keys.auditor, whole.ids[99]);
  await expect.poll(() => rest.names.length, patient).toBe(350);
  expect(rest.names).toEqual(all.slice(100));
});

test("each sees the events of customers in its scope, and nobody else's", async () => {
  const { secret } = await createApiKey(api.store, { name: 'south', role: 'credit_officer', scope: { regions: ['GZ'] } });
  const [sales, south, auditor] = await Promise.all([listen(api.keys.sales), listen(secret), listen(api.keys.auditor)]);
  await happen('of-lin', await customer('C-1', 'SH', 'lin'));
  await happen('of-wu', await customer('C-2', 'GZ', 'wu'));
  await happen('of-nobody');
  await expect.poll(() => auditor.names, patient).toEqual(['of-lin', 'of-wu', 'of-nobody']);
  await expect.poll(() => south.names, patient).toEqual(['of-wu']);
  await expect.poll(() => sales.names, patient).toEqual(['of-lin']);
});

test('an id that is none of ours is refused', async () => {
  for (const id of ['x', '1', '1-2-3', '99999999999999999999-1', '-1-1', '1-99999999999999999']) {
    const res = await api.as('auditor').get('/v1/events').set('Last-Event-ID', id);
    expect(res.status, id).toBe(422);
    expect(res.body, id).toMatchObject({ code: 'invalid', errors: [{ pointer: 'Last-Event-ID' }] });
  }
  const asked = await api.as('auditor').get('/v1/events?lastEventId=2026').expect(422);
  expect(asked.body).toMatchObject({ code: 'invalid', errors: [{ pointer: '?lastEventId' }] });
});

test('streams end when the API closes, and revoked keys open none', async () => {
  const { key, secret } = await createApiKey(api.store, { name: 'leaving', role: 'auditor' });
  const stream = await listen(secret);
  expect(stream.status).toBe(200);
  await revokeApiKey(api.store, key.id, systemActor('test'), null);
  expect((await listen(secret)).status).toBe(401);
});

test('a stream whose key was revoked tells nothing more and ends', async () => {
  const { key, secret } = await createApiKey(api.store, { name: 'leaving', role: 'auditor' });
  const [stream, other] = await Promise.all([listen(secret), listen(api.keys.auditor)]);
  await happen('before');
  await expect.poll(() => stream.names, patient).toEqual(['before']);
  await revokeApiKey(api.store, key.id, systemActor('test'), null);
  await happen('after');
  await expect.poll(() => other.names, patient).toContain('after');
  await expect.poll(() => stream.ended, patient).toBe(true);
  expect(stream.names).not.toContain('after');
});

test('one key may hold only so many streams, others still get theirs, and a place is free again when its reader goes', async () => {
  const own = [];
  for (let n = 0; n < 20; n += 1) own.push(await listen(api.keys.auditor));
  expect(own.every(({ status }) => status === 200)).toBe(true);
  expect((await listen(api.keys.auditor)).status).toBe(429);
  expect((await listen(api.keys.credit_officer)).status).toBe(200);
  own[0]?.leave();
  await expect.poll(async () => (await listen(api.keys.auditor)).status, patient).toBe(200);
});

test('a stream whose key was revoked ends at once, also when nothing happens', async () => {
  const { key, secret } = await createApiKey(api.store, { name: 'leaving', role: 'auditor' });
  const stream = await listen(secret);
  await revokeApiKey(api.store, key.id, systemActor('test'), null);
  const began = performance.now();
  await expect.poll(() => stream.ended, patient).toBe(true);
  expect(performance.now() - began).toBeLessThan(5_000);
});

test('a stream whose key has another scope now tells nothing more and ends', async () => {
  const { key, secret } = await createApiKey(api.store, { name: 'moving', role: 'auditor' });
  const [stream, other] = await Promise.all([listen(secret), listen(api.keys.auditor)]);
  await happen('seen');
  await expect.poll(() => stream.names, patient).toEqual(['seen']);
  const scope = JSON.stringify({ regions: ['nowhere'] });
  await api.store.db.updateTable('api_key').set({ scope }).where('id', '=', key.id).execute();
  await happen('elsewhere');
  await expect.poll(() => other.names, patient).toContain('elsewhere');
  await expect.poll(() => stream.ended, patient).toBe(true);
  expect(stream.names).toEqual(['seen']);
});

test('HEAD of the stream answers at once, without a stream, and takes no place of one', async () => {
  const { secret } = await createApiKey(api.store, { name: 'asking', role: 'auditor' });
  const head = () => fetch(`${base}/v1/events`, { method: 'HEAD', headers: { Authorization: `Bearer ${secret}` } });
  for (let n = 0; n < 21; n += 1) expect((await head()).status).toBe(200);
  expect((await listen(secret)).status).toBe(200);
  const res = await fetch(`${base}/v1/events`, { method: 'HEAD', headers: { Authorization: `Bearer ${api.keys.auditor}` } });
  expect(res.status).toBe(200);
  expect(res.headers.get('content-type')).toMatch(/^text\/event-stream/);
});
