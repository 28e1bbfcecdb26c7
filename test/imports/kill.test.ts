import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import type { Actor } from '../../domain/platform/actor.ts';
import { queueImport, readImport } from '../../store/imports/imports.ts';
import { openStore } from '../../store/open.ts';
import type { OpenStore } from '../../store/open.ts';
import { setUp } from '../../store/setup.ts';
import { startImportRunner } from '../../worker/imports.ts';
import { freshDatabase } from '../support/database.ts';

const erp: Actor = { kind: 'key', id: 'erp', role: 'erp', scope: {} };
const silent = { info() {}, error() {} };
const fileOf = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);

async function world(): Promise<{ store: OpenStore; url: string }> {
  const { url, drop } = await freshDatabase();
  await setUp(url, { business: '2026-09-15T02:00:00.000Z', speed: 0, pinned: false });
  const store = openStore({ url, max: 4 });
  onTestFinished(async () => {
    await store.close();
    await drop();
  });
  return { store, url };
}

/** A worker of its own, to be killed. */
function runnerProcess(url: string): ChildProcess {
  const program = `
    import { openStore } from ${fileOf('../../store/open.ts')};
    import { startImportRunner } from ${fileOf('../../worker/imports.ts')};
    const log = { info() {}, error(fields) { console.error(fields.err); } };
    startImportRunner({ store: openStore({ url: ${JSON.stringify(url)}, max: 3 }), log, leaseSeconds: 1, batch: 25, idleMs: 25 });`;
  const cwd = fileURLToPath(new URL('../../', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], { cwd, stdio: 'inherit' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 55_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('waited too long');
    await wait(10);
  }
}

const ROWS = 1_500;
const file = Buffer.from(
  [
    'no,cust,issued,due,part,amount,paid,paidOn',
    ...Array.from({ length: ROWS }, (_, n) => {
      const invoice = Math.floor(n / 2);
      const amount = invoice % 10 === 0 ? 'x' : `${n + 1}.25`;
      return `K-${invoice},KC-${invoice % 30},2026-08-01,2026-${10 + (n % 2)}-01,${1 + (n % 2)},${amount},${invoice % 3 === 0 ? '1.00' : ''},2026-09-01`;
    }),
  ].join('\n'),
);
const fields = Object.fromEntries(
  Object.entries({
    externalId: 'no',
    customer: 'cust',
    issueDate: 'issued',
    dueDate: 'due',
    instalment: 'part',
    amount: 'amount',
    paid: 'paid',
    paidOn: 'paidOn',
  }).map(([field, column]) => [field, { column }]),
);
const order = {
  kind: 'ledger' as const,
  mapping: { fields: { ...fields, currency: { value: 'CNY' } } },
  dryRun: false,
  fileName: null,
  reason: null,
};

/** Invoices of the file: every tenth is wrong in both rows; of the others every third has 1.00 paid on each part. */
const good = Array.from({ length: ROWS / 2 }, (_, n) => n).filter((n) => n % 10 !== 0);
const expected = {
  invoices: good.length,
  receivables: good.length * 2,
  amount: good.reduce((sum, n) => sum + (2 * n + 1) * 100 + 25 + (2 * n + 2) * 100 + 25, 0),
  paid: good.filter((n) => n % 3 === 0).length * 200,
  payments: good.filter((n) => n % 3 === 0).length * 2,
  posted: good.length,
};

async function standing(store: OpenStore): Promise<unknown> {
  const { rows } = await sql`
    select (select count(*)::int from invoice) as invoices, (select count(*)::int from receivable) as receivables,
      (select sum(amount_minor)::bigint from receivable) as amount, (select sum(paid_minor)::bigint from receivable) as paid,
      (select count(*)::int from payment) as payments, (select count(*)::int from audit where action = 'invoice.posted') as posted`.execute(
    store.db,
  );
  return rows[0];
}

test('killed again and again between and inside batches, an import takes every row exactly once', async () => {
  const { store, url } = await world();
  const id = await queueImport(store, erp, order, file);
  const at = async () => (await readImport(store.db, erp, id))?.done ?? 0;
  let seen = 0;
  for (let kill = 0; kill < 3; kill += 1) {
    const child = runnerProcess(url);
    await until(async () => (await at()) > seen);
    await wait(kill * 7);
    child.kill('SIGKILL');
    await once(child, 'exit');
    seen = await at();
  }
  expect(seen).toBeGreaterThan(0);
  expect(seen).toBeLessThan(ROWS);
  const runner = startImportRunner({ store, log: silent, leaseSeconds: 1, idleMs: 25 });
  onTestFinished(() => runner.stop());
  await until(async () => (await readImport(store.db, erp, id))?.state === 'done');
  expect(await readImport(store.db, erp, id)).toMatchObject({
    done: ROWS,
    total: ROWS,
    failures: 150,
    created: (ROWS - 150) / 2,
  });
  const { rows } = await sql<{ rows: number }>`select count(*)::int as rows from job_row where job_id = ${id}`.execute(store.db);
  expect(rows[0]?.rows).toBe(ROWS);
  expect(await standing(store)).toEqual(expected);
}, 180_000);

test('three workers share the imports, and one that believes it still has a lease lets go', async () => {
  const { store } = await world();
  const first = await queueImport(store, erp, order, file);
  const second = await queueImport(store, erp, { ...order, dryRun: true }, file);
  // Leases that end before a batch does: every worker takes every import.
  const runners = [1, 2, 3].map(() => startImportRunner({ store, log: silent, leaseSeconds: 0.01, batch: 100, idleMs: 5 }));
  onTestFinished(async () => void (await Promise.all(runners.map((runner) => runner.stop()))));
  await until(async () => {
    const jobs = await Promise.all([first, second].map((id) => readImport(store.db, erp, id)));
    return jobs.every((job) => job?.state === 'done' || job?.state === 'failed');
  });
  expect(await readImport(store.db, erp, first)).toMatchObject({ state: 'done', done: ROWS, failures: 150 });
  expect(await readImport(store.db, erp, second)).toMatchObject({ state: 'done', done: ROWS, failures: 150 });
  expect(await standing(store)).toEqual(expected);
});

test('a worker asked to stop ends after its batch and hands the import on at once', async () => {
  const { store } = await world();
  const id = await queueImport(store, erp, order, file);
  const runner = startImportRunner({ store, log: silent, batch: 25, idleMs: 5 });
  await until(async () => ((await readImport(store.db, erp, id))?.done ?? 0) > 0);
  await runner.stop();
  const stopped = await readImport(store.db, erp, id);
  expect(stopped?.state).toBe('running');
  const next = startImportRunner({ store, log: silent, idleMs: 5 });
  onTestFinished(() => next.stop());
  await until(async () => (await readImport(store.db, erp, id))?.state === 'done');
  expect(await standing(store)).toEqual(expected);
});
