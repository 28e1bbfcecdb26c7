import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sayFault } from '../../contracts/imports/import-words.ts';
import type { ImportKind } from '../../domain/imports/fields.ts';
import type { Mapping } from '../../domain/imports/mapping.ts';
import type { Actor } from '../../domain/platform/actor.ts';
import { decideAct } from '../../store/approvals/decide.ts';
import { askForWindow } from '../../store/ledger/acts/go-live.ts';
import { listActs } from '../../store/approvals/read.ts';
import { createApiKey } from '../../store/access/api-keys.ts';
import { findDrift } from '../../store/credit/drift.ts';
import { queueImport, readImport, readRows } from '../../store/imports/imports.ts';
import type { ImportView } from '../../store/imports/imports.ts';
import { startImportRunner } from '../../worker/imports.ts';
import { openBooks } from '../support/books.ts';
import type { Books } from '../support/books.ts';
import { accountsOf } from '../support/credit.ts';
import { factsOf } from '../support/facts.ts';

const erp: Actor = { kind: 'key', id: 'erp-of-imports', role: 'erp', scope: {} };
const officer: Actor = { kind: 'key', id: 'officer', role: 'credit_officer', scope: {} };
/** Two people who may decide, by their keys. */
let manager: Actor;
let director: Actor;

let books: Books;
let runner: { stop(): Promise<void> };
beforeAll(async () => {
  books = await openBooks({ at: '2026-09-15T02:00:00.000Z' });
  manager = await personOf('credit_manager');
  director = await personOf('finance_director');
  runner = startImportRunner({ store: books.store, log: { info() {}, error() {} }, batch: 50, idleMs: 25 });
  for (const code of ['A', 'B', 'OWN', 'G-1', 'G-2'])
    await factsOf(books.store).customer(code, {
      type: 'dealer',
      ...(code === 'OWN' && { owner: officer.id }),
      ...(code.startsWith('G-') && { group: 'G' }),
    });
});
afterAll(async () => {
  await runner.stop();
  await books.close();
});

async function personOf(role: 'credit_manager' | 'finance_director'): Promise<Actor> {
  const { key } = await createApiKey(books.store, { name: role, role, scope: {} });
  return { kind: 'key', id: key.id, role, scope: {} };
}

interface Told extends ImportView {
  failed: { row: number; at: string[]; en: string[] }[];
}

async function run(kind: ImportKind, actor: Actor, lines: string[], mapping: Mapping = {}, dryRun = false): Promise<Told> {
  const order = { kind, mapping, dryRun, fileName: 'file', reason: 'go-live' };
  const id = await queueImport(books.store, actor, order, Buffer.from(lines.join('\n')));
  for (;;) {
    const job = await readImport(books.store.db, actor, id);
    if (job?.state === 'done' || job?.state === 'failed') {
      const rows = await readRows(books.store.db, id, { state: 'failed', after: 0, limit: 1_000 });
      const failed = rows.map(({ row, errors }) => ({
        row,
        at: errors.map((one) => one.pointer),
        en: errors.map((one) => sayFault(one.fault, 'en')),
      }));
      return { ...job, failed };
    }
    await wait(25);
  }
}

const ORDERS = [
  '订单号,客户,发货日,品名,数量,单价,预付',
  'SO-1,A,2026年10月1日,CT,"1,5",100.00,否',
  'SO-2,A,2026年10月1日,MR,1,"1.000,00",否',
  'SO-1,A,2026年10月1日,耗材,2,"25,50",否',
  'SO-3,B,2026年10月1日,MR,1,1,是',
];
const mapping: Mapping = {
  dates: 'YYYY年M月D日',
  numbers: { decimal: ',' },
  fields: {
    externalId: { column: '订单号' },
    customer: { column: '客户' },
    requestedShipDate: { column: '发货日' },
    currency: { value: 'CNY' },
    prepaid: { column: '预付' },
    'lines.item': { column: '品名' },
    'lines.quantity': { column: '数量' },
    'lines.unitPrice': { column: '单价', decimal: '.', thousands: ',' },
  },
};
const ordersOf = async () =>
  (
    await sql<{ id: string; decision: string; prepaid: boolean; amount: number; lines: number }>`
      select external_id as id, decision, prepaid, amount_minor as amount, (select count(*)::int from order_line l where l.order_id = o.id) as lines
      from sales_order o order by 1`.execute(books.store.db)
  ).rows;
const LIMITS = 'externalId,customer,on,kind,amount,currency,validFrom,validUntil,reason';

test('a limit that raises anything comes in by file only while the go-live window is open, which two people open', async () => {
  const rows = [LIMITS, 'CL-0,A,,,100.00,CNY,,,too early'];
  expect(await run('limits', officer, rows)).toMatchObject({
    created: 0,
    failures: 1,
    failed: [{ en: [expect.stringContaining('go-live window') as string] }],
  });
  const window = { validFrom: '2026-09-01', validUntil: '2026-09-30', reason: 'going live' };
  const { act } = await askForWindow(books.store, manager, window);
  await decideAct(books.store, director, act, { verdict: 'approve', reason: 'agreed' });
  expect(await run('limits', officer, rows)).toMatchObject({ created: 1, failures: 0 });
});

test('rows of one order become its lines, and each order is judged as if it had been put', async () => {
  const limit = await run('limits', officer, [LIMITS, 'CL-A,A,,,200.00,CNY,,,brought along']);
  expect(limit).toMatchObject({ state: 'done', created: 1, failures: 0 });
  const file = [...ORDERS.map((row) => row.replace('"1.000,00"', '"1,000.00"').replace('"25,50"', '25.50'))];
  const told = await run('orders', erp, file, mapping);
  expect(told).toMatchObject({ state: 'done', total: 4, created: 3, failures: 0 });
  expect(await ordersOf()).toEqual([
    { id: 'SO-1', decision: 'held', prepaid: false, amount: 20_100, lines: 2 },
    { id: 'SO-2', decision: 'held', prepaid: false, amount: 100_000, lines: 1 },
    { id: 'SO-3', decision: 'held', prepaid: true, amount: 100, lines: 1 },
  ]);
  expect(await run('orders', erp, file, mapping)).toMatchObject({ created: 0, unchanged: 3, failures: 0 });
  expect((await findDrift(books.store.db)).drift).toEqual([]);
});

test('an order that cannot be is told at its row and field; the others come in, and nothing is left of it', async () => {
  const told = await run('orders', erp, [
    'externalId,customer,currency,requestedShipDate,lines.line,lines.item,lines.quantity,lines.unitPrice',
    'BAD-1,NOBODY,CNY,2026-10-01,1,x,1,1.00',
    'BAD-2,A,USD,2026-10-01,1,x,0,1.00',
    'BAD-3,A,CNY,2026-10-01,1,x,1,0',
    'BAD-4,A,CNY,2026-10-01,1,x,1,1.00',
    'BAD-4,A,CNY,2026-10-01,1,y,1,1.00',
    'GOOD-1,A,CNY,2026-10-01,7,x,1,1.00',
    'SO-1,B,CNY,2026-10-01,1,x,1,1.00',
  ]);
  expect(told).toMatchObject({ created: 1, failures: 6 });
  expect(told.failed.map(({ row, at }) => [row, ...at])).toEqual([
    [2, '/customer'],
    [3, '/lines/quantity'],
    [4, '/lines'],
    [5, '/lines'],
    [6, ''],
    [8, '/customer'],
  ]);
  expect((await ordersOf()).map(({ id }) => id).filter((id) => id.startsWith('BAD'))).toEqual([]);
});

test('opening limits come in once, for payer or group, by nobody for an own customer; held orders hear of them', async () => {
  const asked = async () =>
    (
      await sql<{ asked: number }>`
      select coalesce(sum(w.asked), 0)::int as asked from wake w where w.kind = 'order-hold'`.execute(books.store.db)
    ).rows[0]?.asked ?? 0;
  const before = await asked();
  const rows = [
    LIMITS,
    'CL-1,A,payer,standing,500.00,CNY,2026-09-01,2027-08-31,brought along',
    'CL-2,G-1,group,,9000.00,CNY,,,brought along',
    'CL-3,OWN,,,9000.00,CNY,,,brought along',
    'CL-4,B,group,,9000.00,CNY,,,no group',
    'CL-5,B,,,1.001,CNY,,,brought along',
    'CL-6,B,,,100.00,CNY,2026-10-01,2026-09-01,brought along',
  ];
  expect(await run('limits', officer, rows, {}, true)).toMatchObject({ dryRun: true, created: 2, failures: 4 });
  expect(await asked()).toBe(before);
  const told = await run('limits', officer, rows);
  expect(told).toMatchObject({ created: 2, failures: 4 });
  expect(told.failed.map(({ row, at }) => [row, ...at])).toEqual([
    [4, '/customer'],
    [5, '/on'],
    [6, '/amount'],
    [7, ''],
  ]);
  expect(await asked()).toBeGreaterThan(before);
  expect((await accountsOf(books.store, 'OWN')).length).toBe(0);
  expect(await run('limits', officer, rows.slice(0, 3))).toMatchObject({ created: 0, unchanged: 2, failures: 0 });
});

test('security comes in with its evidence, changes by its id, and counts once a second person has agreed to each', async () => {
  const head = 'externalId,customer,kind,effect,value,currency,share,validFrom,validUntil,evidence.document';
  const row = (value: string) => `S-1,A,guarantee,raises-limit,${value},CNY,0.5,2026-01-01,,G-17`;
  const values = async () =>
    (
      await sql<{ value: number; evidence: unknown }>`
        select value_minor as value, evidence from security where external_id = 'S-1'`.execute(books.store.db)
    ).rows;
  const agree = async () => {
    const [waiting] = await listActs(books.store, manager, { kind: 'security', state: 'pending' }, 10);
    await decideAct(books.store, manager, waiting?.id ?? '', { verdict: 'approve', reason: 'seen' });
  };
  const bad = ['S-2,A,promise,raises-limit,1,CNY,0.5,2026-01-01,,', 'S-3,A,guarantee,raises-limit,1,CNY,0.5,2026-01-01,,'];
  expect(await run('securities', erp, [head, row('1000.00'), ...bad])).toMatchObject({
    ...{ created: 1, failures: 2 },
    failed: [
      { row: 3, at: ['/kind'] },
      { row: 4, at: ['/evidence'] },
    ],
  });
  expect(await values()).toEqual([]);
  await agree();
  expect(await run('securities', erp, [head, row('1000.00')])).toMatchObject({ unchanged: 1 });
  expect(await run('securities', erp, [head, row('2000.00')])).toMatchObject({ created: 1 });
  expect(await values()).toMatchObject([{ value: 100_000 }]);
  await agree();
  expect(await values()).toEqual([{ value: 200_000, evidence: { document: 'G-17' } }]);
});
