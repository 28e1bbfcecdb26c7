import { describe, expect, it } from 'vitest';
import { lastPromiseDay } from '../../domain/ledger/promise.ts';
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
