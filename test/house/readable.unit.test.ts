import { expect, test } from 'vitest';
import { readable } from '../../domain/platform/readable.ts';

test.each([
  ['the currency beside it', { amountMinor: 150_000, currency: 'CNY' }, { amount: '1500.00', currency: 'CNY' }],
  [
    'that of the record around it',
    { currency: 'JPY', bounds: [{ amountMinor: 700 }] },
    { currency: 'JPY', bounds: [{ amount: '700' }] },
  ],
  ['that of what it is about', { openMinor: -5, limitMinor: null }, { open: '-0.05', limit: null }],
  ['that of the limit it was held against', { overMinor: 5, limitCurrency: 'KWD' }, { over: '0.005', limitCurrency: 'KWD' }],
  ['its own, of a fact by currency', { value: { CNY: 300_000, JPY: 7 } }, { value: { CNY: '3000.00', JPY: '7' } }],
  ['one for all parts of a line', { minor: { held: 5, open: 0 } }, { amount: { held: '0.05', open: '0.00' } }],
  ['none, where it is no amount', { days: 30, minority: 3, at: null }, { days: 30, minority: 3, at: null }],
])('an amount kept in minor units is read as decimal text in %s', (_, kept, read) => {
  expect(readable(kept, 'CNY')).toEqual(read);
});
