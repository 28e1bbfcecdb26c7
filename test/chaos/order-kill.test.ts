import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { freePort } from '../../stack/ports.ts';
import { createApiKey } from '../../store/access/api-keys.ts';
import { findDrift } from '../../store/credit/drift.ts';
import { upsertCustomer } from '../../store/customers/customers.ts';
import { erp } from '../support/actors.ts';
import { openBooks } from '../support/books.ts';
import { accountsOf, limitOf } from '../support/credit.ts';
import { customerOf } from '../support/documents.ts';

const ORDERS = 60;
const K = 37;

let books: Awaited<ReturnType<typeof openBooks>>;
let key: string;
beforeAll(async () => {
  books = await openBooks();
  ({ secret: key } = await createApiKey(books.store, { name: 'killed', role: 'erp' }));
  await upsertCustomer(books.store, erp, customerOf('K-1'));
  await limitOf(books.store, 'K-1', K * 1_000);
});
afterAll(() => books.close());

async function startApi(): Promise<{ url: string; kill(): Promise<void> }> {
  const port = await freePort();
  const child = fork(join(inject('processes'), 'api-process.mjs'), [], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      ...process.env,
      ...{ DATABASE_URL: books.url, TEMPORAL_ADDRESS: '127.0.0.1:1', DUECOURSE_MODE: 'local', LOG_LEVEL: 'silent' },
      ...{ DUECOURSE_HOST: '127.0.0.1', DUECOURSE_PORT: String(port), DUECOURSE_RATE_LIMIT: '1000000' },
    },
  });
  await once(child, 'message');
  return {
    url: `http://127.0.0.1:${port}`,
    async kill() {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The decision on one order; null when the API died before it answered. */
async function send(url: string, n: number): Promise<string | null> {
  const lines = [{ line: 1, item: 'A', quantity: '1', unitPrice: '10.00' }];
  const body = JSON.stringify({ customer: 'K-1', currency: 'CNY', requestedShipDate: '2026-10-20', lines });
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const answer = await fetch(`${url}/v1/orders/K-1-${n}`, { method: 'PUT', headers, body }).catch(() => null);
  const said = await answer?.json().catch(() => null);
  return ((said as { decision?: string } | null)?.decision ?? null) as string | null;
}

test('an API killed with -9 in the middle of orders, again and again, loses no answer it gave and reserves none twice', async () => {
  const told = new Map<number, string>();
  for (let round = 0; round < 3; round += 1) {
    const api = await startApi();
    const asked = Array.from({ length: ORDERS }, (_, n) => n).map(async (n) => {
      const decision = await send(api.url, n);
      if (decision === null) return;
      expect(told.get(n) ?? decision).toBe(decision);
      told.set(n, decision);
    });
    // Some have their answer, some are in the database, some have not been read yet.
    await Promise.race(asked.slice(0, 8 * (round + 1)));
    await api.kill();
    await Promise.all(asked);
  }
  const api = await startApi();
  const decisions = await Promise.all(Array.from({ length: ORDERS }, (_, n) => send(api.url, n)));
  await api.kill();
  for (const [n, decision] of told) expect(decisions[n]).toBe(decision);
  expect(decisions.filter((decision) => decision === 'approved')).toHaveLength(K);
  expect(await accountsOf(books.store, 'K-1')).toMatchObject([{ reserved: K * 1_000 }]);
  expect((await findDrift(books.store.db)).drift).toEqual([]);
}, 240_000);
