import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Refusal } from '../../domain/platform/refusal.ts';
import { allocateCreditNote, reverseCreditNote } from '../../store/ledger/credit-note-changes.ts';
import { postCreditNote } from '../../store/ledger/credit-notes.ts';
import { findDrift, repairDrift } from '../../store/credit/drift.ts';
import { postReturn, withdrawReturn } from '../../store/orders/acts/goods-returns.ts';
import { endOrder, putOrder, reopenOrder } from '../../store/orders/orders.ts';
import { lapseReservation } from '../../store/orders/reservation-book.ts';
import { noChange } from '../../store/approvals/decision-update.ts';
import { reassessShipmentHold } from '../../store/shipments/shipment-hold-book.ts';
import { lockShipmentHold, settleHold } from '../../store/shipments/shipment-hold-facts.ts';
import { rescind } from '../../store/shipments/shipment-hold-lines.ts';
import { requestShipment } from '../../store/shipments/shipment-requests.ts';
import { postShipment } from '../../store/shipments/shipments.ts';
import { told } from '../../store/approvals/pending.ts';
import { judgeMerge, lockMerging, mergeCustomers } from '../../store/reconciliation/customer-merge.ts';
import { upsertCustomer } from '../../store/customers/customers.ts';
import { postInvoice } from '../../store/ledger/invoices.ts';
import { reversePayment } from '../../store/ledger/payment-changes.ts';
import { postPayment } from '../../store/ledger/payments.ts';
import { reverseRefund } from '../../store/ledger/refund-reversals.ts';
import { postRefund } from '../../store/ledger/refunds.ts';
import { write } from '../../store/platform/transaction.ts';
import { director, erp, system } from '../support/actors.ts';
import { auditOf, openBooks } from '../support/books.ts';
import { accountsOf, limitOf, openWindow, orderOf } from '../support/credit.ts';
import { customerOf, invoiceOf, paymentOf } from '../support/documents.ts';
import { fc } from '../support/property.ts';
import { runsOf } from '../support/thorough.ts';

let books: Awaited<ReturnType<typeof openBooks>>;
beforeAll(async () => {
  books = await openBooks();
  await openWindow(books.store);
});
afterAll(() => books.close());

const ORDERS = 3;
const act = fc.record({
  act: fc.constantFrom(
    'put',
    'put',
    'ship',
    'ship',
    'ask',
    'ask',
    'leave',
    'leave',
    'rejudge',
    'rescind',
    'invoice',
    'invoice',
    'pay',
    'bill',
    'cancel',
    'close',
    'reopen',
    'lapse',
    'reverse',
    'credit',
    'on-account',
    'uncredit',
    'apply',
    'refund',
    'part-back',
    'return',
    'unreturn',
    'payer-pays',
    'limit',
    'group',
    'payer',
  ),
  order: fc.nat(ORDERS - 1),
  amount: fc.integer({ min: 1, max: 90_000 }),
  part: fc.constantFrom('0.25', '0.5', '1'),
  nth: fc.nat(9),
});
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

let run = 0;

/** The hold of a request; an id that is none where it has none. */
async function holdOf(code: string, request: number): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    select h.id from shipment_hold h join shipment_request r on r.id = h.request_id where r.external_id = ${`${code}-R${request}`}`.execute(
    books.store.db,
  );
  return rows[0]?.id ?? '00000000-0000-0000-0000-000000000000';
}

/** One act on the documents of a customer; what the product refuses is no act. */
async function perform(code: string, { act: what, order, amount, part, nth }: Act, step: number): Promise<void> {
  const { store } = books;
  const id = `${code}-O${order}`;
  const ours = async (): Promise<string> =>
    (await store.db.selectFrom('sales_order').select('id').where('external_id', '=', id).executeTakeFirst())?.id ??
    '00000000-0000-0000-0000-000000000000';
  switch (what) {
    case 'put':
      return void (await putOrder(store, erp, orderOf(id, code, amount, nth > 8 ? { prepaid: true } : {}), null));
    case 'ask':
      return void (await requestShipment(
        store,
        erp,
        { externalId: `${code}-R${nth % 3}`, order: id, lines: [{ line: 1, quantity: part }] },
        null,
      ));
    case 'return': {
      const goods = { externalId: `${code}-B${nth}`, order: id, lines: [{ line: 1, quantity: part }], returnedOn: '2026-10-10' };
      return void (await postReturn(store, erp, { ...goods, reason: 'x' }));
    }
    case 'unreturn':
      return void (await withdrawReturn(store, erp, `${code}-B${nth}`, 'x'));
    case 'rejudge':
      return void (await reassessShipmentHold(store, { id: await holdOf(code, nth % 3), seq: null }));
    case 'rescind':
      return void (await write(store, system, async (work) => {
        const { tx } = work;
        const hold = await lockShipmentHold(tx, await holdOf(code, nth % 3));
        if (!hold || hold.state !== 'open') return { value: null, audit: null };
        await rescind(work, hold);
        return { ...(await settleHold(work, hold, noChange())), value: null };
      }));
    case 'leave':
    case 'ship': {
      const shipment = {
        externalId: `${code}-D${step}`,
        order: id,
        request: what === 'leave' ? `${code}-R${nth % 3}` : null,
        lines: [{ line: 1, quantity: part }],
        issuedOn: '2026-10-10',
      };
      return void (await postShipment(store, erp, { ...shipment, deliveredOn: null, acceptedOn: null }, null));
    }
    case 'invoice':
      return void (await postInvoice(store, erp, invoiceOf(`${code}-I${nth % 3}`, code, { order: id, amountMinor: amount })));
    case 'pay':
      return void (await postPayment(
        store,
        erp,
        paymentOf(`${code}-P${nth}`, code, { amountMinor: amount, ...(nth > 4 && { order: id }) }),
      ));
    case 'bill':
      return void (await postPayment(
        store,
        erp,
        paymentOf(`${code}-P${nth}`, code, { amountMinor: amount, clearsOn: '2026-12-01' }),
      ));
    case 'cancel':
      return void (await endOrder(store, erp, id, { as: 'cancelled', reason: null }));
    case 'close':
      return void (await endOrder(store, erp, id, { as: 'closed', reason: null }));
    case 'reopen':
      return void (await reopenOrder(store, erp, id, null));
    case 'lapse': {
      await sql`update sales_order set reserved_until = '2026-10-01' where external_id = ${id} and reserved_until is not null`.execute(
        store.db,
      );
      return void (await lapseReservation(store, { id: await ours(), seq: null }));
    }
    case 'reverse':
      return void (await reversePayment(store, director, `${code}-P${nth}`, { reversedOn: null, reason: 'x' }));
    case 'credit': {
      const note = {
        externalId: `${code}-N${step}`,
        customer: code,
        invoice: `${code}-I${nth % 3}`,
        amountMinor: amount,
        currency: 'CNY',
        issuedOn: '2026-10-10',
      };
      return void (await postCreditNote(store, erp, { ...note, reason: 'x' }));
    }
    case 'on-account':
      return void (await postCreditNote(store, erp, {
        ...{ externalId: `${code}-A${nth}`, customer: code, invoice: null, onAccount: true, amountMinor: amount },
        ...{ currency: 'CNY', issuedOn: '2026-10-10', reason: 'x' },
      }));
    case 'uncredit':
      return void (await reverseCreditNote(store, erp, `${code}-A${nth}`, { reversedOn: null, reason: 'x' }));
    case 'apply':
      return void (await allocateCreditNote(store, erp, `${code}-A${nth}`, () => null, null));
    case 'refund': {
      const of = { payment: nth > 4 ? `${code}-P${nth}` : null, creditNote: null };
      const out = { externalId: `${code}-F${step}`, customer: code, amountMinor: amount, currency: 'CNY', paidOn: '2026-10-10' };
      return void (await postRefund(store, erp, { ...out, ...of, reason: 'x' }));
    }
    case 'part-back': {
      const part = { reversedOn: null, reason: 'x', amount: (amount / 100).toFixed(2) };
      return void (await reversePayment(store, director, `${code}-P${nth}`, part));
    }
    case 'payer-pays': {
      const paid = paymentOf(`${code}-Q${nth}`, `${code}-payer`, { amountMinor: amount, reference: `${code}-I${nth % 3}` });
      return void (await postPayment(store, erp, paid));
    }
    case 'limit':
      return void (await limitOf(store, code, amount));
    case 'group':
      return void (await upsertCustomer(store, erp, customerOf(code, { group: nth > 4 ? 'H-A' : 'H-B' })));
    case 'payer':
      return void (await upsertCustomer(store, erp, customerOf(code, { payer: nth > 6 ? `${code}-payer` : null })));
  }
}

const taken = (work: Promise<void>): Promise<void> =>
  work.catch((error: unknown) => {
    if (!(error instanceof Refusal)) throw error;
  });

/** Ends all a customer has: nothing ordered, delivered, open or deposited is left. */
async function settleAll(code: string): Promise<void> {
  const { store } = books;
  for (let order = 0; order < ORDERS; order += 1) {
    await taken(endOrder(store, erp, `${code}-O${order}`, { as: 'closed', reason: null }).then(() => undefined));
    const { rows } = await sql<{ delivered: number }>`
      select coalesce(sum(l.delivered_minor), 0)::bigint as delivered from sales_order o join order_line l on l.order_id = o.id
      where o.external_id = ${`${code}-O${order}`}`.execute(store.db);
    const amountMinor = rows[0]?.delivered ?? 0;
    if (amountMinor > 0)
      await postInvoice(store, erp, invoiceOf(`${code}-F${order}`, code, { order: `${code}-O${order}`, amountMinor }));
  }
  const x = { reversedOn: null, reason: 'x' };
  const { rows: refunds } = await sql<{ id: string }>`
    select external_id as id from refund where external_id like ${`${code}-F%`} and reversed_at is null`.execute(store.db);
  for (const { id } of refunds) await reverseRefund(store, erp, id, x);
  const { rows: notes } = await sql<{ id: string }>`
    select external_id as id from credit_note where external_id like ${`${code}-%`} and reversed_at is null`.execute(store.db);
  for (const { id } of notes) await reverseCreditNote(store, erp, id, x);
  for (const kind of ['P', 'Q'])
    for (let nth = 0; nth < 10; nth += 1)
      await taken(reversePayment(store, director, `${code}-${kind}${nth}`, x).then(() => undefined));
  const { rows } = await sql<{ invoice: string; open: number }>`
    select i.external_id as invoice, sum(r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor)::bigint as open
    from invoice i join receivable r on r.invoice_id = i.id join customer c on c.id = i.customer_id where c.external_id = ${code} group by 1`.execute(
    store.db,
  );
  for (const { invoice, open } of rows.filter((row) => row.open > 0))
    await postCreditNote(store, erp, {
      externalId: `${code}-X-${invoice}`,
      customer: code,
      invoice,
      amountMinor: open,
      currency: 'CNY',
      issuedOn: '2026-10-10',
      reason: 'x',
    });
}

test('any history of orders, shipment requests and their holds, shipments, invoices, money, ends, lapses, limits and moves conserves every bucket, and comes back to its base', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 24 }), async (acts) => {
      run += 1;
      const code = `H-${run}`;
      await upsertCustomer(books.store, erp, customerOf(code));
      await upsertCustomer(books.store, erp, customerOf(`${code}-payer`));
      await limitOf(books.store, code, 150_000);
      for (const [step, one] of acts.entries()) await taken(perform(code, one, step));
      const { rows } = await sql<{ whole: number; lines: number }>`
        select o.amount_minor as whole, sum(l.held_minor + l.prepaid_minor + l.reserved_minor + l.ordered_minor + l.delivered_minor + l.invoiced_minor
          + l.cancelled_minor + l.returned_minor)::bigint as lines from sales_order o join order_line l on l.order_id = o.id
        where o.external_id like ${`${code}-O%`} group by o.id`.execute(books.store.db);
      for (const row of rows) expect(row.lines).toBe(row.whole);
      const { rows: promised } = await sql<{ quantity: string; promised: string }>`
        select l.quantity, l.shipped_quantity + coalesce((select sum(x.allowed - x.issued) from shipment_request r
          join shipment_request_line x on x.request_id = r.id where r.order_id = o.id and x.line = l.line), 0) as promised
        from sales_order o join order_line l on l.order_id = o.id where o.external_id like ${`${code}-O%`}`.execute(
        books.store.db,
      );
      for (const row of promised) expect(Number(row.promised)).toBeLessThanOrEqual(Number(row.quantity));
      expect((await findDrift(books.store.db)).drift).toEqual([]);
      await settleAll(code);
      const zero = { reserved: 0, ordered: 0, delivered: 0, open: 0, bills: 0, deposits: 0 };
      for (const row of await accountsOf(books.store, code, `${code}-payer`)) expect(row).toMatchObject(zero);
    }),
    { numRuns: runsOf(20, 60) },
  );
  expect((await findDrift(books.store.db)).drift).toEqual([]);
}, 240_000);

/** What the documents of customers say they owe, in all. */
async function owed(codes: readonly string[]): Promise<unknown[]> {
  const { rows } = await sql`
    select d.currency, d.bucket, d.on_date, sum(d.amount_minor)::bigint as amount
    from credit_documents(array(select id from customer where external_id = any(${[...codes]}::text[]))) d
    group by 1, 2, 3 having sum(d.amount_minor) <> 0 order by 1, 2, 3`.execute(books.store.db);
  return rows;
}

test('any history that goes to another customer, to its payer, or from its payer to it is there to the cent, and gone where it was', async () => {
  const pair = fc.constantFrom(['', '-into'], ['', '-payer'], ['-payer', '']);
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 24 }), pair, async (acts, [from = '', into = '']) => {
      run += 1;
      const code = `M-${run}`;
      const codes = ['', '-payer', '-into'].map((end) => code + end);
      for (const one of codes) await upsertCustomer(books.store, erp, customerOf(one));
      await limitOf(books.store, code, 150_000);
      await postInvoice(books.store, erp, invoiceOf(`${code}-into-I`, `${code}-into`, { amountMinor: 700 }));
      for (const [step, one] of acts.entries()) await taken(perform(code, one, step));
      const before = await owed(codes);
      await write(books.store, director, async ({ tx, at }) => {
        const both = await lockMerging(tx, system, code + from, code + into);
        await judgeMerge(tx, both, null);
        return { value: null, ...told(await mergeCustomers({ tx, store: books.store, at, actor: director }, both)) };
      });
      expect(await owed(codes)).toEqual(before);
      expect(await owed([code + from])).toEqual([]);
      expect((await findDrift(books.store.db)).drift).toEqual([]);
    }),
    { numRuns: runsOf(8, 20) },
  );
}, 120_000);

test('a balance that was tampered with is found where it is wrong, and set right with an entry and a reason', async () => {
  const { store } = books;
  await upsertCustomer(store, erp, customerOf('H-drift'));
  await limitOf(store, 'H-drift', 150_000);
  await putOrder(store, erp, orderOf('H-drift-1', 'H-drift', 40_000), null);
  await sql`update credit_account set reserved_minor = reserved_minor - 7 where code = 'H-drift'`.execute(store.db);
  const { drift } = await findDrift(store.db);
  expect(drift).toMatchObject([
    { code: 'H-drift', place: 'balance', bucket: 'reserved', expectedMinor: 40_000, actualMinor: 39_993 },
  ]);
  await repairDrift(store, system, 'a hand-made change');
  expect((await findDrift(store.db)).drift).toEqual([]);
  expect(await auditOf(store, drift[0]?.accountId ?? '')).toMatchObject([
    { action: 'exposure.repaired', reason: 'a hand-made change' },
  ]);
});
