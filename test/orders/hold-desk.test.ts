import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookAtAccount, wayOfHold } from '../../store/orders/hold-desk.ts';
import { reassessHold, takeHoldStep } from '../../store/orders/order-hold-book.ts';
import { putOrder } from '../../store/orders/orders.ts';
import { momentOf } from '../../store/platform/transaction.ts';
import { erp, system } from '../support/actors.ts';
import { openBooks } from '../support/books.ts';
import type { Books } from '../support/books.ts';
import { customerId, limitOf, orderOf } from '../support/credit.ts';
import { factsOf } from '../support/facts.ts';
import { looksOf } from '../support/world-over.ts';

let books: Books;
beforeAll(async () => {
  books = await openBooks();
  await factsOf(books.store).customer('C', { type: 'dealer' });
  await limitOf(books.store, 'C', 100_000);
});
afterAll(() => books.close());

const UNIT = 1_000_000;
const wayFor = (amountMinor: number, grade: string | null, currency = 'CNY') =>
  books.store.db.transaction().execute(async (tx) => {
    await sql`delete from credit_profile`.execute(tx);
    const id = await customerId(books.store, 'C');
    await sql`insert into credit_profile (customer_id, grade) values (${id}::uuid, ${grade})`.execute(tx);
    const at = await momentOf(tx, books.store);
    const way = await wayOfHold(
      { tx, store: books.store, at, actor: system },
      { kind: 'order-hold', customerId: id, currency, amountMinor },
    );
    return [way.row, ...way.tiers.map(({ roles }) => roles.join('+'))];
  });

describe('the way to a decision on a held order', () => {
  it.each([
    ['small, good grade', 10 * UNIT, 'B', 'CNY', ['hold-small', 'credit_officer']],
    ['small, weak grade', 10 * UNIT, 'D', 'CNY', ['hold-middle', 'credit_manager']],
    ['small, never graded', 1, null, 'CNY', ['hold-middle', 'credit_manager']],
    ['a cent above small', 10 * UNIT + 1, 'A', 'CNY', ['hold-middle', 'credit_manager']],
    ['large', 50 * UNIT + 1, 'A', 'CNY', ['hold-large', 'credit_manager', 'finance_director']],
    ['in a currency the matrix has no unit for', 1, 'A', 'KWD', ['hold-large', 'credit_manager', 'finance_director']],
  ] as const)('%s', async (_name, amount, grade, currency, expected) => {
    expect(await wayFor(amount, grade, currency)).toEqual(expected);
  });
});

it('a release is judged on the version of the account that was looked at, and on no other', async () => {
  const id = await customerId(books.store, 'C');
  const { rows } = await sql<{ account: string; version: number }>`
    select a.id as account, a.version from credit_member m join credit_account a on a.id = m.account_id where m.customer_id = ${id}::uuid`.execute(
    books.store.db,
  );
  const { account, version } = rows[0] ?? { account: '', version: 0 };
  const look = (given: number) => books.store.db.transaction().execute((tx) => lookAtAccount(tx, account, given));
  await look(version);
  await limitOf(books.store, 'C', 200_000);
  await expect(look(version)).rejects.toMatchObject({
    code: 'stale-exposure',
    params: { given: version, current: version + 1 },
  });
});

it('news that comes while the way is laid is not lost: it is answered by the next look, not by the step', async () => {
  const { store } = books;
  await factsOf(store).customer('N', { type: 'dealer' });
  const { orderHoldId } = await putOrder(store, erp, orderOf('N-A', 'N', 5_000), null);
  const id = orderHoldId ?? '';
  const plan = await reassessHold(store, { id, seq: null });
  expect(plan).toMatchObject({ step: 'route', state: 'open' });
  await limitOf(store, 'N', 5_000);
  const routed = await takeHoldStep(store, 'route', { id, seq: plan.seq });
  expect(routed).toMatchObject({ step: 'warn', state: 'open' });
  const { asked, answered } = await looksOf(store).wake(`order-hold-${id}`);
  expect(asked).toBeGreaterThan(answered);
  expect(await reassessHold(store, { id, seq: routed.seq })).toMatchObject({ step: 'close', state: 'released' });
});
