import { expect, test } from 'vitest';
import { differencesOf } from '../../domain/reconciliation/classify.ts';
import type { OurDocument, TheirLine } from '../../domain/reconciliation/classify.ts';
import { asListed } from '../../domain/reconciliation/gross.ts';
import { doubtfulMinor } from '../../domain/reconciliation/difference.ts';
import { matchBooks } from '../../domain/reconciliation/match.ts';
import { matchingRules as rules, our, their } from '../support/book-items.ts';

const frame = { asOf: '2026-09-30', today: '2026-10-02', transitDays: 7, roundingMinor: 100 };
/** `price -5000 o1=t1`, one a difference. */
const said = (ours: readonly OurDocument[], theirs: readonly TheirLine[], over: Partial<typeof frame> = {}): string[] =>
  differencesOf(matchBooks(ours, theirs, rules), ours, theirs, { ...frame, ...over }).map(
    (one) =>
      `${one.kind} ${one.amountMinor} ${one.ours.join('+')}=${one.theirs.join('+')}${one.payment ? ` by ${one.payment}` : ''}`,
  );
const units = [{ quantity: 10, priceMinor: 10_000 }];

test.each<[string, OurDocument[], TheirLine[], string[]]>([
  ['books that agree have no difference', [our('o1', 'A 2026-08-01 100000')], [their('t1', 'A 2026-08-01 100000')], []],
  ['cents are none', [our('o1', 'A 2026-08-01 100000')], [their('t1', 'A 2026-08-01 99900')], []],
  ['another amount is a price', [our('o1', 'A 2026-08-01 100000')], [their('t1', 'A 2026-08-01 95000')], ['price -5000 o1=t1']],
  [
    'whole units of the order are a quantity',
    [our('o1', 'A 2026-08-01 100000', { units })],
    [their('t1', 'A 2026-08-01 80000')],
    ['quantity -20000 o1=t1'],
  ],
  [
    'more units than were ordered are not',
    [our('o1', 'A 2026-08-01 100000', { units: [{ quantity: 10, priceMinor: 100 }] })],
    [their('t1', 'A 2026-08-01 80000')],
    ['price -20000 o1=t1'],
  ],
  [
    'the number of units their line names decides',
    [our('o1', 'A 2026-08-01 100000', { units })],
    [their('t1', 'A 2026-08-01 80000', { quantity: 10 })],
    ['price -20000 o1=t1'],
  ],
  [
    'a payment that lies on nothing explains the gap of its amount',
    [our('o1', 'A 2026-08-01 100000'), our('o2', 'P-1 2026-09-01 -30000', { kind: 'payment' })],
    [their('t1', 'A 2026-08-01 70000')],
    ['unallocated-payment -30000 o1=t1 by o2'],
  ],
  [
    'an invoice they hold for paid, and its payment lies on nothing: one difference',
    [our('o1', 'A 2026-08-01 100000'), our('o2', 'P-1 2026-09-01 -100000', { kind: 'payment' })],
    [],
    ['unallocated-payment -100000 o1= by o2'],
  ],
  [
    'two payments of the amount explain nothing',
    [
      our('o1', 'A 2026-08-01 100000'),
      our('o2', 'P-1 2026-09-01 -100000', { kind: 'payment' }),
      our('o3', 'P-2 2026-09-02 -100000', { kind: 'payment' }),
    ],
    [],
    ['unknown-document -100000 o1=', 'unallocated-payment 100000 o2= by o2', 'unallocated-payment 100000 o3= by o3'],
  ],
  [
    'what we gave up is owed all the same: their books may show it, a part of it, or none of it',
    [
      our('o1', 'A 2026-08-01 100000', { writtenOffMinor: 100_000 }),
      our('o2', 'B 2026-08-01 100000', { writtenOffMinor: 40_000 }),
      our('o3', 'C 2026-08-01 100000', { writtenOffMinor: 100_000 }),
      our('o4', 'D 2026-08-01 100000', { writtenOffMinor: 40_000 }),
      our('o5', 'E 2026-08-01 100000', { writtenOffMinor: 40_000 }),
    ],
    [their('t1', 'A 2026-08-01 100000'), their('t2', 'B 2026-08-01 60000'), their('t3', 'D 2026-08-01 50000')],
    ['price -50000 o4=t3', 'unknown-document -60000 o5='],
  ],
  ['an invoice they do not know', [our('o1', 'A 2026-08-01 100000')], [], ['unknown-document -100000 o1=']],
  ['an invoice that left us a few days before', [our('o1', 'A 2026-09-24 100000')], [], ['timing -100000 o1=']],
  ['an invoice we do not know', [], [their('t1', 'A 2026-08-01 100000')], ['unknown-document 100000 =t1']],
  ['a payment of theirs not here yet', [], [their('t1', '- 2026-09-28 -100000', { kind: 'payment' })], ['timing -100000 =t1']],
  [
    'a payment of theirs that never came',
    [],
    [their('t1', '- 2026-08-28 -100000', { kind: 'payment' })],
    ['unknown-document -100000 =t1'],
  ],
  ['a return we have no record of', [], [their('t1', 'R 2026-09-28 -5000', { kind: 'return' })], ['unrecorded-return -5000 =t1']],
  [
    'a return answers our credit note',
    [our('o1', 'R 2026-09-28 -5000', { kind: 'credit-note' })],
    [their('t1', 'R 2026-09-28 -5000', { kind: 'return' })],
    [],
  ],
  [
    'what was paid since is no difference any more',
    [
      our('o1', 'A 2026-08-01 100000', { settledSinceMinor: 100_000 }),
      our('o2', 'B 2026-08-01 100000', { settledSinceMinor: 30_000 }),
    ],
    [their('t1', 'B 2026-08-01 70000')],
    [],
  ],
  [
    'a document of ours dated after the statement answers a line, and is not missing otherwise',
    [our('o1', 'A 2026-10-01 100000', { outside: true }), our('o2', 'B 2026-10-01 500', { outside: true })],
    [their('t1', 'A 2026-09-29 100000')],
    [],
  ],
])('%s', (_name, ours, theirs, expected) => {
  expect(said(ours, theirs)).toEqual(expected);
});

test('a payment listed apart stands apart in our books too, and its invoices at what they were; sums stay', () => {
  const laid = our('p', 'P-1 2026-09-01 -30000', { kind: 'payment', unallocated: false });
  const settled = our('o2', 'B 2026-08-01 0');
  const ours = [our('o1', 'A 2026-08-01 80000')];
  const credits = [
    {
      document: laid,
      shares: [
        { invoice: our('o1', 'A 2026-08-01 0'), amountMinor: 20_000 },
        { invoice: settled, amountMinor: 10_000 },
      ],
    },
  ];
  const seen = (lines: TheirLine[]) => asListed(ours, lines, credits, rules).map(({ id, amountMinor }) => `${id} ${amountMinor}`);
  expect(seen([their('t1', '- 2026-09-02 -30000', { kind: 'payment' })])).toEqual(['o1 100000', 'p -30000', 'o2 10000']);
  expect(seen([their('t1', '- 2026-09-02 -29000', { kind: 'payment' })])).toEqual(['o1 80000']);
  expect(seen([their('t1', 'A 2026-08-01 80000')])).toEqual(['o1 80000']);
});

test('what should have arrived by now is not on its way any more', () => {
  const ours = [our('o1', 'A 2026-09-28 100000')];
  expect(said(ours, [], { today: '2026-10-07' })).toEqual(['timing -100000 o1=']);
  expect(said(ours, [], { today: '2026-10-08' })).toEqual(['unknown-document -100000 o1=']);
});

test('what is only on its way is not in doubt; the rest counts by its size', () => {
  const base = { mode: 'normal', stated: true, unconfirmedSince: null, lastConfirmedOn: null, lastAgreedOn: null } as const;
  const open = (kind: 'timing' | 'price', amountMinor: number, currency: string) =>
    ({ id: 'x', kind, amountMinor, currency, number: null, since: '2026-10-01' }) as const;
  const openDifferences = [
    open('timing', -900, 'CNY'),
    open('price', -500, 'CNY'),
    open('price', 200, 'CNY'),
    open('price', 1, 'USD'),
  ];
  expect(doubtfulMinor({ ...base, openDifferences })).toEqual({ CNY: 700, USD: 1 });
});

test('the example of docs/reconciliation.md comes out as it is told', () => {
  const ours = [
    our('INV-1', 'INV-1 2026-07-02 6000000', { units: [{ quantity: 6, priceMinor: 1_000_000 }] }),
    our('INV-2', 'INV-2 2026-07-20 2500000'),
    our('P-9', 'P-9 2026-08-10 -2500000', { kind: 'payment' }),
    our('INV-3', 'INV-3 2026-08-03 2200000'),
    our('INV-4', 'INV-4 2026-08-05 1400000'),
    our('INV-5', 'INV-5 2026-08-29 400000'),
  ];
  const theirs = [their('1', '- 2026-07-02 5600000', { numbers: ['INV 1'] }), their('2', '- 2026-08-20 3600000')];
  const { matches } = matchBooks(ours, theirs, rules);
  expect(matches.map(({ rule, confidence, ours: with_ }) => `${rule} ${confidence} ${with_.join('+')}`)).toEqual([
    'number 95 INV-1',
    'sum 84 INV-3+INV-4',
  ]);
  expect(said(ours, theirs, { asOf: '2026-08-31', today: '2026-09-01' })).toEqual([
    'price -400000 INV-1=1',
    'unallocated-payment -2500000 INV-2= by P-9',
    'timing -400000 INV-5=',
  ]);
});
