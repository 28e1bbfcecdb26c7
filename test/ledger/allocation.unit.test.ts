import { describe, expect, it } from 'vitest';
import { addDays } from '../../domain/platform/calendar.ts';
import { allocate, allocationRule } from '../../domain/ledger/allocation.ts';
import type { AllocationRequest, OpenItem } from '../../domain/ledger/allocation.ts';
import { documentsNamedBy } from '../../domain/ledger/reference.ts';
import { fc } from '../support/property.ts';

const today = '2026-10-05';
const item = (invoice: string, more: Partial<OpenItem> = {}): OpenItem => ({
  disputedMinor: 0,
  writtenOffMinor: 0,
  receivableId: `${invoice}/${more.instalment ?? 1}`,
  invoice,
  number: invoice,
  instalment: 1,
  dueDate: '2026-10-01',
  issueDate: '2026-09-01',
  openMinor: 100,
  secured: false,
  burden: 0,
  ...more,
});
const spread = (request: Partial<AllocationRequest>): Record<string, number> | string => {
  const result = allocate({ amountMinor: 100, items: [], today, ...request });
  if (!result.ok) return result.index === undefined ? result.code : `${result.code} at ${result.index}`;
  const lines = result.allocations.map(({ receivableId, amountMinor }) => [receivableId, amountMinor] as const);
  return Object.fromEntries(result.unappliedMinor === 0 ? lines : [...lines, ['unapplied', result.unappliedMinor]]);
};

describe('the order of Civil Code 560', () => {
  const heavy = { burden: 9, dueDate: '2026-09-30' };
  it.each<[string, OpenItem[], Record<string, number>]>([
    [
      'due before not due, however heavy',
      [item('A', { dueDate: '2026-10-06', burden: 9 }), item('B', { secured: true })],
      { 'B/1': 100 },
    ],
    ['due today is due', [item('A', { dueDate: '2026-10-06' }), item('B', { dueDate: today })], { 'B/1': 100 }],
    ['unsecured before secured, however heavy or old', [item('A', { ...heavy, secured: true }), item('B')], { 'B/1': 100 }],
    ['heaviest before oldest', [item('A', { dueDate: '2020-01-01' }), item('B', { burden: 1 })], { 'B/1': 100 }],
    [
      'oldest due date, not oldest invoice',
      [item('A', { issueDate: '2020-01-01' }), item('B', { dueDate: '2026-09-30' })],
      { 'B/1': 100 },
    ],
    ['pro rata among equals', [item('A', { openMinor: 150 }), item('B', { openMinor: 50 })], { 'A/1': 75, 'B/1': 25 }],
    [
      'among debts not yet due, the same order',
      [item('A', { dueDate: '2026-12-01' }), item('B', { dueDate: '2026-11-01' })],
      { 'B/1': 100 },
    ],
    [
      'what is over goes to the next',
      [item('A', { openMinor: 60 }), item('B', { dueDate: '2026-11-01', openMinor: 200 })],
      { 'A/1': 60, 'B/1': 40 },
    ],
    ['what is over all is unapplied', [item('A', { openMinor: 60 })], { 'A/1': 60, unapplied: 40 }],
    ['nothing open', [item('A', { openMinor: 0 })], { unapplied: 100 }],
  ])('%s', (_, items, expected) => {
    expect(spread({ items })).toEqual(expected);
    expect(spread({ items: items.toReversed() })).toEqual(expected);
  });

  it('the last minor units go by largest remainder, ties by invoice, then instalment', () => {
    const three = [item('C', { openMinor: 90 }), item('A', { instalment: 2, openMinor: 90 }), item('A', { openMinor: 90 })];
    expect(spread({ items: three })).toEqual({ 'A/1': 34, 'A/2': 33, 'C/1': 33 });
    expect(spread({ items: [item('A', { openMinor: 1 }), item('B', { openMinor: 200 })] })).toEqual({ 'B/1': 100 });
    const bigs = [item('A', { openMinor: 9_000_000_000_000_001 }), item('B', { openMinor: 3 })];
    expect(spread({ amountMinor: 9_000_000_000_000_003, items: bigs })).toEqual({ 'A/1': 9_000_000_000_000_000, 'B/1': 3 });
  });

  it('names its article for users', () => {
    expect(allocationRule.article.en).toBe('Civil Code, art. 560');
    expect(allocationRule.order.map((step) => step.id)).toEqual([
      'debtors-choice',
      'exact-amount',
      'due',
      'least-secured',
      'heaviest',
      'oldest-due',
      'pro-rata',
      'disputed',
      'written-off',
    ]);
  });
});

describe('the amount as a choice, disputes and write-offs', () => {
  const due = { dueDate: '2026-09-01' };
  it.each<[string, number, OpenItem[], Record<string, number>]>([
    ['exactly one undisputed item', 70, [item('A', { ...due, disputedMinor: 100 }), item('B', { openMinor: 70 })], { 'B/1': 70 }],
    ['exactly the undisputed part of one', 70, [item('A', due), item('B', { disputedMinor: 30 })], { 'B/1': 70 }],
    ['of several that are exact, the first by law', 100, [item('A'), item('B', due)], { 'B/1': 100 }],
    [
      'exactly an invoice in instalments',
      100,
      [item('A', { ...due, openMinor: 80 }), item('B', { openMinor: 40 }), item('B', { instalment: 2, openMinor: 60 })],
      { 'B/1': 40, 'B/2': 60 },
    ],
    [
      'an item in dispute is never meant by its amount',
      100,
      [item('A', { ...due, disputedMinor: 100 }), item('B', { openMinor: 130 })],
      { 'B/1': 100 },
    ],
    [
      'undisputed parts before disputed ones, whichever is older',
      120,
      [item('A', { ...due, disputedMinor: 90 }), item('B')],
      { 'A/1': 20, 'B/1': 100 },
    ],
    ['disputed parts when nothing else is open', 60, [item('A', { disputedMinor: 100 })], { 'A/1': 60 }],
    [
      'what was written off comes after all that is open',
      150,
      [item('A', { ...due, openMinor: 0, writtenOffMinor: 500 }), item('B')],
      { 'A/1': 50, 'B/1': 100 },
    ],
    [
      'what was written off is still owed',
      150,
      [item('A', { openMinor: 20, writtenOffMinor: 80 })],
      { 'A/1': 100, unapplied: 50 },
    ],
  ])('%s', (_, amountMinor, items, expected) => {
    expect(spread({ amountMinor, items })).toEqual(expected);
    expect(spread({ amountMinor, items: items.toReversed() })).toEqual(expected);
  });

  it('a named debt is paid though it is disputed or written off', () => {
    const items = [item('INV-1', { disputedMinor: 100 }), item('INV-2', { openMinor: 0, writtenOffMinor: 100 }), item('INV-3')];
    expect(spread({ items, reference: 'INV-1' })).toEqual({ 'INV-1/1': 100 });
    expect(spread({ items, reference: 'INV-2' })).toEqual({ 'INV-2/1': 100 });
    expect(spread({ items, given: [{ invoice: 'INV-2', amountMinor: 60 }], amountMinor: 60 })).toEqual({ 'INV-2/1': 60 });
    expect(spread({ items, given: [{ invoice: 'INV-2', amountMinor: 101 }], amountMinor: 200 })).toBe('amount-exceeds-open at 0');
  });
});

describe("the debtor's choice", () => {
  const items = [
    item('INV-1', { instalment: 2, dueDate: '2026-11-01', openMinor: 50 }),
    item('INV-1', { dueDate: '2026-10-10', openMinor: 50 }),
    item('INV-2', { dueDate: '2026-01-01' }),
  ];

  it.each<[string, Partial<AllocationRequest>, Record<string, number> | string]>([
    [
      'a given instalment comes first',
      { given: [{ invoice: 'INV-1', instalment: 2, amountMinor: 50 }] },
      { 'INV-1/2': 50, 'INV-2/1': 50 },
    ],
    [
      'a given invoice goes over its instalments by due date',
      { given: [{ invoice: 'INV-1', amountMinor: 70 }] },
      { 'INV-1/1': 50, 'INV-1/2': 20, 'INV-2/1': 30 },
    ],
    ['a reference comes first', { reference: 'payment for inv-1, thanks' }, { 'INV-1/1': 50, 'INV-1/2': 50 }],
    [
      'what is over a named invoice follows the law',
      { amountMinor: 150, reference: '货款INV-1。' },
      { 'INV-1/1': 50, 'INV-1/2': 50, 'INV-2/1': 50 },
    ],
    [
      'a given line silences the reference',
      { reference: 'INV-1', given: [{ invoice: 'INV-2', amountMinor: 10 }] },
      { 'INV-2/1': 100 },
    ],
    ['an empty choice is none', { reference: 'INV-1', given: [] }, { 'INV-1/1': 50, 'INV-1/2': 50 }],
    ['no word of an invoice', { reference: 'thanks' }, { 'INV-2/1': 100 }],
    [
      'over the open amount',
      {
        given: [
          { invoice: 'INV-2', amountMinor: 1 },
          { invoice: 'INV-1', instalment: 1, amountMinor: 51 },
        ],
      },
      'amount-exceeds-open at 1',
    ],
    [
      'over the open amount in two lines',
      {
        given: [
          { invoice: 'INV-1', instalment: 1, amountMinor: 30 },
          { invoice: 'INV-1', instalment: 1, amountMinor: 21 },
        ],
      },
      'amount-exceeds-open at 1',
    ],
    ['over the invoice', { amountMinor: 500, given: [{ invoice: 'INV-1', amountMinor: 101 }] }, 'amount-exceeds-open at 0'],
    [
      'over the payment',
      {
        given: [
          { invoice: 'INV-2', amountMinor: 60 },
          { invoice: 'INV-1', amountMinor: 41 },
        ],
      },
      'amount-exceeds-payment at 1',
    ],
    ['an unknown invoice', { given: [{ invoice: 'INV-9', amountMinor: 1 }] }, 'invoice-unknown at 0'],
    ['an unknown instalment', { given: [{ invoice: 'INV-1', instalment: 3, amountMinor: 1 }] }, 'receivable-unknown at 0'],
    ['a given nothing', { given: [{ invoice: 'INV-1', amountMinor: 0 }] }, 'amount-not-positive at 0'],
    ['a given fraction', { given: [{ invoice: 'INV-1', amountMinor: 0.5 }] }, 'amount-too-large at 0'],
    ['a payment of nothing', { amountMinor: 0 }, 'amount-not-positive'],
    ['a negative payment', { amountMinor: -1 }, 'amount-not-positive'],
    ['a payment past the safe integers', { amountMinor: 2 ** 53 }, 'amount-too-large'],
  ])('%s', (_, more, expected) => {
    expect(spread({ items, ...more })).toEqual(expected);
  });
});

describe('a reference names', () => {
  it.each<[string, string[], string[]]>([
    ['INV-1', ['INV-1', 'INV-10'], ['INV-1']],
    ['INV-10', ['INV-1', 'INV-10'], ['INV-10']],
    ['INV-1-2', ['INV-1'], []],
    ['INV-1-2 and INV-1', ['INV-1', 'INV-1-2'], ['INV-1', 'INV-1-2']],
    ['inv-1/INV-2', ['INV-1', 'INV-2'], ['INV-1', 'INV-2']],
    ['\uff29\uff2e\uff36\uff0d\uff11', ['INV-1'], ['INV-1']],
    ['支付发票611365号', ['611365', '61136'], ['611365']],
    ['payment 1 of 2', ['1', '2'], []],
    [' 7 ', ['7'], ['7']],
    ['2026-001.', ['2026-001'], ['2026-001']],
    ['RE-2026-001', ['2026-001'], []],
    ['2026/001', ['2026', '2026/001'], ['2026/001']],
    ['', ['INV-1', ''], []],
    ['No.611365', ['611365'], ['611365']],
    ['No.611365.2', ['611365'], []],
    ['A1.611365', ['611365'], []],
  ])('%j, of %j, names %j', (reference, invoices, named) => {
    const documents = invoices.map((invoice) => ({ key: invoice, names: [invoice] }));
    expect([...documentsNamedBy(reference, documents)].toSorted()).toEqual(named);
  });

  it.each<[string, string, string[]]>([
    ['by the printed number', 'Invoice 31002200000002', ['K-2']],
    ["by the sender's id", 'K-2', ['K-2']],
    ['by both, once', 'K-2 (31002200000002)', ['K-2']],
    ['whole numbers only', '310022000000021 3100220000000', []],
    ['not by a number that two bear', '31002200000009', []],
    ['one by its number, another by its id', '31002200000002 K-3', ['K-2', 'K-3']],
    ['beside Chinese text and full-width digits', '货款发票３１００２２０００００００２号', ['K-2']],
  ])('an invoice %s: %j', (_, reference, named) => {
    const documents = [
      { key: 'K-2', names: ['K-2', '31002200000002'] },
      { key: 'K-3', names: ['K-3', '31002200000009'] },
      { key: 'K-4', names: ['K-4', '31002200000009'] },
    ];
    expect([...documentsNamedBy(reference, documents)].toSorted()).toEqual(named);
  });
});

describe('in every case', () => {
  const anyItems = fc
    .array(
      fc.record({
        invoice: fc.constantFrom('INV-1', 'INV-2', 'INV-3', 'INV-4'),
        due: fc.integer({ min: -3, max: 3 }),
        openMinor: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 2 ** 48 })),
        disputedMinor: fc.constant(0),
        writtenOffMinor: fc.constant(0),
        secured: fc.boolean(),
        burden: fc.integer({ min: 0, max: 1 }),
      }),
      { maxLength: 12 },
    )
    .map((rows) =>
      rows.map(({ due, ...row }, n) => item(row.invoice, { ...row, instalment: n + 1, dueDate: addDays(today, due) })),
    );
  /** The same, some of it in dispute or written off. */
  const troubled = fc.tuple(anyItems, fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { minLength: 12 })).map(([items, troubles]) =>
    items.map((one, n) => {
      const [disputed = 0, writtenOffMinor = 0] = troubles[n] ?? [];
      return { ...one, disputedMinor: Math.min(disputed, one.openMinor), writtenOffMinor };
    }),
  );
  const anyAmount = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 2 ** 50 }));
  const anyReference = fc.option(fc.constantFrom('INV-2', 'INV-3 INV-1', 'none'), { nil: undefined });
  const anyGiven = fc.array(
    fc.record({ invoice: fc.constantFrom('INV-1', 'INV-2'), amountMinor: fc.integer({ min: 1, max: 30 }) }),
    { maxLength: 3 },
  );

  it('money is conserved, no item gets more than is open, nothing is left while something is open', () => {
    fc.assert(
      fc.property(troubled, anyAmount, anyReference, anyGiven, (items, amountMinor, reference, given) => {
        const result = allocate({ amountMinor, reference, given, items, today });
        if (!result.ok) {
          expect(given.length).toBeGreaterThan(result.index ?? Infinity);
          return;
        }
        const taken = result.allocations.reduce((sum, line) => sum + line.amountMinor, 0);
        expect(taken + result.unappliedMinor).toBe(amountMinor);
        expect(taken).toBe(
          Math.min(
            amountMinor,
            items.reduce((sum, open) => sum + open.openMinor + open.writtenOffMinor, 0),
          ),
        );
        expect(new Set(result.allocations.map((line) => line.receivableId)).size).toBe(result.allocations.length);
        for (const line of result.allocations) {
          const open = items.find((candidate) => candidate.receivableId === line.receivableId);
          const onOpen = line.amountMinor - line.recoveredMinor;
          expect(
            line.amountMinor > 0 && onOpen <= (open?.openMinor ?? 0) && line.recoveredMinor <= (open?.writtenOffMinor ?? 0),
          ).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('the order the items come in changes nothing', () => {
    const shuffled = troubled.chain((items) =>
      fc.tuple(fc.constant(items), fc.shuffledSubarray(items, { minLength: items.length })),
    );
    fc.assert(
      fc.property(shuffled, anyAmount, anyReference, anyGiven, ([items, other], amountMinor, reference, given) => {
        expect(allocate({ amountMinor, reference, given, items: other, today })).toEqual(
          allocate({ amountMinor, reference, given, items, today }),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('a later debt gets nothing while an earlier one in the order is open, and equals differ from their share by less than one unit', () => {
    const rank = (o: OpenItem): string => [o.dueDate <= today ? 0 : 1, o.secured ? 1 : 0, 1 - o.burden, o.dueDate].join();
    fc.assert(
      fc.property(anyItems, anyAmount, (items, amountMinor) => {
        const ids = [...new Set(items.map((o) => o.invoice))];
        const invoices = ids.map((id) => items.flatMap((o) => (o.invoice === id ? [o.openMinor] : [])));
        const sums = [...invoices.flat(), ...invoices.map((opens) => opens.reduce((sum, open) => sum + open, 0))];
        fc.pre(!sums.includes(amountMinor));
        const result = allocate({ amountMinor, items, today });
        const got = new Map(result.ok ? result.allocations.map((line) => [line.receivableId, line.amountMinor]) : []);
        const partly = items
          .filter((o) => (got.get(o.receivableId) ?? 0) < o.openMinor)
          .map(rank)
          .toSorted()[0];
        if (partly === undefined) return;
        for (const o of items) if (rank(o) > partly) expect(got.get(o.receivableId)).toBeUndefined();
        const equals = items.filter((o) => rank(o) === partly);
        const sum = (of: (o: OpenItem) => number): bigint => equals.reduce((total, o) => total + BigInt(of(o)), 0n);
        const total = sum((o) => o.openMinor);
        const given = sum((o) => got.get(o.receivableId) ?? 0);
        for (const o of equals) {
          const off = BigInt(got.get(o.receivableId) ?? 0) * total - given * BigInt(o.openMinor);
          expect(off > -total && off < total).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
