import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays } from '../../domain/platform/calendar.ts';
import { formatAmount } from '../../domain/platform/money.ts';
import { postReturn, withdrawReturn } from '../../store/orders/acts/goods-returns.ts';
import { told } from '../../store/approvals/pending.ts';
import { readAgeing } from '../../store/ledger/ageing.ts';
import { standAt } from '../../store/platform/clock.ts';
import { reverseCreditNote } from '../../store/ledger/credit-note-changes.ts';
import { postCreditNote } from '../../store/ledger/credit-notes.ts';
import { viewExposure } from '../../store/credit/exposure.ts';
import { endOrder, putOrder } from '../../store/orders/orders.ts';
import { putSecurity, releaseSecurity } from '../../store/credit/securities.ts';
import { postShipment } from '../../store/shipments/shipments.ts';
import { findDrift } from '../../store/credit/drift.ts';
import { judgeMerge, lockMerging, mergeCustomers } from '../../store/reconciliation/customer-merge.ts';
import { upsertCustomer } from '../../store/customers/customers.ts';
import { openDispute, resolveDispute } from '../../store/ledger/disputes.ts';
import { postInvoice } from '../../store/ledger/invoices.ts';
import { allocatePayment, reversePayment } from '../../store/ledger/payment-changes.ts';
import { postPayment } from '../../store/ledger/payments.ts';
import { readMovements } from '../../store/reconciliation/movements.ts';
import { reverseRefund } from '../../store/ledger/refund-reversals.ts';
import { postRefund } from '../../store/ledger/refunds.ts';
import { openItems } from '../../store/reconciliation/open-items.ts';
import { write } from '../../store/platform/transaction.ts';
import { reverseWriteOff, writeOff } from '../../store/ledger/write-offs.ts';
import { director, erp, system } from '../support/actors.ts';
import { openBooks } from '../support/books.ts';
import { limitOf, orderOf } from '../support/credit.ts';
import { customerOf, invoiceOf, paymentOf } from '../support/documents.ts';
import { fc } from '../support/property.ts';
import { runsOf } from '../support/thorough.ts';

let ledger: Awaited<ReturnType<typeof openBooks>>;
beforeAll(async () => {
  ledger = await openBooks({ at: '2026-01-01T02:00:00.000Z' });
});
afterAll(() => ledger.close());

const kinds = [
  'invoice',
  'pay',
  'bill',
  'allocate',
  'reverse',
  'credit',
  'correct',
  're-issue',
  'split',
  'dispute',
  'resolve',
  'write-off',
  'restore',
  'refund',
  'take-back-refund',
  'send-back',
  'take-back-note',
  'payer-pays',
  'converted',
  'limit',
  'order',
  'ship',
  'end-order',
  'security',
  'release-security',
  'invoice-order',
  'return',
  'take-back-return',
  'merge',
] as const;
const acts = fc.array(
  fc.record({
    act: fc.constantFrom(...kinds, 'invoice' as const, 'invoice' as const, 'pay' as const, 'merge' as const),
    place: fc.nat(5),
    amount: fc.integer({ min: 1, max: 5_000 }),
    days: fc.integer({ min: 0, max: 12 }),
    twin: fc.nat(2),
  }),
  { minLength: 4, maxLength: 18 },
);
type Act = (typeof kinds)[number];

/** The documents of one history, by the order they came in. */
class History {
  readonly code: string;
  today = '2026-01-01';
  /** Whose the next document is: the customer's own, or those of one that becomes part of it, or it of that one. */
  whose: string;
  readonly invoices: { customer: string; issueDate: string }[] = [];
  payments = 0;
  notes = 0;
  shipments = 0;
  returns = 0;
  /** A security is on file where its customer is now: none is given once the two are one. */
  merged = false;
  readonly refunds: string[] = [];
  readonly disputes: string[] = [];
  readonly writeOffs: string[] = [];
  constructor(code: string) {
    this.code = code;
    this.whose = code;
  }
}

/** Does one act where it makes sense; what the books refuse (nothing open, reversed before) changes nothing. */
async function perform(h: History, act: Act, place: number, amountMinor: number): Promise<void> {
  const { store } = ledger;
  const { code, today, whose } = h;
  const some = (n: number): number => place % Math.max(1, n);
  const invoice = `${code}-I${some(h.invoices.length)}`;
  const payment = `${code}-P${some(h.payments)}`;
  switch (act) {
    case 'invoice':
      await invoiced(h, amountMinor, null);
      return;
    case 'pay':
    case 'bill': {
      const bill = act === 'bill' && { clearsOn: addDays(today, place * 5) };
      await postPayment(store, erp, paymentOf(`${code}-P${h.payments}`, whose, { amountMinor, receivedOn: today, ...bill }));
      h.payments += 1;
      return;
    }
    case 'allocate':
      await allocatePayment(store, erp, payment, () => null, null);
      return;
    case 'reverse':
      await reversePayment(store, erp, payment, { reversedOn: null, reason: null });
      return;
    case 'credit': {
      const note = {
        externalId: `${code}-N${h.notes}`,
        customer: h.invoices[some(h.invoices.length)]?.customer ?? code,
        invoice,
        amountMinor,
        currency: 'CNY',
        issuedOn: today,
      };
      h.notes += 1;
      await postCreditNote(store, erp, { ...note, reason: 'x' });
      return;
    }
    case 'correct': {
      const known = h.invoices[some(h.invoices.length)];
      if (known) await postInvoice(store, erp, invoiceOf(invoice, known.customer, { issueDate: known.issueDate, amountMinor }));
      return;
    }
    case 're-issue': {
      const known = h.invoices[some(h.invoices.length)];
      if (!known) return;
      const issueDate = addDays(today, -(amountMinor % 20));
      await postInvoice(store, erp, invoiceOf(invoice, known.customer, { issueDate, amountMinor }));
      known.issueDate = issueDate;
      return;
    }
    case 'split': {
      const known = h.invoices[some(h.invoices.length)];
      if (known) await split(invoice, known, today, amountMinor);
      return;
    }
    case 'dispute':
      h.disputes.push(
        (
          await openDispute(
            store,
            erp,
            `${invoice}:1`,
            { amount: amountMinor % 2 === 0 ? '0.01' : formatAmount(amountMinor, 'CNY'), category: 'price', note: '' },
            null,
          )
        ).id,
      );
      return;
    case 'resolve':
      await resolveDispute(store, erp, h.disputes[some(h.disputes.length)] ?? '', {
        state: 'rejected',
        note: '',
        reason: null,
        agreed: false,
      });
      return;
    case 'write-off':
      h.writeOffs.push((await writeOff(store, director, invoice, { amount: null, reason: 'x' })).writeOff);
      return;
    case 'restore':
      await reverseWriteOff(store, director, h.writeOffs[some(h.writeOffs.length)] ?? '', 'x');
      return;
    case 'limit':
    case 'order':
    case 'ship':
    case 'end-order':
    case 'security':
    case 'release-security':
    case 'invoice-order':
    case 'return':
    case 'take-back-return':
      await goods(h, act, place, amountMinor);
      return;
    case 'merge':
      await merge(h, place % 2 === 0);
      return;
    default:
      await moneyBack(h, act, place, amountMinor);
  }
}

/** The invoice in two instalments, under numbers of its own every other time. */
async function split(
  id: string,
  known: { customer: string; issueDate: string },
  today: string,
  amountMinor: number,
): Promise<void> {
  const firstMinor = Math.trunc(amountMinor / 3);
  const parts = [firstMinor, amountMinor - firstMinor].map((part, place) => ({
    ...{ no: 1 + place + 2 * (amountMinor % 2), amountMinor: part, dueDate: addDays(today, 10 * place), kind: 'other' as const },
  }));
  await postInvoice(
    ledger.store,
    erp,
    invoiceOf(id, known.customer, { issueDate: known.issueDate, amountMinor, instalments: parts }),
  );
}

async function invoiced(h: History, amountMinor: number, order: string | null): Promise<void> {
  const known = { customer: h.whose, issueDate: h.today };
  // Half of them may be paid with half of their amount: random money often closes them.
  const terms =
    amountMinor % 2 === 0 ? { days: 30, from: 'invoiceDate' as const, discountPercent: '50', discountDays: 30 } : null;
  const document = invoiceOf(`${h.code}-I${h.invoices.length}`, h.whose, { issueDate: h.today, amountMinor, order, terms });
  await postInvoice(ledger.store, erp, document);
  h.invoices.push(known);
}

/** One of the two customers becomes part of the other one. */
async function merge(h: History, own: boolean): Promise<void> {
  const { code } = h;
  const [from, into] = own ? [code, `${code}-T`] : [`${code}-T`, code];
  await write(ledger.store, director, async ({ tx, at }) => {
    const both = await lockMerging(tx, system, from, into);
    await judgeMerge(tx, both, null);
    return { value: null, ...told(await mergeCustomers({ tx, store: ledger.store, at, actor: director }, both)) };
  });
  h.merged = true;
}

/** Limits, security, orders, and what leaves and comes back. */
async function goods(h: History, act: Act, place: number, amountMinor: number): Promise<void> {
  const { store } = ledger;
  const { code, today, whose } = h;
  const order = `${code}-O${place % 2}`;
  if (h.merged && (act === 'security' || act === 'release-security')) return;
  if (act === 'limit') await limitOf(store, whose, amountMinor * 10);
  else if (act === 'security') {
    const given = {
      externalId: `${code}-S${place % 2}`,
      customer: code,
      kind: 'guarantee' as const,
      currency: 'CNY',
      share: '0.5',
    };
    const effect = place > 2 ? ('raises-limit' as const) : ('lowers-exposure' as const);
    const lasts = { validFrom: addDays(today, -place), validUntil: addDays(today, 20), evidence: { reference: 'GU-1' } };
    await putSecurity(store, erp, { ...given, ...lasts, effect, valueMinor: amountMinor }, null);
  } else if (act === 'release-security') await releaseSecurity(store, erp, `${code}-S${place % 2}`, null);
  else if (act === 'order') await putOrder(store, erp, orderOf(order, whose, amountMinor, { requestedShipDate: today }), null);
  else if (act === 'ship') {
    const shipment = { externalId: `${code}-D${(h.shipments += 1)}`, order, request: null, issuedOn: today };
    const lines = [{ line: 1, quantity: '0.5' }];
    await postShipment(store, erp, { ...shipment, lines, deliveredOn: null, acceptedOn: null }, null);
  } else if (act === 'invoice-order') await invoiced(h, amountMinor, order);
  else if (act === 'return') {
    const back = {
      externalId: `${code}-B${(h.returns += 1)}`,
      order,
      lines: [{ line: 1, quantity: place > 2 ? '0.25' : '0.5' }],
    };
    await postReturn(store, erp, { ...back, returnedOn: today, reason: 'x' });
  } else if (act === 'take-back-return')
    await withdrawReturn(store, erp, `${code}-B${1 + (place % Math.max(1, h.returns))}`, 'x');
  else await endOrder(store, erp, order, { as: place > 2 ? 'cancelled' : 'closed', reason: null });
}

/** Money that goes back, comes from the payer, or comes in another currency. */
async function moneyBack(h: History, act: Act, place: number, amountMinor: number): Promise<void> {
  const { store } = ledger;
  const { code, today } = h;
  const some = (n: number): number => place % Math.max(1, n);
  const payment = `${code}-P${some(h.payments)}`;
  if (act === 'refund') {
    const externalId = `${code}-R${h.refunds.length}`;
    const named = place % 2 === 0 ? payment : null;
    const refund = { externalId, customer: h.whose, amountMinor, currency: 'CNY', paidOn: today, creditNote: null, reason: 'x' };
    h.refunds.push((await postRefund(store, erp, { ...refund, payment: named })).id);
  } else if (act === 'take-back-refund') {
    const id = h.refunds[some(h.refunds.length)] ?? '';
    await reverseRefund(store, erp, id, { reversedOn: null, reason: 'x' });
  } else if (act === 'send-back') {
    await reversePayment(store, erp, payment, { reversedOn: null, reason: null, amount: formatAmount(amountMinor, 'CNY') });
  } else if (act === 'take-back-note') {
    await reverseCreditNote(store, erp, `${code}-N${some(h.notes)}`, { reversedOn: null, reason: 'x' });
  } else if (act === 'payer-pays') {
    const reference = `${code}-I${some(h.invoices.length)}`;
    const paid = paymentOf(`${code}-P${h.payments}`, `${code}-HQ`, { amountMinor, receivedOn: today, reference });
    await postPayment(store, erp, paid);
    h.payments += 1;
  } else {
    const converted = { currency: 'CNY', amountMinor };
    const reference = `${code}-I${some(h.invoices.length)}`;
    const paid = paymentOf(`${code}-P${h.payments}`, code, { currency: 'USD', amountMinor: 700, receivedOn: today, reference });
    await postPayment(store, erp, { ...paid, converted });
    h.payments += 1;
  }
}

interface Statement {
  items: { amountMinor: number }[];
  ageing: unknown;
}

async function statementOf(code: string, asOf: string): Promise<Statement> {
  const { store } = ledger;
  const { id } = await store.db.selectFrom('customer').select('id').where('external_id', '=', code).executeTakeFirstOrThrow();
  const items = await store.db.transaction().execute((tx) => openItems(tx, id, 'CNY', { asOf, zone: store.zone }));
  const { rows } = await readAgeing(store, system, { customer: code, asOf }, 10);
  return { items, ageing: rows };
}

/** The exposure now, or as it stood at the end of a day; without what a past day does not tell. */
async function exposureOf(code: string, asOf?: string): Promise<unknown> {
  const { exposure } = await viewExposure(ledger.store, system, code, { asOf });
  const bare = (one: object | null) => one && { ...one, version: 0 };
  return exposure && { accounts: exposure.accounts.map(bare), payer: bare(exposure.payer), group: bare(exposure.group) };
}

/** Opening and lines come to the closing, and to the statement of each day on the way: `totals`, by day. */
async function checkMovements(code: string, from: string, totals: ReadonlyMap<string, number>): Promise<void> {
  const { openingMinor, closingMinor, rows } = await readMovements(ledger.store, system, code, { from }, 1000);
  const sum = (on: string): number =>
    rows.filter((row) => row.on <= on).reduce((all, row) => all + row.amountMinor, openingMinor);
  expect(openingMinor).toBe(0);
  expect(sum('9999-12-31'), `${code}: ${JSON.stringify(rows)}`).toBe(closingMinor);
  for (const [on, total] of totals) expect(sum(on), `${code} on ${on}: ${JSON.stringify(rows)}`).toBe(total);
}

const totalOf = ({ items }: Statement): number => items.reduce((sum, one) => sum + one.amountMinor, 0);

let run = 0;
let day = '2026-01-01';

test('the statement, the ageing and the exposure of any past day are what they were at its end, whatever came after', async () => {
  await fc.assert(
    fc.asyncProperty(acts, async (sequence) => {
      run += 1;
      const h = new History(`D-${run}`);
      const [twin, payer] = [`${h.code}-T`, `${h.code}-HQ`];
      const all = [h.code, twin, payer];
      await upsertCustomer(ledger.store, erp, customerOf(payer));
      await upsertCustomer(ledger.store, erp, customerOf(h.code, { payer }));
      await upsertCustomer(ledger.store, erp, customerOf(twin));
      const began = addDays(day, -1);
      const [seen, exposures] = [new Map<string, Statement[]>(), new Map<string, unknown>()];
      const told = (on: string) => Promise.all(all.map((code) => statementOf(code, on)));
      const exposed = (on?: string) => Promise.all([exposureOf(h.code, on), exposureOf(twin, on)]);
      for (const { act, place, amount, days, twin: whose } of sequence) {
        h.today = day = addDays(day, days);
        h.whose = whose === 0 ? twin : h.code;
        await standAt(ledger.store, system, `${day}T02:00:00.000Z`);
        await perform(h, act, place, amount).catch((error: unknown) => expect(error).toHaveProperty('name', 'Refusal'));
        seen.set(day, await told(day));
        exposures.set(day, await exposed());
      }
      for (const [on, then] of seen) expect(await told(on), `${h.code} as of ${on}`).toEqual(then);
      for (const [on, then] of exposures) expect(await exposed(on), `exposure of ${h.code} on ${on}`).toEqual(then);
      for (const [at, code] of all.entries())
        await checkMovements(code, began, new Map([...seen].map(([on, then]) => [on, totalOf(then[at] as Statement)])));
    }),
    { numRuns: runsOf(8, 20), interruptAfterTimeLimit: 45_000 },
  );
  expect((await findDrift(ledger.store.db)).drift).toEqual([]);
}, 120_000);
