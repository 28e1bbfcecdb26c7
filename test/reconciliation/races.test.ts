import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Actor } from '../../domain/platform/actor.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { upsertCustomer } from '../../store/customers/customers.ts';
import { postInvoice } from '../../store/ledger/invoices.ts';
import { postPayment } from '../../store/ledger/payments.ts';
import { decideAdjustment, proposeAdjustment } from '../../store/reconciliation/adjustments.ts';
import { postCustomerStatement, rematchStatement } from '../../store/reconciliation/customer-statements.ts';
import type { CustomerStatementDocument } from '../../store/reconciliation/customer-statements.ts';
import { readCustomerStatement } from '../../store/reconciliation/reconciliation-read.ts';
import { reconciliationOf } from '../../store/reconciliation/standing.ts';
import { answerStatement } from '../../store/reconciliation/statement-answers.ts';
import { issueStatement } from '../../store/reconciliation/statements.ts';
import { erp, system } from '../support/actors.ts';
import { openBooks } from '../support/books.ts';
import { desk } from '../support/credit.ts';
import { customerOf, invoiceOf, paymentOf } from '../support/documents.ts';

let books: Awaited<ReturnType<typeof openBooks>>;
beforeAll(async () => {
  books = await openBooks({ max: 16 });
});
afterAll(() => books.close());

const other: Actor = { ...desk, id: 'other', role: 'credit_manager' };
let count = 0;
/** A customer who owes 10,000.00 on one invoice. */
async function debtor(): Promise<{ code: string; id: string }> {
  const code = `X-${(count += 1)}`;
  const { id } = await upsertCustomer(books.store, erp, customerOf(code));
  await postInvoice(books.store, erp, invoiceOf(`${code}-A`, code, { amountMinor: 1_000_000 }));
  return { code, id };
}
const theirs = (code: string, amountMinor: number): CustomerStatementDocument => ({
  externalId: `${code}-S`,
  customer: code,
  currency: 'CNY',
  basis: 'open-items',
  from: null,
  asOf: '2026-10-09',
  lines: [{ kind: 'invoice', number: `${code}-A`, on: '2026-09-01', quantity: null, amountMinor }],
});
/** What each of several at once came to: `ok`, or the code of the refusal. */
const outcomes = async (all: readonly Promise<unknown>[]): Promise<string[]> =>
  (await Promise.allSettled(all))
    .map((one) => (one.status === 'fulfilled' ? 'ok' : one.reason instanceof Refusal ? one.reason.code : String(one.reason)))
    .sort();
const rows = async (table: 'statement_answer' | 'reconciliation_difference' | 'reconciliation_adjustment' | 'dispute') =>
  Number(
    (
      await books.store.db
        .selectFrom(table)
        .select((of) => of.fn.countAll().as('n'))
        .executeTakeFirstOrThrow()
    ).n,
  );

test('of two answers at once one is taken', async () => {
  const { code } = await debtor();
  const { id } = await issueStatement(books.store, desk, { customer: code, currency: null, asOf: null, respondBy: null }, null);
  const before = await rows('statement_answer');
  const answer = () =>
    ({
      verdict: 'confirmed',
      answeredOn: '2026-10-10',
      by: 'c1',
      channel: 'letter',
      evidence: { text: 'x' },
      note: '',
      disputed: [],
    }) as const;
  const told = await outcomes(Array.from({ length: 8 }, () => answerStatement(books.store, erp, id, answer, null)));
  expect(told).toEqual([...Array.from({ length: 7 }, () => 'already-decided'), 'ok']);
  expect((await rows('statement_answer')) - before).toBe(1);
});

test('statements asked for at once are one', async () => {
  const { code } = await debtor();
  const asked = { customer: code, currency: null, asOf: null, respondBy: null };
  const made = await Promise.all(Array.from({ length: 8 }, () => issueStatement(books.store, desk, asked, null)));
  expect(new Set(made.map((one) => one.id)).size).toBe(1);
  expect(made.filter((one) => one.created)).toHaveLength(1);
});

test('the same file sent several times at once is one statement with its differences once', async () => {
  const { code, id } = await debtor();
  const posted = await Promise.all(
    Array.from({ length: 8 }, () => postCustomerStatement(books.store, erp, theirs(code, 700_000), null)),
  );
  expect(new Set(posted.map((one) => one.id)).size).toBe(1);
  expect(posted.filter((one) => one.created)).toHaveLength(1);
  expect((await reconciliationOf(books.store.db, books.store, id)).openDifferences).toHaveLength(1);
});

test('compared again while money comes in, the books end up compared as they are', async () => {
  const { code, id } = await debtor();
  const { id: statement } = await postCustomerStatement(books.store, erp, theirs(code, 700_000), null);
  await Promise.all([
    ...Array.from({ length: 6 }, () => rematchStatement(books.store, erp, statement, null)),
    postPayment(books.store, erp, paymentOf(`${code}-P`, code, { amountMinor: 300_000, reference: `${code}-A` })),
  ]);
  await rematchStatement(books.store, erp, statement, null);
  expect((await readCustomerStatement(books.store.db, system, statement)).state).toBe('settled');
  expect((await reconciliationOf(books.store.db, books.store, id)).openDifferences).toEqual([]);
});

test('an adjustment is decided once, never by whoever proposed it, and concedes once', async () => {
  const { code } = await debtor();
  const { id } = await postCustomerStatement(books.store, erp, theirs(code, 700_000), null);
  const [difference] = (await readCustomerStatement(books.store.db, system, id)).differences;
  const before = { adjustments: await rows('reconciliation_adjustment'), disputes: await rows('dispute') };
  const proposal = { kind: 'accept-theirs', receivable: null, payment: null, reason: 'price' } as const;
  const proposed = await outcomes(
    Array.from({ length: 6 }, () => proposeAdjustment(books.store, desk, difference?.id ?? '', proposal)),
  );
  expect(proposed).toEqual(['ok', ...Array.from({ length: 5 }, () => 'waits-already')]);
  const { id: adjustment } = await books.store.db
    .selectFrom('reconciliation_adjustment')
    .select('id')
    .where('difference_id', '=', difference?.id ?? '')
    .executeTakeFirstOrThrow();
  const decide = (actor: Actor) => decideAdjustment(books.store, actor, adjustment, { verdict: 'approve', reason: 'seen' });
  const decided = await outcomes([desk, other, desk, other, other, desk].map(decide));
  expect(decided.filter((one) => one === 'ok')).toHaveLength(1);
  expect(decided.every((one) => ['ok', 'own-request', 'already-decided'].includes(one))).toBe(true);
  expect((await rows('reconciliation_adjustment')) - before.adjustments).toBe(1);
  expect((await rows('dispute')) - before.disputes).toBe(1);
});

test('four eyes stand in the schema too', async () => {
  const { code } = await debtor();
  const { id } = await postCustomerStatement(books.store, erp, theirs(code, 700_000), null);
  const [difference] = (await readCustomerStatement(books.store.db, system, id)).differences;
  const row = {
    difference_id: difference?.id ?? '',
    kind: 'keep-ours',
    amount_minor: 1,
    state: 'approved',
    proposed_by: 'one',
    proposed_at: '2026-10-10T02:00:00.000Z',
    reason: 'x',
    decided_by: 'one',
  };
  await expect(books.store.db.insertInto('reconciliation_adjustment').values(row).execute()).rejects.toThrow(/four_eyes/);
});
