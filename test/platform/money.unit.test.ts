import { describe, expect, it } from 'vitest';
import { exponentOf, formatAmount, isCurrency, parseAmount, sumMinor } from '../../domain/platform/money.ts';
import { fc } from '../support/property.ts';

describe('money', () => {
  it.each([
    ['6000.00', 'CNY', 600000],
    ['6000', 'CNY', 600000],
    ['6000.5', 'CNY', 600050],
    ['0', 'CNY', 0],
    ['0.05', 'EUR', 5],
    ['-0.05', 'EUR', -5],
    ['-0', 'EUR', 0],
    ['120', 'JPY', 120],
    ['1.234', 'KWD', 1234],
    ['90071992547409.91', 'CNY', Number.MAX_SAFE_INTEGER],
    ['-90071992547409.91', 'CNY', -Number.MAX_SAFE_INTEGER],
  ])('%s %s is exactly %i minor units', (text, currency, minor) => {
    const parsed = parseAmount(text, currency);
    expect(parsed).toEqual({ ok: true, minor });
    expect(Object.is(parsed.ok && parsed.minor, -0)).toBe(false);
  });

  it.each([
    [
      'amount-malformed',
      ['', ' ', '1e3', '1E3', '1e309', 'NaN', 'Infinity', '-Infinity', '+1', ' 1', '1 ', '1,000', '007', '00', '-007', '.5'],
    ],
    ['amount-malformed', ['5.', '-', '--1', '- 1', '0x10', '1_000', '\uff11', '1.2.3', '1\n', '−1', 'null', '١']],
    ['amount-fraction', ['0.001', '1.000', '-0.009']],
    ['amount-too-large', ['90071992547409.92', '9999999999999999999', '-90071992547409.92', '1'.repeat(100_000)]],
  ] as const)('%s: %j are refused', (code, texts) => {
    for (const text of texts) expect(parseAmount(text, 'CNY'), text.slice(0, 30)).toEqual({ ok: false, code });
  });

  it.each(['', 'cny', 'XYZ', 'RMB', 'XAU', 'constructor', '__proto__', 'CNY '])('%j is no currency', (code) => {
    expect(isCurrency(code)).toBe(false);
    expect(exponentOf(code)).toBeUndefined();
    expect(parseAmount('1', code)).toEqual({ ok: false, code: 'currency-unknown' });
    expect(() => formatAmount(1, code)).toThrow(RangeError);
  });

  it.each([
    ['CNY', 2, '-0.05', -5],
    ['CNY', 2, '6000.00', 600000],
    ['JPY', 0, '-120', -120],
    ['JPY', 0, '0', 0],
    ['BHD', 3, '0.007', 7],
  ])('%s has %i decimals and is written %s', (currency, exponent, text, minor) => {
    expect(exponentOf(currency)).toBe(exponent);
    expect(formatAmount(minor, currency)).toBe(text);
  });

  it('a fraction of a decimal, or an amount past the safe integers, is never written', () => {
    for (const minor of [0.5, NaN, Infinity, Number.MAX_SAFE_INTEGER + 1])
      expect(() => formatAmount(minor, 'CNY')).toThrow(RangeError);
  });

  it('every amount survives being written and read', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.constantFrom('CNY', 'USD', 'JPY', 'KWD', 'VND', 'TND'), (n, currency) => {
        const minor = n === 0 ? 0 : n;
        expect(parseAmount(formatAmount(minor, currency), currency)).toEqual({ ok: true, minor });
      }),
    );
  });

  it('a text is either refused or means exactly what it says', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789.-+e ,'), maxLength: 20 });
    fc.assert(
      fc.property(digits, fc.constantFrom('CNY', 'JPY', 'KWD'), (text, currency) => {
        const parsed = parseAmount(text, currency);
        if (!parsed.ok) return;
        const [whole = '', fraction = ''] = text.split('.');
        const exact = BigInt(whole + fraction.padEnd(exponentOf(currency) ?? 0, '0'));
        expect(BigInt(parsed.minor)).toBe(exact);
      }),
      { numRuns: 2000 },
    );
  });

  it('a sum is exact or refused', () => {
    expect(sumMinor([])).toBe(0);
    expect(sumMinor([600000, -1, 2])).toBe(600001);
    expect(() => sumMinor([Number.MAX_SAFE_INTEGER, 1])).toThrow(RangeError);
    expect(() => sumMinor([Number.MAX_SAFE_INTEGER, 1, -1])).toThrow(RangeError);
    expect(() => sumMinor([0.1, 0.2])).toThrow(RangeError);
    expect(() => sumMinor([NaN])).toThrow(RangeError);
  });
});
