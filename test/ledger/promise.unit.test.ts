import { describe, expect, it } from 'vitest';
import { lastPromiseDay, receivedOf } from '../../domain/ledger/promise.ts';
import type { EarlierPromise } from '../../domain/ledger/promise.ts';

const of = (madeOn: string, state: EarlierPromise['state']): EarlierPromise => ({ madeOn, state });

describe('the last day that a promise may name', () => {
  it.each<[string, EarlierPromise[], string, string]>([
    ['counts from today when it is the first', [], '2026-03-01', '2026-05-30'],
    ['counts from the first of those that stand', [of('2026-02-01', 'pending')], '2026-03-01', '2026-05-02'],
    ['counts a cancelled one too', [of('2026-02-01', 'cancelled'), of('2026-02-20', 'pending')], '2026-03-01', '2026-05-02'],
    ['begins anew after one that was broken', [of('2026-02-01', 'broken')], '2026-03-01', '2026-05-30'],
    [
      'begins anew after one that was kept in part',
      [of('2026-02-01', 'part-kept'), of('2026-02-25', 'pending')],
      '2026-03-01',
      '2026-05-26',
    ],
    ['begins anew when the time of a cancelled one is over', [of('2025-11-01', 'cancelled')], '2026-04-16', '2026-07-15'],
    ['counts from the due date when the row began before it', [of('2025-12-01', 'pending')], '2026-03-01', '2026-04-15'],
  ])('%s', (_, earlier, today, last) => {
    expect(lastPromiseDay(earlier, { today, dueDate: '2026-01-15', days: 90 })).toBe(last);
  });

  it('counts from today before the debt falls due', () => {
    expect(lastPromiseDay([of('2026-02-01', 'pending')], { today: '2026-03-01', dueDate: '2026-06-01', days: 90 })).toBe(
      '2026-05-30',
    );
  });

  it('is never later for small steps than for one promise, as long as none is judged', () => {
    const days = 90;
    const earlier: EarlierPromise[] = [];
    for (let day = 1; day <= 28; day += 3) {
      const today = `2026-02-${String(day).padStart(2, '0')}`;
      expect(lastPromiseDay(earlier, { today, dueDate: '2026-01-15', days })).toBe('2026-05-02');
      earlier.push(of(today, day % 2 === 0 ? 'pending' : 'cancelled'));
    }
  });
});

describe('what came of promises', () => {
  const promised = (id: string, amountMinor: number, on: string, state: EarlierPromise['state'] = 'pending', made = '02') => ({
    ...{ id, amountMinor, on, state, madeAt: `2026-03-${made}T02:00:00.000Z` },
  });
  const came = (amountMinor: number, on: string, posted = on) => ({ amountMinor, on, postedAt: `${posted}T03:00:00.000Z` });
  const two = [promised('b', 500, '2026-03-16'), promised('a', 500, '2026-03-06')];

  it.each([
    ['no cent keeps two: the one for the earlier day has it first', two, [came(500, '2026-03-05')], { a: 500, b: 0 }],
    ['what is over goes to the next', two, [came(700, '2026-03-05')], { a: 500, b: 200 }],
    ['money too late for the one is in time for the other', two, [came(500, '2026-03-09')], { a: 0, b: 500 }],
    ['posted late counts by its value date', two, [came(500, '2026-03-06', '2026-03-12')], { a: 500, b: 0 }],
    ['from before it was made does not count', two, [came(500, '2026-03-01')], { a: 0, b: 0 }],
    [
      'a cancelled one takes nothing from one that stands',
      [promised('a', 500, '2026-03-06', 'cancelled'), promised('b', 500, '2026-03-16')],
      [came(500, '2026-03-05')],
      { a: 0, b: 500 },
    ],
    ['parts of several payments add up', two, [came(300, '2026-03-04'), came(400, '2026-03-10')], { a: 300, b: 400 }],
  ])('%s', (_, promises, money, expected) => {
    expect(Object.fromEntries(receivedOf(promises, money))).toEqual(expected);
  });
});
