import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { allocateCreditNote, reverseCreditNote } from '../../store/ledger/credit-note-changes.ts';
import { postCreditNote } from '../../store/ledger/credit-notes.ts';
import { upsertCustomer } from '../../store/customers/customers.ts';
import { postInvoice } from '../../store/ledger/invoices.ts';
import { reversePayment } from '../../store/ledger/payment-changes.ts';
import { postPayment } from '../../store/ledger/payments.ts';
import { reverseRefund } from '../../store/ledger/refund-reversals.ts';
import { postRefund } from '../../store/ledger/refunds.ts';
import { reverseWriteOff, writeOff } from '../../store/ledger/write-offs.ts';
import { director, erp } from '../support/actors.ts';
import { balancesOf, openBooks } from '../support/books.ts';
import { customerOf, invoiceOf, paymentOf } from '../support/documents.ts';
import { Model } from '../support/money-model.ts';
import type { ModelSource } from '../support/money-model.ts';
import { fc } from '../support/property.ts';
import { runsOf } from '../support/thorough.ts';

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
  | { act: 'part-back'; payment: number; amount: number }
  | { act: 'credit'; invoice: number; amount: number; onAccount: boolean }
  | { act: 'note-back'; note: number }
  | { act: 'note-apply'; note: number }
  | { act: 'refund'; amount: number; payment: number | null }
  | { act: 'refund-back'; refund: number }
  | { act: 'write-off'; invoice: number }
  | { act: 'restore'; writeOff: number };

const amount = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 60_000 }));
const place = fc.nat({ max: 5 });
const acts = fc.array(
  fc.oneof<fc.Arbitrary<Act>[]>(
    fc.record({ act: fc.constant('pay'), amount }),
    fc.record({ act: fc.constant('choose'), invoice: place, amount, more: fc.nat({ max: 500 }) }),
    fc.record({ act: fc.constant('reverse'), payment: place }),
    fc.record({ act: fc.constant('part-back'), payment: place, amount }),
    fc.record({ act: fc.constant('credit'), invoice: place, amount, onAccount: fc.boolean() }),
    fc.record({ act: fc.constant('note-back'), note: place }),
    fc.record({ act: fc.constant('note-apply'), note: place }),
    fc.record({ act: fc.constant('refund'), amount, payment: fc.option(place, { nil: null }) }),
    fc.record({ act: fc.constant('refund-back'), refund: place }),
    fc.record({ act: fc.constant('write-off'), invoice: place }),
    fc.record({ act: fc.constant('restore'), writeOff: place }),
    fc.record({ act: fc.constant('invoice'), amount }),
  ),
  { minLength: 3, maxLength: 16 },
);

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
      return model.arrive(act.amount);
    }
    case 'pay':
    case 'choose': {
      const at = act.act === 'choose' ? pick(act.invoice) : 0;
      const whole = act.act === 'choose' ? act.amount + act.more : act.amount;
      const chosen = act.act === 'choose' ? { invoice: at, amount: act.amount } : null;
      const allocations = chosen && [{ invoice: id(at), instalment: 1, amountMinor: act.amount }];
      const posting = postPayment(
        store,
        erp,
        paymentOf(`${code}-P${model.payments.length}`, code, { amountMinor: whole, allocations }),
      );
      if (chosen && act.amount > model.open(at) + (model.invoices[at]?.off ?? 0))
        return expectRefusal(posting, 'amount-exceeds-open');
      await posting;
      const payment = model.source('paid', whole);
      model.payments.push(payment);
      return model.lay(payment, chosen);
    }
    case 'reverse':
    case 'part-back': {
      const at = act.payment % Math.max(1, model.payments.length);
      const payment = model.payments[at];
      if (!payment) return;
      const part = act.act === 'part-back' ? act.amount : null;
      const text = part === null ? null : (part / 100).toFixed(2);
      const reversal = reversePayment(store, erp, `${code}-P${at}`, { reversedOn: null, reason: null, amount: text });
      if (payment.reversed) return expectRefusal(reversal, 'already-reversed');
      if (part !== null && part > model.left(payment)) return expectRefusal(reversal, 'amount-exceeds-payment');
      const whole = part === null || part === model.left(payment);
      if (whole && payment.refunded > 0) return expectRefusal(reversal, 'has-refund');
      await reversal;
      if (whole) return model.reverse(payment);
      model.take(payment, part);
      payment.returned += part;
      return;
    }
    case 'credit': {
      const at = pick(act.invoice);
      const base = { customer: code, invoice: id(at), currency: 'CNY', issuedOn: '2026-10-01', reason: 'x' };
      const document = { externalId: `${code}-N${model.notes.length}`, amountMinor: act.amount, ...base };
      const posting = postCreditNote(store, erp, { ...document, ...(act.onAccount && { onAccount: true }) });
      if (!act.onAccount && act.amount > model.creditable(at)) return expectRefusal(posting, 'credit-exceeds-invoice');
      const note = model.source('credited', act.amount, at);
      model.put(note, at, Math.min(act.amount, model.open(at) + (model.invoices[at]?.off ?? 0)));
      model.notes.push(note);
      expect((await posting).unappliedMinor).toBe(note.unapplied);
      return;
    }
    case 'note-back':
    case 'note-apply': {
      const at = act.note % Math.max(1, model.notes.length);
      const note = model.notes[at];
      if (!note) return;
      const code_ = `${code}-N${at}`;
      if (act.act === 'note-apply') {
        const applied = allocateCreditNote(store, erp, code_, () => null, null);
        if (note.reversed) return expectRefusal(applied, 'note-reversed');
        if (note.unapplied === 0) return expectRefusal(applied, 'nothing-unapplied');
        await applied;
        return model.lay(note, null);
      }
      const reversal = reverseCreditNote(store, erp, code_, { reversedOn: null, reason: 'x' });
      if (note.reversed) return expectRefusal(reversal, 'note-reversed');
      if (note.refunded > 0) return expectRefusal(reversal, 'has-refund');
      await reversal;
      return model.reverse(note);
    }
    case 'refund': {
      const at = act.payment === null ? null : act.payment % Math.max(1, model.payments.length);
      const of = at === null ? null : model.payments[at];
      if (of === undefined) return;
      const from = { payment: at === null ? null : `${code}-P${at}`, creditNote: null };
      const base = { customer: code, currency: 'CNY', paidOn: '2026-10-10', reason: 'x', amountMinor: act.amount };
      const posting = postRefund(store, erp, { externalId: `${code}-F${model.refunds.length}`, ...base, ...from });
      const all = [...model.payments, ...model.notes].reduce((sum, one) => sum + one.unapplied, 0);
      if (of?.reversed === true) return expectRefusal(posting, 'already-reversed');
      if (act.amount > (of ? model.left(of) : all)) return expectRefusal(posting, 'amount-exceeds-unapplied');
      await posting;
      return model.refund(act.amount, of);
    }
    case 'refund-back': {
      const at = act.refund % Math.max(1, model.refunds.length);
      const refund = model.refunds[at];
      if (!refund) return;
      const reversal = reverseRefund(store, erp, `${code}-F${at}`, { reversedOn: null, reason: 'x' });
      if (refund.reversed) return expectRefusal(reversal, 'refund-reversed');
      await reversal;
      return model.refundBack(refund);
    }
    case 'write-off': {
      const at = pick(act.invoice);
      const off = writeOff(store, director, id(at), { amount: null, reason: 'x' });
      if (model.open(at) === 0) return expectRefusal(off, 'receivable-closed');
      model.writeOffs.push({ id: (await off).writeOff, invoice: at, amount: model.open(at), reversed: false });
      Object.assign(model.invoices[at] ?? {}, { off: (model.invoices[at]?.off ?? 0) + model.open(at) });
      return;
    }
    case 'restore': {
      const at = act.writeOff % Math.max(1, model.writeOffs.length);
      const one = model.writeOffs[at];
      if (!one) return;
      const restored = reverseWriteOff(store, director, one.id, 'x');
      if (one.reversed) return expectRefusal(restored, 'already-reversed');
      await restored;
      model.restore(at);
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

test('any order of payments, part, over and chosen, reversals, credits on invoices and on account, refunds, write-offs and their taking back keeps every balance as a pure model has it', async () => {
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
      const { rows: sources } = await sql<{ id: string; figures: unknown }>`
        select external_id as id, jsonb_build_array(unapplied_minor, refunded_minor, returned_minor, reversed_at is not null) as figures from payment
          where external_id like ${`${code}-P%`}
        union all select external_id, jsonb_build_array(unapplied_minor, refunded_minor, 0, reversed_at is not null) from credit_note
          where external_id like ${`${code}-N%`}`.execute(ledger.store.db);
      const figures = ({ unapplied, refunded, returned, reversed }: ModelSource) => [unapplied, refunded, returned, reversed];
      const modelled = [
        ...model.payments.map((one, at) => [`${code}-P${at}`, figures(one)]),
        ...model.notes.map((one, at) => [`${code}-N${at}`, figures(one)]),
      ];
      expect(Object.fromEntries(sources.map((row) => [row.id, row.figures]))).toEqual(Object.fromEntries(modelled));
      const waiting = [...model.payments, ...model.notes].filter((one) => one.unapplied > 0).length;
      const { rows: tasks } = await sql<{ n: number }>`
        select count(*)::int as n from work_order o join customer c on c.id = o.customer_id
        where c.external_id = ${code} and o.kind = 'unapplied-money' and o.closed_at is null`.execute(ledger.store.db);
      expect(tasks[0]?.n).toBe(waiting);
    }),
    { numRuns: runsOf(16, 40) },
  );
}, 120_000);

type DiscountAct =
  | { act: 'pay'; invoice: number; amount: number; inTime: boolean }
  | { act: 'back'; payment: number; part: number | null }
  | { act: 'credit'; invoice: number; amount: number }
  | { act: 'note-back'; note: number }
  | { act: 'refund'; payment: number; amount: number };
const deducted = fc.constantFrom(9_800, 4_900, 5_000, 200, 100, 10_000, 8_820);
const discountActs = fc.array(
  fc.oneof<fc.Arbitrary<DiscountAct>[]>(
    fc.record({ act: fc.constant('pay'), invoice: place, amount: fc.oneof(deducted, amount), inTime: fc.boolean() }),
    fc.record({ act: fc.constant('back'), payment: place, part: fc.option(deducted, { nil: null }) }),
    fc.record({ act: fc.constant('credit'), invoice: place, amount: fc.constantFrom(1_000, 10_000) }),
    fc.record({ act: fc.constant('note-back'), note: place }),
    fc.record({ act: fc.constant('refund'), payment: place, amount: deducted }),
  ),
  { minLength: 3, maxLength: 12 },
);

test('a discount is granted only for money in time and only where it closes the debt, goes with the money that earned it, and no cent is lost', async () => {
  const { store } = ledger;
  await fc.assert(
    fc.asyncProperty(discountActs, async (sequence) => {
      const code = `D${(run += 1)}`;
      const terms = { days: 60, from: 'invoiceDate' as const, discountPercent: '2', discountDays: 10 };
      await upsertCustomer(store, erp, customerOf(code, { terms }));
      for (const at of [0, 1])
        await postInvoice(store, erp, invoiceOf(`${code}-I${at}`, code, { amountMinor: 10_000, issueDate: '2026-09-07', terms }));
      let payments = 0;
      let notes = 0;
      const done = async (one: DiscountAct): Promise<unknown> => {
        switch (one.act) {
          case 'pay': {
            const receivedOn = one.inTime ? '2026-09-16' : '2026-10-09';
            const more = { amountMinor: one.amount, receivedOn, reference: `${code}-I${one.invoice % 2}` };
            return postPayment(store, erp, paymentOf(`${code}-P${(payments += 1)}`, code, more));
          }
          case 'back': {
            const text = one.part === null ? null : (one.part / 100).toFixed(2);
            return reversePayment(store, erp, `${code}-P${one.payment}`, { reversedOn: null, reason: null, amount: text });
          }
          case 'credit': {
            const base = { customer: code, invoice: `${code}-I${one.invoice % 2}`, currency: 'CNY', issuedOn: '2026-09-10' };
            return postCreditNote(store, erp, {
              externalId: `${code}-N${(notes += 1)}`,
              amountMinor: one.amount,
              ...base,
              reason: `${notes}`,
            });
          }
          case 'note-back':
            return reverseCreditNote(store, erp, `${code}-N${one.note}`, { reversedOn: null, reason: 'x' });
          case 'refund': {
            const base = { customer: code, currency: 'CNY', paidOn: '2026-10-10', creditNote: null, reason: 'x' };
            const refund = {
              externalId: `${code}-R${(notes += 1)}`,
              amountMinor: one.amount,
              payment: `${code}-P${one.payment}`,
            };
            return postRefund(store, erp, { ...refund, ...base });
          }
        }
      };
      for (const one of sequence)
        await done(one).catch((error: unknown) => {
          if (!(error instanceof Refusal)) throw error;
        });
      const rows = (await balancesOf(store)).filter((row) => row.invoice.startsWith(`${code}-`));
      for (const row of rows) {
        const { rows: found } = await sql<{ granted: number; inTime: number }>`
          select coalesce(sum(a.amount_minor) filter (where a.basis = 'discount'), 0)::bigint as granted,
            coalesce(sum(a.amount_minor) filter (where a.payment_id is not null and a.value_date <= '2026-09-20'), 0)::bigint as "inTime"
          from allocation a join receivable r on r.id = a.receivable_id join invoice i on i.id = r.invoice_id
          where i.external_id = ${row.invoice} and a.reversed_at is null`.execute(store.db);
        const { granted = 0, inTime = 0 } = found[0] ?? {};
        expect([row.sharesPaid, row.sharesCredited]).toEqual([row.paidMinor, row.creditedMinor]);
        const open = row.amountMinor - row.paidMinor - row.creditedMinor - row.writtenOffMinor;
        expect(open).toBeGreaterThanOrEqual(0);
        const credited = row.creditedMinor - granted;
        const whole = Math.floor(((row.amountMinor - credited) * 200) / 10_000);
        const earned = inTime >= row.amountMinor - credited - whole ? whole : Math.floor((inTime * 200) / 9_800);
        const left = open + granted;
        expect(granted).toBe(left > 0 && row.paidMinor > 0 && left <= earned ? left : 0);
      }
      const { rows: sums } = await sql<{ lost: number }>`
        select coalesce(sum(p.amount_minor - p.unapplied_minor - p.refunded_minor - p.returned_minor - coalesce((
          select sum(a.amount_minor) from allocation a where a.payment_id = p.id and a.reversed_at is null), 0)), 0)::bigint as lost
        from payment p where p.external_id like ${`${code}-P%`} and p.reversed_at is null`.execute(store.db);
      expect(sums[0]?.lost).toBe(0);
    }),
    { numRuns: runsOf(10, 25) },
  );
}, 120_000);
