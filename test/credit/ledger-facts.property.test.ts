import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays, addMonths, daysBetween } from '../../domain/platform/calendar.ts';
import type { Facts } from '../../domain/credit/profile.ts';
import { postCreditNote } from '../../store/ledger/credit-notes.ts';
import { collectDossiers } from '../../store/credit/dossier.ts';
import { upsertCustomer } from '../../store/customers/customers.ts';
import { openDispute, resolveDispute } from '../../store/ledger/disputes.ts';
import { postInvoice } from '../../store/ledger/invoices.ts';
import { reversePayment } from '../../store/ledger/payment-changes.ts';
import { postPayment } from '../../store/ledger/payments.ts';
import { momentOf } from '../../store/platform/transaction.ts';
import { writeOff } from '../../store/ledger/write-offs.ts';
import { director, erp } from '../support/actors.ts';
import { openBooks } from '../support/books.ts';
import { customerOf, invoiceOf, paymentOf } from '../support/documents.ts';
import { fc } from '../support/property.ts';
import { runsOf } from '../support/thorough.ts';

const TODAY = '2026-10-10';
let ledger: Awaited<ReturnType<typeof openBooks>>;
beforeAll(async () => {
  ledger = await openBooks();
});
afterAll(() => ledger.close());

/** One invoice and what became of it. Days are before today; money comes `after` days from its issue, or (null) on its due date. */
const told = fc.record({
  issued: fc.integer({ min: 0, max: 900 }),
  terms: fc.integer({ min: 0, max: 120 }),
  amount: fc.integer({ min: 100, max: 9_000_000 }),
  currency: fc.constantFrom('CNY', 'CNY', 'CNY', 'USD'),
  payments: fc.array(
    fc.record({
      share: fc.integer({ min: 1, max: 100 }),
      after: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constant(null)),
      reversed: fc.boolean(),
    }),
    { maxLength: 3 },
  ),
  credit: fc.option(fc.integer({ min: 1, max: 50 }), { nil: null, freq: 3 }),
  writeOff: fc.boolean(),
  dispute: fc.constantFrom(null, null, 'upheld', 'part-upheld', 'rejected'),
});
type Told = typeof told extends fc.Arbitrary<infer T> ? T : never;

/** What the test knows of one invoice, by its own book-keeping. */
interface Item {
  currency: string;
  issued: string;
  due: string;
  amount: number;
  credited: { on: string; minor: number }[];
  paid: { on: string; minor: number }[];
  off: number;
  dispute: string | null;
}

let run = 0;

async function post(code: string, all: readonly Told[]): Promise<Item[]> {
  const { store } = ledger;
  const items: Item[] = [];
  for (const [at, one] of all.entries()) {
    const id = `${code}-I${at}`;
    const issued = addDays(TODAY, -one.issued);
    const due = addDays(issued, one.terms);
    const { currency, amount } = one;
    const instalments = [{ no: 1, amountMinor: amount, dueDate: due, kind: 'other' as const }];
    const put = await postInvoice(
      store,
      erp,
      invoiceOf(id, code, { issueDate: issued, currency, amountMinor: amount, instalments }),
    );
    const receivable = put.receivables[0]?.id ?? '';
    const item: Item = { currency, issued, due, amount, credited: [], paid: [], off: 0, dispute: null };
    let open = amount;
    for (const [no, { share, after, reversed }] of one.payments.entries()) {
      const minor = Math.floor((amount * share) / 100);
      const on = addDays(issued, after ?? one.terms);
      if (minor < 1 || minor > open || on > TODAY) continue;
      const payment = {
        currency,
        amountMinor: minor,
        receivedOn: on,
        allocations: [{ invoice: id, instalment: 1, amountMinor: minor }],
      };
      await postPayment(store, erp, paymentOf(`${id}-P${no}`, code, payment));
      if (reversed) await reversePayment(store, erp, `${id}-P${no}`, { reversedOn: null, reason: 'Bounced' });
      else {
        item.paid.push({ on, minor });
        open -= minor;
      }
    }
    const credit = one.credit === null ? 0 : Math.floor((open * one.credit) / 100);
    if (credit > 0) {
      const note = { customer: code, invoice: id, currency, issuedOn: issued, reason: 'Returned', amountMinor: credit };
      await postCreditNote(store, erp, { externalId: `${id}-N`, ...note });
      item.credited.push({ on: issued, minor: credit });
      open -= credit;
    }
    if (one.dispute && open > 0) {
      const dispute = await openDispute(store, erp, receivable, { amount: '0.01', category: 'price', note: '' }, null);
      await resolveDispute(store, director, dispute.id, {
        state: one.dispute as 'upheld',
        note: 'x',
        reason: null,
        agreed: false,
      });
      item.dispute = one.dispute;
    }
    if (one.writeOff && open > 0) {
      await writeOff(store, director, receivable, { amount: null, reason: 'Gone' });
      item.off = open;
    }
    items.push(item);
  }
  return items;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
/** Half away from zero; operands of this test stay far inside the exact range of doubles. */
const half = (value: number, digits: number): number => {
  const scaled = Math.round(Math.abs(value) * 10 ** digits * (1 + Number.EPSILON * 4));
  return (value < 0 && scaled > 0 ? -scaled : scaled) / 10 ** digits;
};

/** The same facts, calculated item by item from the words of their definitions. */
function expected(items: readonly Item[]): Record<string, unknown> {
  const yearAgo = addMonths(TODAY, -12);
  const currencies = [...new Set(items.map((item) => item.currency))];
  const openOf = (i: Item) => i.amount - sum(i.credited.map((c) => c.minor)) - sum(i.paid.map((p) => p.minor)) - i.off;
  const late = (i: Item): { weight: number; days: number; onTime: number } => {
    const owed = i.amount - sum(i.credited.map((c) => c.minor));
    const unpaid = owed - sum(i.paid.map((p) => p.minor));
    const age = daysBetween(i.due, TODAY);
    if (i.due <= yearAgo) return { weight: openOf(i), days: openOf(i) * age, onTime: 0 };
    const days = sum(i.paid.map((p) => p.minor * Math.max(0, daysBetween(i.due, p.on)))) + unpaid * age;
    return { weight: owed, days, onTime: sum(i.paid.filter((p) => p.on <= i.due).map((p) => p.minor)) };
  };
  const fallen = items.filter((i) => i.due < TODAY);
  const dbt = (of: readonly Item[]): number[] =>
    currencies.flatMap((currency) => {
      const parts = of.filter((i) => i.currency === currency).map(late);
      const weight = sum(parts.map((p) => p.weight));
      return weight > 0 ? [half(sum(parts.map((p) => p.days)) / weight, 1)] : [];
    });
  const recent = fallen.filter((i) => i.due > addMonths(TODAY, -3));
  const before = fallen.filter((i) => i.due <= addMonths(TODAY, -3) && i.due > yearAgo);
  const sold = items.filter((i) => i.issued > yearAgo);
  const by = (of: (currency: string) => number | null): Record<string, number> | undefined => {
    const known = currencies.map((c) => [c, of(c)] as const).filter(([, value]) => value !== null);
    return known.length > 0 ? (Object.fromEntries(known) as Record<string, number>) : undefined;
  };
  const invoiced = (c: string, from = yearAgo, to = TODAY) =>
    sum(sold.filter((i) => i.currency === c && i.issued > from && i.issued <= to).map((i) => i.amount));
  const notes = (c: string) =>
    sum(items.filter((i) => i.currency === c).flatMap((i) => i.credited.filter((n) => n.on > yearAgo).map((n) => n.minor)));
  const first = items.map((i) => i.issued).sort()[0];
  const months = first === undefined ? 0 : wholeMonths(first);
  const traded = (c: string) => sold.some((i) => i.currency === c);
  const worst = (values: readonly number[], pick: (...v: number[]) => number) =>
    values.length > 0 ? pick(...values) : undefined;
  const shares = (of: (c: string) => [number, number]) =>
    currencies.flatMap((c) => {
      const [part, whole] = of(c);
      return whole > 0 ? [half(part / whole, 4)] : [];
    });
  const weights = (c: string) => sum(fallen.filter((i) => i.currency === c).map((i) => late(i).weight));
  const overdue = fallen.filter((i) => openOf(i) > 0);
  return {
    daysBeyondTerms: worst(dbt(fallen), Math.max),
    daysBeyondTermsRecent: worst(dbt(recent), Math.max),
    daysBeyondTermsBefore: worst(dbt(before), Math.max),
    onTimeShare: worst(
      shares((c) => [sum(fallen.filter((i) => i.currency === c).map((i) => late(i).onTime)), weights(c)]),
      Math.min,
    ),
    overdueShare: worst(
      shares((c) => [
        sum(overdue.filter((i) => i.currency === c).map(openOf)),
        sum(items.filter((i) => i.currency === c).map(openOf)),
      ]),
      Math.max,
    ),
    oldestOverdueDays: overdue.length > 0 ? Math.max(...overdue.map((i) => daysBetween(i.due, TODAY))) : 0,
    disputesUpheld: items.filter((i) => i.dispute === 'upheld' || i.dispute === 'part-upheld').length,
    disputesRejected: items.filter((i) => i.dispute === 'rejected').length,
    tradeMonths: months,
    invoicesLastYear: sold.length,
    salesLastYear: by((c) => (traded(c) ? Math.max(0, invoiced(c) - notes(c)) : null)),
    averageMonthlySales: by((c) =>
      traded(c) ? Math.round(Math.max(0, invoiced(c) - notes(c)) / Math.min(12, Math.max(1, months))) : null,
    ),
    salesGrowth: worst(
      currencies.flatMap((c) => {
        const [now, then] = [invoiced(c, addMonths(TODAY, -6)), invoiced(c, yearAgo, addMonths(TODAY, -6))];
        return then > 0 ? [half((now - then) / then, 4)] : [];
      }),
      Math.min,
    ),
    returnsShare: worst(
      shares((c) => [notes(c), invoiced(c)]),
      Math.max,
    ),
    medianOrder: by((c) => {
      const sorted = sold.filter((i) => i.currency === c).map((i) => i.amount);
      sorted.sort((a, b) => a - b);
      return sorted.length >= 3 ? (sorted[Math.ceil(sorted.length / 2) - 1] ?? 0) : null;
    }),
  };
}

function wholeMonths(from: string): number {
  let months = 0;
  while (addMonths(from, months + 1) <= TODAY) months += 1;
  return months;
}

const shown = (facts: Facts, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, facts[name as keyof Facts]?.value]));

test('facts of the ledger equal an independent calculation, for each of several customers at once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(told, { maxLength: 9 }), { minLength: 2, maxLength: 3 }), async (ledgers) => {
      run += 1;
      const { store } = ledger;
      const wanted: [string, Item[]][] = [];
      for (const [at, all] of ledgers.entries()) {
        const code = `L-${run}-${at}`;
        const { id } = await upsertCustomer(store, erp, customerOf(code));
        wanted.push([id, await post(code, all)]);
      }
      // Rows of others must not leak in, and who has no documents is answered too.
      const at = await momentOf(store.db, store);
      const dossiers = await collectDossiers(
        store.db,
        store,
        at,
        wanted.map(([id]) => id),
      );
      expect(dossiers.size).toBe(wanted.length);
      for (const [id, items] of wanted) {
        const facts = dossiers.get(id) ?? {};
        const should = expected(items);
        expect(shown(facts, Object.keys(should))).toEqual(should);
        expect(facts.tradeMonths).toMatchObject({ source: 'ledger', asOf: TODAY });
      }
    }),
    { numRuns: runsOf(8, 25) },
  );
}, 300_000);

test('promises, cases and stages count as the books have them', async () => {
  const { store } = ledger;
  const { id } = await upsertCustomer(store, erp, customerOf('P-1'));
  const { receivables } = await postInvoice(store, erp, invoiceOf('P-1-I', 'P-1'));
  for (const [state, dueOn] of [
    ['kept', '2026-05-01'],
    ['kept', '2025-10-10'],
    ['part-kept', '2026-05-02'],
    ['broken', '2026-05-03'],
    ['broken', '2025-10-11'],
    ['pending', '2026-11-03'],
  ] as const)
    await sql`insert into promise (receivable_id, customer_id, amount_minor, due_on, state, made_at, made_by)
      values (${receivables[0]?.id}, ${id}, 1, ${dueOn}, ${state}, '2025-10-01T00:00:00Z', 'x')`.execute(store.db);
  for (const [state, opened] of [
    ['closed', '2024-10-10T15:59:59Z'],
    ['closed', '2024-10-10T16:00:00Z'],
    ['demand', '2026-10-01T00:00:00Z'],
  ] as const)
    await sql`insert into legal_case (customer_id, currency, state, opened_at) values (${id}, 'CNY', ${state}, ${opened})`.execute(
      store.db,
    );
  await sql`update receivable set stage = 'reminder' where customer_id = ${id}`.execute(store.db);
  const facts = (await collectDossiers(store.db, store, await momentOf(store.db, store), [id])).get(id) ?? {};
  expect(shown(facts, ['promisesKeptShare', 'brokenPromises', 'legalCases', 'collectionStage'])).toEqual({
    promisesKeptShare: 0.25,
    brokenPromises: 2,
    legalCases: 2,
    collectionStage: 'reminder',
  });
});
