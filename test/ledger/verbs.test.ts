import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { receivableWorkflowId } from '../../domain/platform/subject.ts';
import { postHistory } from '../../store/ledger/history.ts';
import { postInvoices, postInvoice } from '../../store/ledger/invoices.ts';
import { postPayments, postPayment } from '../../store/ledger/payments.ts';
import { upsertCustomers, upsertCustomer } from '../../store/customers/customers.ts';
import type { RowResult } from '../../store/platform/rows.ts';
import { logContact } from '../../store/outreach/contact-log.ts';
import { postCreditNote } from '../../store/ledger/credit-notes.ts';
import { openDispute, resolveDispute } from '../../store/ledger/disputes.ts';
import { allocatePayment, reversePayment } from '../../store/ledger/payment-changes.ts';
import { recordPromise } from '../../store/ledger/promises.ts';
import { writeOff } from '../../store/ledger/write-offs.ts';
import { director, erp } from '../support/actors.ts';
import { auditOf, askedOf, balancesOf, openBooks } from '../support/books.ts';
import { customerOf, invoiceOf, paymentOf } from '../support/documents.ts';
import type { PutInvoice } from '../../store/ledger/invoice-rows.ts';

let ledger: Awaited<ReturnType<typeof openBooks>>;
beforeAll(async () => {
  ledger = await openBooks();
});
afterAll(() => ledger.close());

let number = 0;
let code = '';
beforeEach(async () => {
  number += 1;
  code = `C-${number}`;
  await upsertCustomer(ledger.store, erp, customerOf(code));
});

const post = (over = {}, id = `${code}-I`) => postInvoice(ledger.store, erp, invoiceOf(id, code, over));
const idOf = (invoice: PutInvoice): string => invoice.receivables[0]?.id ?? '';
const asked = async (id: string) => (await askedOf(ledger.store))[receivableWorkflowId(id)];
const refusals = (results: readonly RowResult<unknown>[]) =>
  results.map((r) => (r.outcome === 'failed' ? r.refusal.code : r.outcome));

describe('each verb leaves its audit entry and rings whom it must', () => {
  test('a customer: created, changed, unchanged', async () => {
    const put = await upsertCustomer(ledger.store, erp, customerOf(code, { name: 'New' }), 'Merger');
    expect(put).toMatchObject({ changed: true, created: false, version: 2 });
    expect(await upsertCustomer(ledger.store, erp, customerOf(code, { name: 'New' }))).toMatchObject({ changed: false });
    expect(await auditOf(ledger.store, put.id)).toMatchObject([
      { action: 'customer.created', actor: 'erp', before: null, after: { externalId: code, name: `Customer ${code}` } },
      {
        action: 'customer.changed',
        reason: 'Merger',
        before: { name: `Customer ${code}`, contacts: [{ id: 'c1' }] },
        after: { name: 'New' },
      },
    ]);
  });

  test('a contact no longer named stays on record and is used no more', async () => {
    await upsertCustomer(ledger.store, erp, customerOf(code, { contacts: [] }));
    const rows =
      await sql`select k.external_id, k.active from contact k join customer c on c.id = k.customer_id where c.external_id = ${code}`.execute(
        ledger.store.db,
      );
    expect(rows.rows).toEqual([{ external_id: 'c1', active: false }]);
  });

  test('a posted invoice has its first plan on the board and nothing asked', async () => {
    const invoice = await post({ instalments: null });
    const [row] = (
      await sql<{ at: string; asked: number; plan_at: string; plan_step: string; seq: number }>`
        select w.at, w.asked, r.plan_at, r.plan_step, r.seq from receivable r join wake w on w.subject = 'receivable-' || r.id where r.id = ${idOf(invoice)}`.execute(
        ledger.store.db,
      )
    ).rows;
    expect(row).toMatchObject({ asked: 0, plan_step: 'remind', seq: 1 });
    expect(row?.at).toBe(row?.plan_at);
    expect(await auditOf(ledger.store, invoice.id)).toMatchObject([
      { action: 'invoice.posted', after: { amountMinor: 100_000 } },
    ]);
  });

  test('a corrected invoice asks the receivables it changed, and no others', async () => {
    const part = (no: number, dueDate: string) => ({ no, amountMinor: 50_000, dueDate, kind: 'other' as const });
    const before = await post({ instalments: [part(1, '2026-11-01'), part(2, '2026-12-01')] });
    const after = await post({ instalments: [part(1, '2026-11-01'), part(2, '2026-12-08')] });
    const [one, two] = after.receivables;
    expect([await asked(one?.id ?? ''), await asked(two?.id ?? '')]).toEqual([0, 1]);
    expect((await auditOf(ledger.store, before.id))[1]).toMatchObject({
      action: 'invoice.changed',
      before: { instalments: [{ dueDate: '2026-11-01' }, { dueDate: '2026-12-01' }] },
      after: { receivables: [{ dueDate: '2026-11-01' }, { dueDate: '2026-12-08' }] },
    });
  });

  test('a payment, its later allocation and its reversal ring each receivable touched', async () => {
    const id = idOf(await post());
    const paid = await postPayment(ledger.store, erp, paymentOf(`${code}-P`, code, { amountMinor: 120_000 }));
    expect(paid).toMatchObject({ unappliedMinor: 20_000, allocations: [{ receivableId: id, amountMinor: 100_000 }] });
    const later = idOf(await post({}, `${code}-J`));
    await allocatePayment(ledger.store, erp, paid.externalId, () => null, 'Agreed');
    await reversePayment(ledger.store, erp, paid.externalId, { reversedOn: null, reason: 'Bounced' });
    // The later invoice came while money lay unused, so its process looks at once.
    expect([await asked(id), await asked(later)]).toEqual([2, 3]);
    expect(await auditOf(ledger.store, paid.id)).toMatchObject([
      { action: 'payment.posted', after: { amountMinor: 120_000, unappliedMinor: 20_000 } },
      { action: 'payment.allocated', reason: 'Agreed', before: { unappliedMinor: 20_000 }, after: { unappliedMinor: 0 } },
      {
        action: 'payment.reversed',
        reason: 'Bounced',
        before: { allocations: [{ amountMinor: 100_000 }, { amountMinor: 20_000 }] },
      },
    ]);
  });

  test('a credit note, a dispute, its resolution, a promise and a write-off ring their receivable', async () => {
    const invoice = await post();
    const id = idOf(invoice);
    const { store } = ledger;
    const base = { customer: code, invoice: invoice.externalId, currency: 'CNY', issuedOn: '2026-10-01', reason: 'Returned' };
    const note = await postCreditNote(store, erp, { externalId: `${code}-N`, amountMinor: 10_000, ...base });
    const dispute = await openDispute(store, erp, id, { amount: '100.00', category: 'price', note: 'too dear' }, 'Mail of today');
    await resolveDispute(store, director, dispute.id, { state: 'rejected', note: 'contract', reason: null, agreed: false });
    const promise = await recordPromise(store, erp, id, { amount: '100.00', on: '2026-10-10', by: 'c1', note: '' }, null);
    await writeOff(store, director, id, { amount: null, reason: 'Gone' });
    expect(await asked(id)).toBe(5);
    expect(await auditOf(store, note.id)).toMatchObject([
      { action: 'credit-note.posted', reason: 'Returned', after: { amountMinor: 10_000 } },
    ]);
    expect(await auditOf(store, dispute.id)).toMatchObject([
      { action: 'dispute.opened', reason: 'Mail of today', after: { amountMinor: 10_000, receivableId: id } },
      {
        action: 'dispute.resolved',
        actor: 'director',
        before: { state: 'open' },
        after: { state: 'rejected', note: 'contract' },
      },
    ]);
    expect(await auditOf(store, promise.id)).toMatchObject([
      { action: 'promise.recorded', after: { on: '2026-10-10', by: 'c1' } },
    ]);
    expect(await auditOf(store, id)).toMatchObject([
      {
        action: 'receivable.written-off',
        reason: 'Gone',
        before: { openMinor: 90_000 },
        after: { openMinor: 0, writtenOffMinor: 90_000 },
      },
    ]);
  });

  test('a logged call moves no rung and rings nobody', async () => {
    const id = idOf(await post());
    const call = { customer: code, receivable: id, kind: 'call' as const, contact: 'c1', outcome: 'Friday', note: '', at: null };
    const logged = await logContact(ledger.store, erp, call, null);
    expect(await auditOf(ledger.store, logged.id)).toMatchObject([{ action: 'contact.logged', after: { receivableId: id } }]);
    expect(await asked(id)).toBe(0);
  });
});

describe('a batch', () => {
  test('keeps the good rows, names the bad ones, and knows what was there', async () => {
    const { store } = ledger;
    expect(
      refusals(
        await upsertCustomers(store, erp, [customerOf(code), customerOf(`${code}x`), customerOf(`${code}y`, { ladder: 'none' })]),
      ),
    ).toEqual(['unchanged', 'created', 'policy-unknown']);
    const one = invoiceOf(`${code}-1`, code);
    const invoices = [
      one,
      invoiceOf(`${code}-2`, 'nobody'),
      { ...one },
      { ...one, number: 'corrected' },
      invoiceOf(`${code}-3`, code, { issueDate: '2026-10-11' }),
    ];
    expect(refusals(await postInvoices(store, erp, invoices))).toEqual([
      'created',
      'customer-unknown',
      'unchanged',
      'changed',
      'date-in-future',
    ]);
    const over = { allocations: [{ invoice: `${code}-1`, instalment: null, amountMinor: 100_001 }], amountMinor: 200_000 };
    const payments = [
      paymentOf(`${code}-a`, code, { amountMinor: 60_000 }),
      paymentOf(`${code}-b`, code, over),
      paymentOf(`${code}-a`, code, { amountMinor: 60_000 }),
      paymentOf(`${code}-a`, code, { amountMinor: 60_001 }),
      paymentOf(`${code}-c`, code, { amountMinor: 60_000, reference: `${code}-1` }),
    ];
    const results = await postPayments(store, erp, payments);
    expect(refusals(results)).toEqual(['created', 'amount-exceeds-open', 'unchanged', 'already-exists', 'created']);
    expect(results[4]).toMatchObject({ value: { allocations: [{ amountMinor: 40_000 }], unappliedMinor: 20_000 } });
    expect(refusals(await postPayments(store, erp, payments))).toEqual([
      'unchanged',
      'amount-exceeds-open',
      'unchanged',
      'already-exists',
      'unchanged',
    ]);
  });

  test('comes to the same as its documents one by one', async () => {
    const { store } = ledger;
    const twin = `${code}-twin`;
    await upsertCustomer(store, erp, customerOf(twin));
    const invoices = (customer: string) =>
      ['2026-06-01', '2026-01-05', '2026-09-30', '2025-01-01'].map((issueDate, at) =>
        invoiceOf(`${customer}/${at}`.replace('/', '_'), customer, { issueDate }),
      );
    const payments = (customer: string) =>
      [150_000, 30_000, 500_000].map((amountMinor, at) =>
        paymentOf(`${customer}_p${at}`, customer, { amountMinor, ...(at === 1 && { reference: `${customer}_2` }) }),
      );
    await postInvoices(store, erp, invoices(code));
    await postPayments(store, erp, payments(code));
    for (const invoice of invoices(twin)) await postInvoice(store, erp, invoice);
    for (const payment of payments(twin)) await postPayment(store, erp, payment);
    const view = async (customer: string) =>
      (
        await sql`select right(i.external_id, 1) as no, r.ladder, r.paid_minor, r.due_date from receivable r join invoice i on i.id = r.invoice_id
          join customer c on c.id = r.customer_id where c.external_id = ${customer} order by 1`.execute(store.db)
      ).rows;
    expect(await view(code)).toEqual(await view(twin));
    expect(await view(code)).toMatchObject([{ ladder: 'new-customer' }, {}, { ladder: 'general-30' }, {}]);
  });

  test('of history posts the settled closed, waking nobody, and the open like any other', async () => {
    const { store } = ledger;
    const parts = [1, 2].map((no) => ({ no, amountMinor: 50_000, dueDate: `2026-0${no}-01`, kind: 'other' as const }));
    const documents = [
      { invoice: invoiceOf(`${code}-old`, code, { issueDate: '2025-12-01', instalments: parts }), settledOn: '2026-02-03' },
      { invoice: invoiceOf(`${code}-open`, code), settledOn: null },
      { invoice: invoiceOf(`${code}-late`, code), settledOn: '2026-10-11' },
    ];
    const results = await postHistory(store, erp, documents);
    expect(refusals(results)).toEqual(['created', 'created', 'date-in-future']);
    const [old, open] = results.map((r) => (r.outcome === 'failed' ? null : r.value));
    const board = await askedOf(store);
    expect(old?.receivables.map((r) => board[receivableWorkflowId(r.id)])).toEqual([undefined, undefined]);
    expect(open?.receivables.map((r) => board[receivableWorkflowId(r.id)])).toEqual([0]);
    expect(old?.receivables).toMatchObject([
      { stage: 'closed', openMinor: 0 },
      { stage: 'closed', openMinor: 0 },
    ]);
    const own = (await balancesOf(store)).filter((row) => row.invoice === `${code}-old`);
    expect(own).toMatchObject([
      { paidMinor: 50_000, sharesPaid: 50_000 },
      { paidMinor: 50_000, sharesPaid: 50_000 },
    ]);
    expect(refusals(await postHistory(store, erp, documents))).toEqual(['unchanged', 'unchanged', 'date-in-future']);
  });
});

test('a key bound to a region neither sees nor writes beyond it', async () => {
  const { store } = ledger;
  const north = { ...erp, scope: { regions: ['BJ'] } };
  const results = await upsertCustomers(store, north, [
    customerOf(code, { region: 'BJ' }),
    customerOf(`${code}-n`, { region: 'BJ' }),
    customerOf(`${code}-s`),
  ]);
  expect(refusals(results)).toEqual(['forbidden', 'created', 'forbidden']);
  expect(refusals(await postInvoices(store, north, [invoiceOf(`${code}-i`, code)]))).toEqual(['customer-unknown']);
  expect(refusals(await postPayments(store, north, [paymentOf(`${code}-p`, code)]))).toEqual(['customer-unknown']);
});
