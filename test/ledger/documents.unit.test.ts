import { describe, expect, test } from 'vitest';
import {
  dueBy,
  instalmentChanges,
  instalmentsOf,
  invoiceFaults,
  isNewCustomer,
  termsEnd,
  termsLength,
} from '../../domain/ledger/documents.ts';
import type { InvoiceDocument, StandingInstalment } from '../../domain/ledger/documents.ts';
import { sayFact, timelineActions } from '../../domain/records/fact-words.ts';
import { rankTask } from '../../domain/tasks/worklist.ts';
import type { TaskFacts } from '../../domain/tasks/worklist.ts';
import { limitationEnds } from '../../domain/ledger/limitation.ts';
import { chinaIn } from '../dunning/receivable-world.ts';
import { taskHarms } from '../../domain/tasks/policy.ts';

const china = chinaIn('Asia/Shanghai');

describe('an invoice without instalments falls due', () => {
  test.each([
    [{ days: 30, from: 'invoiceDate' as const }, '2026-01-31', null, '2026-03-02'],
    [{ days: 0, from: 'invoiceDate' as const }, '2026-01-31', null, '2026-01-31'],
    [{ days: 15, from: 'endOfMonth' as const }, '2028-02-03', null, '2028-03-15'],
    [{ days: 10, from: 'delivery' as const }, '2026-01-31', '2026-02-05', '2026-02-15'],
    [{ days: 10, from: 'delivery' as const }, '2026-01-31', null, '2026-02-10'],
  ])('by %o, issued %s, delivered %s: on %s', (terms, issued, delivered, due) => {
    expect(termsEnd(terms, issued, delivered)).toBe(due);
  });

  test.each([
    [{ days: 0, from: 'invoiceDate' as const, months: 1, day: 31 }, '2026-01-31', '2026-02-28'],
    [{ days: 0, from: 'invoiceDate' as const, months: 1, day: 31 }, '2026-02-03', '2026-03-31'],
    [{ days: 0, from: 'invoiceDate' as const, months: 1 }, '2026-01-31', '2026-02-28'],
    [{ days: 0, from: 'invoiceDate' as const, months: 3 }, '2025-11-30', '2026-02-28'],
    [{ days: 0, from: 'endOfMonth' as const, months: 1 }, '2026-02-10', '2026-03-31'],
    [{ days: 0, from: 'invoiceDate' as const, months: 1, day: 25 }, '2026-01-28', '2026-02-25'],
    [{ days: 0, from: 'invoiceDate' as const, day: 25 }, '2026-01-26', '2026-02-25'],
    [{ days: 0, from: 'invoiceDate' as const, day: 31 }, '2026-01-31', '2026-02-28'],
    [{ days: 0, from: 'invoiceDate' as const, day: 25 }, '2026-01-25', '2026-02-25'],
    [{ days: 0, from: 'invoiceDate' as const, day: 31 }, '2026-01-30', '2026-01-31'],
    [{ days: 0, from: 'delivery' as const, day: 31 }, '2026-01-31', '2026-02-28'],
    [{ days: 0, from: 'endOfMonth' as const, day: 31 }, '2026-01-31', '2026-02-28'],
    [{ days: 0, from: 'endOfMonth' as const }, '2026-01-31', '2026-01-31'],
    [{ days: 30, from: 'invoiceDate' as const, day: 30 }, '2026-01-15', '2026-02-28'],
    [{ days: 30, from: 'invoiceDate' as const, day: 10 }, '2026-01-15', '2026-03-10'],
  ])('by %o, issued %s: on %s, since 30 days are no month', (terms, issued, due) => {
    expect(termsEnd(terms, issued, null)).toBe(due);
  });

  test('past rest days when the term comes from us, and on the day the contract names', () => {
    const terms = { days: 30, from: 'invoiceDate' as const };
    expect(dueBy(terms, '2026-01-18', null, china)).toBe('2026-02-24');
    expect(dueBy(terms, '2026-01-15', null, china)).toBe('2026-02-14');
    const named = { no: 1, amountMinor: 1, dueDate: '2026-02-17', kind: 'other' as const };
    const document = { instalments: [named], issueDate: '2026-01-18', deliveredOn: null, amountMinor: 1 };
    expect(instalmentsOf(document, terms, china)).toEqual([named]);
  });

  test('with a length in days that checks compare: a month is thirty, a fixed day may add as much', () => {
    expect(termsLength({ days: 45, from: 'invoiceDate' })).toBe(45);
    expect(termsLength({ days: 0, from: 'invoiceDate', months: 1, day: 31 })).toBe(60);
  });
});

test('a customer is new until the policy months after the first invoice have passed, that day excluded', () => {
  expect(isNewCustomer('2026-05-31', null, 6)).toBe(true);
  expect(isNewCustomer('2026-05-30', '2025-11-30', 6)).toBe(false);
  expect(isNewCustomer('2026-05-29', '2025-11-30', 6)).toBe(true);
  expect(isNewCustomer('2025-01-01', '2025-11-30', 6)).toBe(true);
});

describe('a corrected invoice', () => {
  const part = (no: number, over: Partial<StandingInstalment> = {}): StandingInstalment => ({
    ...{ id: `r${no}`, no, amountMinor: 100, dueDate: '2026-01-01', kind: 'other' as const, settledMinor: 0, withdrawn: false },
    ...over,
  });
  const wanted = (no: number, amountMinor = 100) => ({ no, amountMinor, dueDate: '2026-01-01', kind: 'other' as const });

  test('adds, changes, withdraws and brings back instalments that have no money on them', () => {
    const result = instalmentChanges([part(1), part(2), part(3, { withdrawn: true })], [wanted(1, 50), wanted(3), wanted(4)]);
    expect(result).toMatchObject({
      ok: true,
      changes: { added: [{ no: 4 }], changed: [{ to: { no: 1, amountMinor: 50 } }, { to: { no: 3 } }], withdrawn: [{ no: 2 }] },
    });
  });

  test('moves what has money on it, and neither withdraws it nor makes it smaller than its money', () => {
    const paid = part(1, { settledMinor: 40 });
    expect(instalmentChanges([paid], [wanted(1, 39)])).toEqual({ ok: false, hasMoney: 1 });
    const discounted = { ...paid, grantedMinor: 10 };
    expect(instalmentChanges([discounted], [wanted(1, 30)])).toMatchObject({ ok: true });
    expect(instalmentChanges([discounted], [wanted(1, 29)])).toEqual({ ok: false, hasMoney: 1 });
    expect(instalmentChanges([paid], [{ ...wanted(1, 40), dueDate: '2026-03-10' }])).toMatchObject({ ok: true });
    expect(instalmentChanges([paid, part(2)], [wanted(2)])).toEqual({ ok: false, hasMoney: 1 });
    expect(instalmentChanges([paid], [{ ...wanted(1), kind: 'equipment' }])).toMatchObject({ ok: true });
  });

  test('names every contradiction with its place', () => {
    const invoice = {
      issueDate: '2026-02-01',
      currency: 'CNY',
      amountMinor: 300,
      instalments: [wanted(1), wanted(1)],
    } as unknown as InvoiceDocument;
    expect(invoiceFaults(invoice, '2026-01-31').map(({ code, pointer }) => [code, pointer])).toEqual([
      ['date-in-future', '/issueDate'],
      ['instalments-sum', '/instalments'],
      ['invalid', '/instalments/1/no'],
    ]);
  });
});

test('limitation ends three years after the debt was due, on the same day or the last of its month', () => {
  expect(limitationEnds('2026-10-01')).toBe('2029-10-01');
  expect(limitationEnds('2028-02-29')).toBe('2031-02-28');
});

describe('the rank of a task', () => {
  const calm: TaskFacts = {
    harm: 'money',
    dueOn: '2026-02-01',
    overdue: [],
    oldestDueDate: null,
    brokenPromises: 0,
    state: 'open',
    limitationOn: null,
    lastContactOn: '2026-01-01',
  };

  test.each([
    ['nothing', {}, 0],
    ['10,000.00 overdue', { overdue: [{ currency: 'CNY', minor: 1_000_000 }] }, 40],
    [
      'the greater of two currencies',
      {
        overdue: [
          { currency: 'JPY', minor: 1_000 },
          { currency: 'USD', minor: 10_000 },
        ],
      },
      30,
    ],
    ['100 days of age, at most 40', { oldestDueDate: '2025-09-23' }, 40],
    ['two broken promises', { brokenPromises: 2 }, 20],
    ['an escalated one', { state: 'escalated' as const }, 15],
    ['one that ends today', { dueOn: '2026-01-01' }, 20],
    ['one that should have ended', { dueOn: '2025-12-31' }, 30],
    ['limitation in 30 days', { limitationOn: '2026-01-31' }, 40],
    ['limitation in 181 days', { limitationOn: '2026-07-01' }, 0],
    ['no contact for 15 days', { lastContactOn: '2025-12-17' }, 5],
  ])('of %s', (_, over, rank) => {
    const result = rankTask({ ...calm, ...over }, '2026-01-01');
    expect(result.rank).toBe(rank + 20);
    expect(result.reasons.reduce((sum, reason) => sum + reason.points, 0)).toBe(rank + 20);
  });

  test('what would be our own breach comes before any money, and a fault of data of whoever owes most after everything', () => {
    const owing = {
      ...{ overdue: [{ currency: 'CNY', minor: 900_000_000_000 }], oldestDueDate: '2024-01-01', brokenPromises: 9 },
      ...{ limitationOn: '2026-01-02', lastContactOn: null, dueOn: '2025-12-01', state: 'escalated' as const },
    };
    const rank = (over: Partial<TaskFacts>) => rankTask({ ...calm, ...over }, '2026-01-01').rank;
    expect(rank({ harm: 'breach' })).toBeGreaterThan(rank({ ...owing, harm: 'money' }));
    for (const harm of taskHarms.filter((one) => one !== 'data'))
      expect(rank({ harm, dueOn: '2026-01-02' }), harm).toBeGreaterThan(
        rank({ ...owing, harm: 'data', dueOn: '2026-01-10', state: 'open' }),
      );
    expect(rankTask({ ...calm, ...owing, harm: 'data' }, '2026-01-01').reasons.map(({ code }) => code)).toEqual([
      'harm',
      'deadline',
    ]);
  });
});

const reading = { zone: 'Asia/Shanghai', titles: { 'collector-call': { en: 'Call the customer', zh: '致电客户' } } };

test('every fact of the timeline has its words in both languages, whatever its record holds', () => {
  for (const action of timelineActions) {
    for (const after of [
      null,
      { externalId: 'X', amountMinor: 100, currency: 'CNY', category: 'price', state: 'rejected', outcome: 'paid' },
    ]) {
      const fact = { about: 'INV-1/1', reason: null, before: null, after, currency: 'CNY' };
      expect(sayFact(action, fact, 'zh', reading)).toMatch(/[一-鿿]/);
      expect(sayFact(action, fact, 'en', reading)).not.toMatch(/undefined|null|\[object|[一-鿿]/);
    }
  }
});
