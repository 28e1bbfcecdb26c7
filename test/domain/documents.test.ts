import { describe, expect, test } from 'vitest';
import { dueBy, instalmentChanges, invoiceFaults, isNewCustomer } from '../../domain/collection/documents.ts';
import type { InvoiceDocument, StandingInstalment } from '../../domain/collection/documents.ts';
import { sayFact, timelineActions } from '../../domain/collection/fact-words.ts';
import { rankTask } from '../../domain/collection/worklist.ts';
import type { TaskFacts } from '../../domain/collection/worklist.ts';
import { limitationEnds } from '../../domain/legal/limitation.ts';

describe('an invoice without instalments falls due', () => {
  test.each([
    [{ days: 30, from: 'invoiceDate' as const }, '2026-01-31', null, '2026-03-02'],
    [{ days: 0, from: 'invoiceDate' as const }, '2026-01-31', null, '2026-01-31'],
    [{ days: 15, from: 'endOfMonth' as const }, '2028-02-03', null, '2028-03-15'],
    [{ days: 10, from: 'delivery' as const }, '2026-01-31', '2026-02-05', '2026-02-15'],
    [{ days: 10, from: 'delivery' as const }, '2026-01-31', null, '2026-02-10'],
  ])('by %o, issued %s, delivered %s: on %s', (terms, issued, delivered, due) => {
    expect(dueBy(terms, issued, delivered)).toBe(due);
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

  test('leaves what has money on it alone, but for its kind', () => {
    const paid = part(1, { settledMinor: 1 });
    expect(instalmentChanges([paid], [wanted(1, 99)])).toEqual({ ok: false, hasMoney: 1 });
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

test('limitation ends three years after the last instalment, on the same day or the last of its month', () => {
  expect(limitationEnds(['2026-03-01', '2026-10-01'])).toBe('2029-10-01');
  expect(limitationEnds(['2028-02-29'])).toBe('2031-02-28');
});

describe('the rank of a task', () => {
  const calm: TaskFacts = {
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
    ['limitation in 30 days', { limitationOn: '2026-01-31' }, 40],
    ['limitation in 181 days', { limitationOn: '2026-07-01' }, 0],
    ['no contact for 15 days', { lastContactOn: '2025-12-17' }, 5],
  ])('of %s', (_, over, rank) => {
    const result = rankTask({ ...calm, ...over }, '2026-01-01');
    expect(result.rank).toBe(rank);
    expect(result.reasons.reduce((sum, reason) => sum + reason.points, 0)).toBe(rank);
  });
});

test('every fact of the timeline has its words in both languages, whatever its record holds', () => {
  for (const action of timelineActions) {
    for (const after of [
      null,
      { externalId: 'X', amountMinor: 100, currency: 'CNY', category: 'price', state: 'rejected', outcome: 'paid' },
    ]) {
      const fact = { about: 'INV-1/1', reason: null, before: null, after };
      expect(sayFact(action, fact, 'zh')).toMatch(/[一-鿿]/);
      expect(sayFact(action, fact, 'en')).not.toMatch(/undefined|null|\[object|[一-鿿]/);
    }
  }
});
