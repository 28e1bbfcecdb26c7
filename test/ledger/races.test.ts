import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Refusal } from '../../domain/platform/refusal.ts';
import { postInvoices, postInvoice } from '../../store/ledger/invoices.ts';
import { postPayments, postPayment } from '../../store/ledger/payments.ts';
import { postCreditNote } from '../../store/ledger/credit-notes.ts';
import { upsertCustomer } from '../../store/customers/customers.ts';
import { openDispute } from '../../store/ledger/disputes.ts';
import { reversePayment } from '../../store/ledger/payment-changes.ts';
import { reassessReceivable } from '../../store/dunning/receivable-book.ts';
import { writeOff } from '../../store/ledger/write-offs.ts';
import { director, erp } from '../support/actors.ts';
import { balancesOf, openBooks } from '../support/books.ts';
import { customerOf, invoiceOf, paymentOf } from '../support/documents.ts';

let ledger: Awaited<ReturnType<typeof openBooks>>;
beforeAll(async () => {
  ledger = await openBooks({ max: 16 });
});
afterAll(() => ledger.close());

const many = <T>(n: number, work: (i: number) => Promise<T>): Promise<PromiseSettledResult<T>[]> =>
  Promise.allSettled(Array.from({ length: n }, (_, i) => work(i)));
const done = <T>(results: PromiseSettledResult<T>[]): T[] => results.flatMap((r) => (r.status === 'fulfilled' ? [r.value] : []));
/** Codes of the refusals; anything that is no refusal fails the test. */
const refused = (results: PromiseSettledResult<unknown>[]): string[] =>
  results.flatMap((r) => {
    if (r.status === 'fulfilled') return [];
    if (r.reason instanceof Refusal) return [r.reason.code];
    throw r.reason;
  });
async function customerWithInvoice(code: string, amountMinor = 100_000): Promise<string> {
  await upsertCustomer(ledger.store, erp, customerOf(code));
  const { receivables } = await postInvoice(ledger.store, erp, invoiceOf(`${code}-I`, code, { amountMinor }));
  return receivables[0]?.id ?? '';
}
const balance = async (invoice: string) => (await balancesOf(ledger.store)).find((row) => row.invoice === invoice);

test('32 payments at once never allocate more than is open, and lose no cent', async () => {
  await customerWithInvoice('R-1');
  const results = await many(32, (i) => postPayment(ledger.store, erp, paymentOf(`R-1-P${i}`, 'R-1', { amountMinor: 7_001 })));
  const posted = done(results);
  expect(posted).toHaveLength(32);
  expect(posted.flatMap((p) => p.allocations).reduce((sum, share) => sum + share.amountMinor, 0)).toBe(100_000);
  expect(posted.reduce((sum, p) => sum + p.unappliedMinor, 0)).toBe(32 * 7_001 - 100_000);
  expect(await balance('R-1-I')).toMatchObject({ paidMinor: 100_000, sharesPaid: 100_000 });
});

test('of 32 payments that each name half of an invoice, two are taken and the others refused', async () => {
  await customerWithInvoice('R-2');
  const allocations = [{ invoice: 'R-2-I', instalment: 1, amountMinor: 50_000 }];
  const results = await many(32, (i) =>
    postPayment(ledger.store, erp, paymentOf(`R-2-P${i}`, 'R-2', { amountMinor: 50_000, allocations })),
  );
  expect(done(results)).toHaveLength(2);
  expect(new Set(refused(results))).toEqual(new Set(['amount-exceeds-open']));
});

test('the same payment from many channels at once is one posting; with other content it is refused', async () => {
  await customerWithInvoice('R-3');
  const document = paymentOf('R-3-P', 'R-3', { amountMinor: 60_000 });
  const single = many(8, () => postPayment(ledger.store, erp, document));
  const bulk = many(8, async () => (await postPayments(ledger.store, erp, [document]))[0]);
  const other = many(4, (i) => postPayment(ledger.store, erp, { ...document, amountMinor: 1_000 + i }));
  const results = [...(await single), ...(await bulk), ...(await other)];
  const rows = await sql`select amount_minor from payment where external_id = 'R-3-P'`.execute(ledger.store.db);
  expect(rows.rows).toHaveLength(1);
  expect(
    done(await single).filter((p) => p.created).length + done(await bulk).filter((r) => r?.outcome === 'created').length,
  ).toBeLessThanOrEqual(1);
  expect(new Set(refused(results))).toEqual(new Set(['already-exists']));
});

test('one invoice or customer sent by many at once exists once', async () => {
  const customers = await many(12, () => upsertCustomer(ledger.store, erp, customerOf('R-4')));
  expect(done(customers).filter((put) => put.created)).toHaveLength(1);
  const invoices = await many(12, () => postInvoice(ledger.store, erp, invoiceOf('R-4-I', 'R-4')));
  expect(done(invoices).filter((put) => put.created)).toHaveLength(1);
  expect(new Set(done(invoices).map((put) => put.receivables[0]?.id)).size).toBe(1);
});

test('of many reversals of one payment one is done', async () => {
  await customerWithInvoice('R-5');
  await postPayment(ledger.store, erp, paymentOf('R-5-P', 'R-5'));
  const results = await many(8, () => reversePayment(ledger.store, erp, 'R-5-P', { reversedOn: null, reason: null }));
  expect(done(results)).toHaveLength(1);
  expect(new Set(refused(results))).toEqual(new Set(['already-reversed']));
  expect(await balance('R-5-I')).toMatchObject({ paidMinor: 0, sharesPaid: 0 });
});

test('payments, credits, write-offs, disputes, corrections and the process itself meet without deadlock or loss', async () => {
  const id = await customerWithInvoice('R-6', 1_000_000);
  const { store } = ledger;
  const acts = [
    (i: number) => postPayment(store, erp, paymentOf(`R-6-P${i}`, 'R-6', { amountMinor: 10_007 })),
    (i: number) =>
      postCreditNote(store, erp, {
        externalId: `R-6-N${i}`,
        customer: 'R-6',
        invoice: 'R-6-I',
        amountMinor: 1_003,
        currency: 'CNY',
        issuedOn: '2026-10-01',
        reason: 'x',
      }),
    () => writeOff(store, director, id, { amount: '5.00', reason: 'x' }),
    () => openDispute(store, erp, id, { amount: '1.00', category: 'other', note: '' }, null),
    () => reassessReceivable(store, { id, seq: null }),
    (i: number) =>
      postInvoices(store, erp, [
        invoiceOf(`R-6-J${i}`, 'R-6'),
        invoiceOf('R-6-I', 'R-6', { amountMinor: 1_000_000, number: `n${i}` }),
      ]),
  ];
  const results = await many(60, (i) => (acts[i % acts.length] as (i: number) => Promise<unknown>)(i));
  expect(refused(results)).toEqual([]);
  const rows = (await balancesOf(store)).filter((row) => row.invoice.startsWith('R-6'));
  for (const row of rows) expect(row).toMatchObject({ paidMinor: row.sharesPaid, creditedMinor: row.sharesCredited });
  expect(rows.find((row) => row.invoice === 'R-6-I')).toMatchObject({ creditedMinor: 10 * 1_003, writtenOffMinor: 10 * 500 });
  expect(rows.reduce((sum, row) => sum + row.paidMinor, 0)).toBe(10 * 10_007);
});
