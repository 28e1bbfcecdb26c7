import { describe, expect, it } from 'vitest';
import { acrossCurrencies } from '../../domain/ledger/exchange.ts';
import type { Paid, Rates } from '../../domain/ledger/exchange.ts';

const item = (invoice: string, currency: string, openMinor: number) => ({
  ...{ receivableId: invoice, invoice, number: invoice, instalment: 1, dueDate: '2026-02-01', issueDate: '2026-01-01' },
  ...{ currency, openMinor, disputedMinor: 0, writtenOffMinor: 0, secured: false, burden: 0 },
});
const items = [item('A-1', 'CNY', 50_000), item('B-1', 'USD', 1000)];
const paid = (more: Partial<Paid>): Paid => ({
  ...{ amountMinor: 7020, currency: 'USD', reference: null, allocations: null, receivedOn: '2026-01-05' },
  ...more,
});
const at = (rate: string | null, inverse = false): Rates =>
  new Map([['2026-01-05', () => (rate === null ? null : { rate, inverse })]]);

describe('money in another currency than what it names', () => {
  it('is worth its rate, rounded half up, and settles all of it within the tolerance, else what it is worth', () => {
    const named = paid({ reference: 'A-1' });
    expect(acrossCurrencies(named, items, at('7.10'), 100)).toMatchObject({
      ...{ paid: { currency: 'CNY', amountMinor: 50_000 }, waits: null },
      exchange: { currency: 'USD', amountMinor: 7020, source: 'file', differenceMinor: -158 },
    });
    expect(acrossCurrencies(named, items, at('7.10'), 0).paid.amountMinor).toBe(49_842);
    expect(acrossCurrencies(paid({ reference: 'A-1', amountMinor: 1 }), items, at('0.5'), 0).paid.amountMinor).toBe(1);
  });

  it('is divided by a rate that was told the other way round, which the exchange keeps as it was told', () => {
    const renminbi = paid({ reference: 'B-1', currency: 'CNY', amountMinor: 7100 });
    expect(acrossCurrencies(renminbi, items, at('7.1', true), 0)).toMatchObject({
      ...{ paid: { currency: 'USD', amountMinor: 1000 }, waits: null },
      exchange: { currency: 'CNY', amountMinor: 7100, rate: '7.1', inverse: true, source: 'file', differenceMinor: 0 },
    });
  });

  it('waits for the rate of what it names alone; what names its own currency, two or nothing settles as it is', () => {
    expect(acrossCurrencies(paid({ reference: 'A-1' }), items, at(null), 100)).toMatchObject({
      ...{ exchange: null, waits: { base: 'USD', quote: 'CNY' } },
    });
    for (const reference of ['B-1', 'A-1 B-1', null])
      expect(acrossCurrencies(paid({ reference }), items, at(null), 100)).toMatchObject({ exchange: null, waits: null });
  });

  it('names what was written off where it names nothing open, and settles with it what is open beside it', () => {
    const off = { ...item('K-1', 'CNY', 0), writtenOffMinor: 50_000 };
    const owed = [...items, off, item('C-1', 'EUR', 900)];
    expect(acrossCurrencies(paid({ reference: 'K-1' }), owed, at('7.10'), 100)).toMatchObject({
      ...{ paid: { currency: 'CNY', amountMinor: 50_000 }, exchange: { differenceMinor: -158 } },
    });
    expect(acrossCurrencies(paid({ reference: 'K-1 C-1' }), owed, at('0.9'), 100).paid.currency).toBe('EUR');
    expect(acrossCurrencies(paid({ reference: 'K-1 B-1' }), owed, at('7.10'), 100).exchange).toBeNull();
    const both = paid({ reference: 'A-1 K-1', amountMinor: 14_000 });
    expect(acrossCurrencies(both, owed, at('7.10'), 100).paid.amountMinor).toBe(100_000);
    expect(acrossCurrencies({ ...both, amountMinor: 7020 }, owed, at('7.10'), 100).paid.amountMinor).toBe(50_000);
  });
});
