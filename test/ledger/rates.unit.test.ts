import { describe, expect, test } from 'vitest';
import { exponentOf } from '../../domain/platform/money.ts';
import { convertedMinor, ratesOf } from '../../domain/ledger/rates.ts';
import type { DatedRate } from '../../domain/ledger/rates.ts';
import { isUnusualRate } from '../../domain/ledger/unusual-rates.ts';
import { fc } from '../support/property.ts';

const told = (pair: string, on: string, rate: string): DatedRate => {
  const [base = '', quote = ''] = pair.split('/');
  return { base, quote, on, rate };
};

test.each([
  ['7.1', [], false],
  ['7.1', ['7.05', '6.9'], false],
  ['0.0001', ['7.1'], true],
  ['71', ['7.1'], true],
  ['10.5', ['7'], false],
  ['10.51', ['7'], true],
  ['4.66', ['7'], true],
  ['4.8', ['7.1', '7.3'], true],
  ['10.5000000001', ['7'], true],
] as const)('a rate of %s beside %j: a second person is asked: %s', (rate, others, unusual) => {
  const direct = others.map((other) => ({ rate: other, inverse: false }));
  expect(isUnusualRate(rate, direct)).toBe(unusual);
});

test.each([
  ['0.1408', ['7.1'], false],
  ['7.1', ['7.1'], true],
  ['0.75', ['2'], false],
  ['0.7500000001', ['2'], true],
  ['0.6666666666', ['1'], true],
  ['0.6666666667', ['1'], false],
  ['0.08', ['7.1', '7.3'], true],
] as const)('a rate of %s beside %j told the other way round: a second person is asked: %s', (rate, others, unusual) => {
  const turned = others.map((other) => ({ rate: other, inverse: true }));
  expect(isUnusualRate(rate, turned)).toBe(unusual);
});

describe('a rate on file', () => {
  test('serves both ways: the later of the two counts, of one day the one told as it is asked for', () => {
    const old = told('USD/CNY', '2026-01-01', '7');
    const later = told('CNY/USD', '2026-01-02', '0.15');
    expect(ratesOf([old])('CNY', 'USD')).toEqual({ rate: '7', inverse: true });
    expect(ratesOf([old, later])('USD', 'CNY')).toEqual({ rate: '0.15', inverse: true });
    expect(ratesOf([later, old])('CNY', 'USD')).toEqual({ rate: '0.15', inverse: false });
    const sameDay = ratesOf([later, { ...old, on: later.on }]);
    expect(sameDay('USD', 'CNY')).toEqual({ rate: '7', inverse: false });
    expect(sameDay('CNY', 'USD')).toEqual({ rate: '0.15', inverse: false });
    expect(ratesOf([old, told('USD/CNY', '2026-01-05', '8'), later])('CNY', 'USD')).toEqual({ rate: '8', inverse: true });
  });

  test('is never made of two others', () => {
    const rateOf = ratesOf([told('USD/CNY', '2026-01-01', '7'), told('EUR/USD', '2026-01-01', '1.1')]);
    expect(rateOf('EUR', 'CNY')).toBeNull();
    expect(() => convertedMinor([{ currency: 'EUR', minor: 1 }], 'CNY', rateOf)).toThrow(/EUR and CNY/);
  });

  test('divides exactly, not by a rounded inverse, and a sum of several currencies is rounded half up once', () => {
    const by = (pair: string, rate: string) => ratesOf([told(pair, '2026-01-01', rate)]);
    // 1 ÷ 7.1 in ten decimals would make it 999,999,999,840.
    expect(convertedMinor([{ currency: 'CNY', minor: 7_100_000_000_000 }], 'USD', by('USD/CNY', '7.1'))).toBe(1_000_000_000_000);
    expect([4, 3, -4, -5].map((minor) => convertedMinor([{ currency: 'CNY', minor }], 'USD', by('USD/CNY', '8')))).toEqual([
      ...[1, 0, 0, -1],
    ]);
    expect(convertedMinor([{ currency: 'JPY', minor: 150 }], 'KWD', by('KWD/JPY', '500'))).toBe(300);
    expect(convertedMinor([{ currency: 'KWD', minor: 300 }], 'JPY', by('JPY/KWD', '0.002'))).toBe(150);
    const thirds = ratesOf(['USD', 'EUR', 'GBP'].map((base) => told(`CNY/${base}`, '2026-01-01', '3')));
    const one = (currency: string) => ({ currency, minor: 1 });
    expect(convertedMinor(['USD', 'EUR', 'GBP'].map(one), 'CNY', thirds)).toBe(1);
    expect(convertedMinor([one('USD')], 'CNY', thirds)).toBe(0);
  });

  test('told the other way round gives the nearest minor unit to the exact quotient, whatever the decimals of the two currencies', () => {
    const currency = fc.constantFrom('CNY', 'USD', 'JPY', 'KWD');
    fc.assert(
      fc.property(
        currency,
        currency,
        fc.bigInt(1n, 10n ** 15n),
        fc.integer({ min: -1e9, max: 1e9 }),
        (from, to, units, minor) => {
          fc.pre(from !== to);
          const rate = `${units / 10n ** 10n}.${String(units % 10n ** 10n).padStart(10, '0')}`;
          const rateOf = ratesOf([told(`${to}/${from}`, '2026-01-01', rate)]);
          const found = BigInt(convertedMinor([{ currency: from, minor }], to, rateOf));
          // found ≤ exact + ½ < found + 1, with exact = minor ÷ rate in the decimals of `to`.
          const places = (code: string): bigint => 10n ** BigInt(exponentOf(code) ?? 2);
          const [numerator, denominator] = [BigInt(minor) * 10n ** 10n * places(to), units * places(from)];
          const distance = 2n * numerator + denominator - 2n * denominator * found;
          expect(distance >= 0n && distance < 2n * denominator).toBe(true);
        },
      ),
    );
  });
});
