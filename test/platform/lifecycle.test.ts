import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { startApi } from '../../api/main.ts';
import type { RunningApi } from '../../api/main.ts';
import { createApiKey } from '../../api/auth.ts';
import type { ClockControl } from '../../api/services.ts';
import { readConfig } from '../../config/env.ts';
import { openStore } from '../../store/open.ts';
import { setUp } from '../../store/setup.ts';
import { freshDatabase } from '../support/database.ts';

const log = pino({ level: 'silent' });

async function running(clockControl?: ClockControl): Promise<{ api: RunningApi; key: string }> {
  const { url, drop } = await freshDatabase();
  await setUp(url, { business: '2026-09-01T02:00:00.000Z', speed: 0, pinned: false });
  const config = readConfig({
    DATABASE_URL: url,
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    DUECOURSE_MODE: 'local',
    DUECOURSE_HOST: '127.0.0.1',
  });
  const store = openStore({ url, max: 3 });
  const api = await startApi({ config, store, log, port: 0, ...(clockControl && { clockControl }) });
  const { secret } = await createApiKey(store, { name: 'admin', role: 'admin' });
  onTestFinished(async () => {
    await api.close();
    await store.close();
    await drop();
  });
  return { api, key: secret };
}

const get = (api: RunningApi, path: string, key: string) =>
  fetch(api.url + path, { headers: { Authorization: `Bearer ${key}` } });

test('a request in flight ends well while the API closes, event streams end, and nothing new is taken', async () => {
  let go = (): void => undefined;
  let entered = (): void => undefined;
  const inside = new Promise<void>((resolve) => (entered = resolve));
  const slow: ClockControl = {
    read: () => {
      entered();
      return new Promise((resolve) => (go = () => resolve({ businessNow: '2026-09-01T02:00:00.000Z', speed: 0, pinned: false })));
    },
    setSpeed: () => Promise.reject(new Error('not asked')),
    jumpDays: () => Promise.reject(new Error('not asked')),
    stepTo: () => Promise.reject(new Error('not asked')),
  };
  const { api, key } = await running(slow);
  const stream = await get(api, '/v1/events', key);
  const inFlight = get(api, '/v1/clock', key);
  await inside;
  const closed = api.close();
  expect(await stream.text()).toContain('retry:');
  await expect(get(api, '/healthz', key)).rejects.toThrow();
  go();
  const res = await inFlight;
  expect(res.status).toBe(200);
  expect(await res.json()).toMatchObject({ speed: 0 });
  await closed;
});

test('a taken port is told as such, and leaves nothing open', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const { url, drop } = await freshDatabase();
  const config = readConfig({
    DATABASE_URL: url,
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    DUECOURSE_MODE: 'local',
    DUECOURSE_HOST: '127.0.0.1',
  });
  const store = openStore({ url, max: 1 });
  await expect(startApi({ config, store, log, port: (other.address() as AddressInfo).port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
  await store.close();
  await drop();
});
