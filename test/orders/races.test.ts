import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Refusal } from '../../domain/platform/refusal.ts';
import { checkOrder, checkWithin, putRequest } from '../../store/orders/check.ts';
import type { OrderDecided } from '../../store/orders/check.ts';
import { findDrift } from '../../store/credit/drift.ts';
import { endOrder, putOrder, reopenOrder } from '../../store/orders/orders.ts';
import { postShipment } from '../../store/shipments/shipments.ts';
import { upsertCustomer } from '../../store/customers/customers.ts';
import { postInvoice } from '../../store/ledger/invoices.ts';
import { reversePayment } from '../../store/ledger/payment-changes.ts';
import { postPayment } from '../../store/ledger/payments.ts';
import { director, erp } from '../support/actors.ts';
import { openBooks } from '../support/books.ts';
import { accountsOf, limitOf, openWindow, orderOf } from '../support/credit.ts';
import { customerOf, invoiceOf, paymentOf } from '../support/documents.ts';

let books: Awaited<ReturnType<typeof openBooks>>;
beforeAll(async () => {
  books = await openBooks({ max: 24 });
  await openWindow(books.store);
});
afterAll(() => books.close());

const CALLERS = 64;
const K = 23;
const AMOUNT = 1_000;
const many = <T>(n: number, work: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: n }, (_, i) => work(i)));
const approvedOf = (decided: readonly OrderDecided[]): number => decided.filter((one) => one.decision === 'approved').length;

/** The ways an order reaches the check: gathered with others, and alone in a transaction of its own. */
const ways: Record<string, (id: string, customer: string) => Promise<OrderDecided>> = {
  gathered: (id, customer) => putOrder(books.store, erp, orderOf(id, customer, AMOUNT), null),
  'each alone': (id, customer) => {
    const { store } = books;
    const request = putRequest(erp, orderOf(id, customer, AMOUNT), null);
    return store.db.transaction().execute((tx) => checkWithin(tx, store, request));
  },
};

let count = 0;
async function customerWith(limitMinor: number, group?: string): Promise<string> {
  const code = `K-${(count += 1)}`;
  await upsertCustomer(books.store, erp, customerOf(code, group === undefined ? {} : { group }));
  await limitOf(books.store, code, limitMinor);
  return code;
}

describe.each(Object.entries(ways))('64 callers at once, %s, with room for exactly 23 orders', (_name, put) => {
  test('on one customer: exactly 23 are approved', async () => {
    const code = await customerWith(K * AMOUNT + AMOUNT - 1);
    const decided = await many(CALLERS, (i) => put(`${code}-${i}`, code));
    expect(approvedOf(decided)).toBe(K);
    expect(await accountsOf(books.store, code)).toMatchObject([{ reserved: K * AMOUNT }]);
  });

  test('on a group of five, each with room enough of its own: exactly 23 are approved', async () => {
    const group = `KG-${(count += 1)}`;
    const members: string[] = [];
    for (let i = 0; i < 5; i += 1) members.push(await customerWith(CALLERS * AMOUNT, group));
    await limitOf(books.store, members[0] ?? '', K * AMOUNT, { on: 'group' });
    const decided = await many(CALLERS, (i) => put(`${group}-${i}`, members[i % 5] ?? ''));
    expect(approvedOf(decided)).toBe(K);
    expect(await accountsOf(books.store, group)).toMatchObject([{ kind: 'group', reserved: K * AMOUNT }]);
  });

  test('and the limit cut in the middle: nothing passes that the limit of its moment did not allow', async () => {
    const code = await customerWith(40 * AMOUNT);
    const [decided] = await Promise.all([
      many(CALLERS, (i) => put(`${code}-${i}`, code)),
      limitOf(books.store, code, K * AMOUNT),
    ]);
    const approved = approvedOf(decided);
    for (const one of decided.filter(({ decision }) => decision === 'approved'))
      expect(one.afterMinor).toBeLessThanOrEqual(one.limitMinor ?? 0);
    // Whoever asked after the cut saw the lower limit; what was approved before it stands.
    const before = decided.filter((one) => one.limitMinor === 40 * AMOUNT && one.decision === 'approved').length;
    expect(approved).toBe(Math.max(before, K));
    expect(approved).toBeLessThanOrEqual(40);
    expect(await put(`${code}-late`, code)).toMatchObject({ decision: 'held', limitMinor: K * AMOUNT });
  });
});

test('the control: a build that reads, then writes, lets more through in the same race', async () => {
  const { store } = books;
  const code = await customerWith(K * AMOUNT);
  const readThenWrite = async (i: number): Promise<boolean> => {
    const { rows } = await sql<{ id: string; reserved: number }>`
      select id, reserved_minor as reserved from credit_account where kind = 'payer' and code = ${code}`.execute(store.db);
    const account = rows[0];
    if (!account || account.reserved + AMOUNT > K * AMOUNT) return false;
    await sql`select credit_post(array[(${account.id}::uuid, 'reserved', '2026-10-20', ${AMOUNT}::bigint, 'control', ${String(i)})::exposure_delta], now())`.execute(
      store.db,
    );
    return true;
  };
  const passed = (await many(CALLERS, readThenWrite)).filter(Boolean).length;
  expect(passed).toBeGreaterThan(K);
  await sql`select credit_post(array[(id, 'reserved', '2026-10-20', -reserved_minor, 'control', 'undone')::exposure_delta], now())
    from credit_account where kind = 'payer' and code = ${code}`.execute(store.db);
});

test('one order sent by 16 at once exists once, and is reserved once', async () => {
  const code = await customerWith(100 * AMOUNT);
  const decided = await many(16, () => putOrder(books.store, erp, orderOf(`${code}-1`, code, AMOUNT), null));
  expect(new Set(decided.map((one) => one.id)).size).toBe(1);
  expect(decided.filter((one) => one.created)).toHaveLength(1);
  expect(await accountsOf(books.store, code)).toMatchObject([{ reserved: AMOUNT }]);
});

test('orders, changes, cancels, shipments, invoices, payments, reversals, limits and moves between groups meet without deadlock or loss', async () => {
  const { store } = books;
  const members: string[] = [];
  for (let i = 0; i < 4; i += 1) members.push(await customerWith(1_000_000, 'MIX'));
  await limitOf(store, members[0] ?? '', 1_500_000, { on: 'group' });
  const at = (i: number): string => members[i % members.length] ?? '';
  const refusals = new Set<string>();
  const acts: ((i: number) => Promise<unknown>)[] = [
    (i) => putOrder(store, erp, orderOf(`MIX-${i}`, at(i), 10_007), null),
    (i) => putOrder(store, erp, orderOf(`MIX-${i - 1}`, at(i - 1), 11_003), null),
    (i) =>
      postShipment(
        store,
        erp,
        {
          externalId: `MIX-D${i}`,
          order: `MIX-${i - 2}`,
          lines: [{ line: 1, quantity: '0.5' }],
          issuedOn: '2026-10-10',
          deliveredOn: null,
          acceptedOn: null,
        },
        null,
      ),
    (i) => postInvoice(store, erp, invoiceOf(`MIX-I${i}`, at(i - 3), { order: `MIX-${i - 3}`, amountMinor: 6_001 })),
    (i) => postPayment(store, erp, paymentOf(`MIX-P${i}`, at(i - 4), { amountMinor: 5_003 })),
    (i) => endOrder(store, erp, `MIX-${i - 5}`, { as: 'closed', reason: null }),
    (i) => reopenOrder(store, erp, `MIX-${i - 6}`, null),
    (i) => reversePayment(store, director, `MIX-P${i - 3}`, { reversedOn: null, reason: 'x' }),
    (i) => limitOf(store, at(i), 800_000 + i),
    (i) => upsertCustomer(store, erp, customerOf(members[3] ?? '', i % 2 === 0 ? { group: 'MIX' } : { group: 'MAX' })),
  ];
  await many(300, async (i) => {
    const act = acts[i % acts.length];
    if (!act) return;
    await act(i).catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error;
      refusals.add(error.code);
    });
  });
  for (const code of refusals)
    expect(['order-closed', 'order-unknown', 'not-found', 'not-open', 'already-reversed']).toContain(code);
  expect((await findDrift(store.db)).drift).toEqual([]);
}, 120_000);

test('a batch that holds one impossible order judges the others', async () => {
  const code = await customerWith(100 * AMOUNT);
  const good = putRequest(erp, orderOf(`${code}-1`, code, AMOUNT), null);
  const bad = { ...putRequest(erp, orderOf(`${code}-2`, code, AMOUNT), null), amountMinor: -5 };
  const [first, second] = await Promise.allSettled([
    checkOrder(books.store, good),
    checkOrder(books.store, bad),
    checkOrder(books.store, good),
  ]);
  expect(first).toMatchObject({ status: 'fulfilled', value: { decision: 'approved' } });
  expect(second.status).toBe('rejected');
  expect(await accountsOf(books.store, code)).toMatchObject([{ reserved: AMOUNT }]);
});
