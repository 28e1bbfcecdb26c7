import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays } from '../../domain/kernel/calendar.ts';
import { Refusal } from '../../domain/kernel/refusal.ts';
import { postCreditNote } from '../../store/credit-notes.ts';
import { upsertCustomer } from '../../store/customers.ts';
import { postInvoice } from '../../store/invoices.ts';
import { reversePayment } from '../../store/payment-changes.ts';
import { postPayment } from '../../store/payments.ts';
import { writeOff } from '../../store/write-offs.ts';
import { director, erp } from '../support/actors.ts';
import { balancesOf, openBooks } from '../support/books.ts';
import { customerOf, invoiceOf, paymentOf } from '../support/documents.ts';

let ledger: Awaited<ReturnType<typeof openBooks>>;
beforeAll(async () => {
  ledger = await openBooks();
});
afterAll(() => ledger.close());

const INVOICES = 3;
type Act =
  | { act: 'invoice'; amount: number }
  | { act: 'pay'; amount: number }
  | { act: 'choose'; invoice: number; amount: number; more: number }
  | { act: 'reverse'; payment: number }
  | { act: 'credit'; invoice: number; amount: number }
  | { act: 'write-off'; invoice: number };

const amount = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 60_000 }));
const place = fc.nat({ max: 5 });
const acts = fc.array(
  fc.oneof<fc.Arbitrary<Act>[]>(
    fc.record({ act: fc.constant('pay'), amount }),
    fc.record({ act: fc.constant('choose'), invoice: place, amount, more: fc.nat({ max: 500 }) }),
    fc.record({ act: fc.constant('reverse'), payment: place }),
    fc.record({ act: fc.constant('credit'), invoice: place, amount }),
    fc.record({ act: fc.constant('write-off'), invoice: place }),
    fc.record({ act: fc.constant('invoice'), amount }),
  ),
  { minLength: 3, maxLength: 14 },
);

interface ModelInvoice {
  amount: number;
  paid: number;
  credited: number;
  off: number;
}
interface ModelPayment {
  shares: [number, number][];
  unapplied: number;
  reversed: boolean;
}

/** The law in miniature: due dates all differ, so money fills the earliest open invoice first. */
class Model {
  readonly invoices: ModelInvoice[] = [];
  readonly payments: ModelPayment[] = [];
  credits = 0;
  unappliedCredit = 0;

  open(at: number): number {
    const i = this.invoices[at];
    return i ? i.amount - i.paid - i.credited - i.off : 0;
  }

  pay(total: number, chosen: { invoice: number; amount: number } | null): void {
    const shares = new Map<number, number>();
    let left = total;
    const put = (at: number, part: number): void => {
      if (part <= 0) return;
      const invoice = this.invoices[at];
      if (!invoice) throw new Error('no such invoice');
      invoice.paid += part;
      left -= part;
      shares.set(at, (shares.get(at) ?? 0) + part);
    };
    if (chosen) put(chosen.invoice, chosen.amount);
    for (let at = 0; at < this.invoices.length; at += 1) put(at, Math.min(left, this.open(at)));
    this.payments.push({ shares: [...shares], unapplied: left, reversed: false });
  }

  reverse(at: number): void {
    const payment = this.payments[at];
    if (!payment) return;
    for (const [invoice, part] of payment.shares) {
      const target = this.invoices[invoice];
      if (target) target.paid -= part;
    }
    Object.assign(payment, { shares: [], unapplied: 0, reversed: true });
  }
}

let run = 0;

/** Does one act to the store and to the model; both must refuse, or both take it. */
async function perform(code: string, model: Model, act: Act): Promise<void> {
  const { store } = ledger;
  const id = (at: number): string => `${code}-I${at}`;
  const pick = (n: number): number => n % model.invoices.length;
  switch (act.act) {
    case 'invoice': {
      const at = model.invoices.length;
      const dueDate = addDays('2026-03-01', at * 20);
      const instalments = [{ no: 1, amountMinor: act.amount, dueDate, kind: 'other' as const }];
      await postInvoice(store, erp, invoiceOf(id(at), code, { amountMinor: act.amount, instalments, issueDate: '2026-02-01' }));
      model.invoices.push({ amount: act.amount, paid: 0, credited: 0, off: 0 });
      return;
    }
    case 'pay':
      await postPayment(store, erp, paymentOf(`${code}-P${model.payments.length}`, code, { amountMinor: act.amount }));
      model.pay(act.amount, null);
      return;
    case 'choose': {
      const at = pick(act.invoice);
      const allocations = [{ invoice: id(at), instalment: 1, amountMinor: act.amount }];
      const document = paymentOf(`${code}-P${model.payments.length}`, code, { amountMinor: act.amount + act.more, allocations });
      if (act.amount > model.open(at)) return expectRefusal(postPayment(store, erp, document), 'amount-exceeds-open');
      await postPayment(store, erp, document);
      model.pay(act.amount + act.more, { invoice: at, amount: act.amount });
      return;
    }
    case 'reverse': {
      if (model.payments.length === 0) return;
      const at = act.payment % model.payments.length;
      const reversal = reversePayment(store, erp, `${code}-P${at}`, { reversedOn: null, reason: null });
      if (model.payments[at]?.reversed) return expectRefusal(reversal, 'already-reversed');
      await reversal;
      model.reverse(at);
      return;
    }
    case 'credit': {
      const at = pick(act.invoice);
      const part = Math.min(act.amount, model.open(at));
      const base = { customer: code, invoice: id(at), currency: 'CNY', issuedOn: '2026-10-01', reason: 'x' };
      const note = await postCreditNote(store, erp, {
        externalId: `${code}-N${model.credits}`,
        amountMinor: act.amount,
        ...base,
      });
      expect(note.unappliedMinor).toBe(act.amount - part);
      Object.assign(model.invoices[at] ?? {}, { credited: (model.invoices[at]?.credited ?? 0) + part });
      model.credits += 1;
      return;
    }
    case 'write-off': {
      const at = pick(act.invoice);
      const off = writeOff(store, director, id(at), { amount: null, reason: 'x' });
      if (model.open(at) === 0) return expectRefusal(off, 'receivable-closed');
      await off;
      Object.assign(model.invoices[at] ?? {}, { off: (model.invoices[at]?.off ?? 0) + model.open(at) });
    }
  }
}

async function expectRefusal(work: Promise<unknown>, code: string): Promise<void> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Refusal);
  expect((error as Refusal).code).toBe(code);
}

test('any order of payments, part, over and chosen, reversals, credits and write-offs keeps every balance as a pure model has it', async () => {
  await fc.assert(
    fc.asyncProperty(acts, async (sequence) => {
      run += 1;
      const code = `B-${run}`;
      await upsertCustomer(ledger.store, erp, customerOf(code));
      const model = new Model();
      for (let at = 0; at < INVOICES; at += 1) await perform(code, model, { act: 'invoice', amount: 10_000 * (at + 1) + at });
      for (const act of sequence) await perform(code, model, act);
      const rows = (await balancesOf(ledger.store)).filter((row) => row.invoice.startsWith(`${code}-`));
      const byPlace = rows.toSorted((a, b) => Number(a.invoice.split('-I')[1]) - Number(b.invoice.split('-I')[1]));
      expect(byPlace.map((row) => [row.amountMinor, row.paidMinor, row.creditedMinor, row.writtenOffMinor])).toEqual(
        model.invoices.map((invoice) => [invoice.amount, invoice.paid, invoice.credited, invoice.off]),
      );
      for (const row of rows) expect([row.sharesPaid, row.sharesCredited]).toEqual([row.paidMinor, row.creditedMinor]);
      const { rows: payments } = await sql<{ unapplied: number; reversed: boolean }>`
        select p.unapplied_minor as unapplied, p.reversed_at is not null as reversed from payment p
        where p.external_id like ${`${code}-P%`} order by p.id`.execute(ledger.store.db);
      expect(payments).toEqual(model.payments.map(({ unapplied, reversed }) => ({ unapplied, reversed })));
    }),
    { numRuns: 40 },
  );
}, 120_000);
