import { test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { admittedToday, collectsLater, goLiveParts, missingForGoLive, sayGoLivePart } from '../../domain/outreach/going-live.ts';
import { isNewCustomer } from '../../domain/ledger/documents.ts';
import { fc } from '../support/property.ts';

const rule = { perDay: 2, statementFirst: true };
const waiting = [
  { customer: 'young', oldestDueDate: '2026-08-01', openMinor: 9_000_000 },
  { customer: 'old-small', oldestDueDate: '2026-01-05', openMinor: 100 },
  { customer: 'old-large', oldestDueDate: '2026-01-05', openMinor: 5_000 },
];

test.each([
  [null, '2026-12-01', false],
  [null, '2056-01-01', true],
  [null, null, false],
  [{ collectFrom: '2026-09-01' }, '2026-09-02', true],
  [{ collectFrom: '2026-09-01' }, '2026-08-31', false],
  [{ collectFrom: '2026-09-01' }, null, false],
  [{ collectFrom: null }, '2026-09-01', true],
] as const)('a later day from which we collect: from %j to %s on 2026-10-12 is %s', (before, collectFrom, later) => {
  const rest = { history: 'complete' as const, firstContact: null };
  expect(collectsLater(before && { ...rest, ...before }, { ...rest, collectFrom }, '2026-10-12')).toBe(later);
});

test('the ramp takes the oldest debts first, of those the largest, so many a day less those of today', () => {
  expect([...admittedToday(waiting, rule, 0)]).toEqual(['old-large', 'old-small']);
  expect([...admittedToday(waiting, rule, 1)]).toEqual(['old-large']);
  expect([...admittedToday(waiting, rule, 2)]).toEqual([]);
  expect([...admittedToday(waiting, { ...rule, perDay: 9 }, 0)]).toEqual(['old-large', 'old-small', 'young']);
});

test.prop([fc.nat(60), fc.integer({ min: 1, max: 20 })])(
  'a ramp lets everybody through in the end, never more than its number a day',
  (n, perDay) => {
    let left = Array.from({ length: n }, (_, i) => ({ customer: `C-${i}`, oldestDueDate: '2026-01-01', openMinor: i }));
    let days = 0;
    while (left.length > 0 && days <= n) {
      const admitted = admittedToday(left, { ...rule, perDay }, 0);
      expect(admitted.size).toBeLessThanOrEqual(perDay);
      left = left.filter(({ customer }) => !admitted.has(customer));
      days += 1;
    }
    expect(days).toBe(Math.ceil(n / perDay));
  },
);

const words = { zh: '财务部', en: 'Accounts' };
const seller = { name: words, phone: '021-5555', email: '', account: { holder: 'a', bank: 'b', number: 'c' }, signature: words };
const goLive = { collectFrom: null, history: 'complete' as const, firstContact: null };

test('each part of the settings that is missing is named, in both languages', () => {
  expect(missingForGoLive(seller, goLive)).toEqual([]);
  expect(missingForGoLive(null, null)).toEqual(goLiveParts);
  expect(missingForGoLive({ name: words, phone: ' ', email: '' }, goLive)).toEqual([
    'seller-phone',
    'seller-account',
    'seller-signature',
  ]);
  for (const part of goLiveParts) expect(sayGoLivePart(part, 'zh') && sayGoLivePart(part, 'en')).toBeTruthy();
});

test('a customer that was taken over with an older item is not new, whatever its first invoice says', () => {
  expect(isNewCustomer('2026-09-02', '2026-08-20', 6, '2026-09-01')).toBe(false);
  expect(isNewCustomer('2026-08-20', null, 6, '2026-09-01')).toBe(false);
  expect(isNewCustomer('2026-09-02', '2026-09-01', 6, '2026-09-01')).toBe(true);
  expect(isNewCustomer('2026-09-02', '2026-08-20', 6, null)).toBe(true);
});
