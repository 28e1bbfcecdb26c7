import { describe, expect, it } from 'vitest';
import { claimArrived } from '../../domain/ledger/unapplied.ts';
import type { ReachableItem, UnappliedMoney } from '../../domain/ledger/unapplied.ts';

const offer = { minor: 200, until: '2026-01-15' };
const item = (invoice: string, openMinor: number, more: Partial<ReachableItem> = {}): ReachableItem => ({
  ...{ receivableId: invoice, invoice, number: invoice, instalment: 1, dueDate: '2026-02-01', issueDate: '2026-01-05' },
  ...{ customerId: 'C', currency: 'CNY', order: null, amountMinor: 10_000, openMinor, offer, disputedMinor: 0 },
  ...{ writtenOffMinor: 0, secured: false, burden: 0, ...more },
});
const money = (leftMinor: number, reference: string | null, more: Partial<UnappliedMoney> = {}): UnappliedMoney => ({
  ...{ kind: 'payment', id: 'P', externalId: 'P', customerId: 'C', reach: ['C'], currency: 'CNY', on: '2026-01-05' },
  ...{ reference, order: null, onAccount: false, leftMinor, whole: true, ...more },
});
const laidOn = (one: UnappliedMoney, items: ReachableItem[], arrived: string[]) =>
  claimArrived([one], items, new Set(arrived)).map(({ receivableId, amountMinor }) => [receivableId, amountMinor]);
const both = [item('INV-A', 10_000), item('INV-B', 10_000)];

describe('money that came before several discounted invoices', () => {
  it('pays each less its discount when it is exactly what they cost so, else at full price', () => {
    const arrived = ['INV-A', 'INV-B'];
    expect(laidOn(money(19_600, 'INV-A INV-B'), both, arrived)).toEqual([
      ['INV-A', 9800],
      ['INV-B', 9800],
    ]);
    expect(laidOn(money(19_700, 'INV-A INV-B'), both, arrived)).toEqual([
      ['INV-A', 10_000],
      ['INV-B', 9700],
    ]);
    expect(laidOn(money(19_600, 'INV-A INV-B', { on: '2026-01-16' }), both, arrived)[0]).toEqual(['INV-A', 10_000]);
  });

  it('is laid anew when the last of them comes', () => {
    const rest = money(9600, 'INV-A INV-B', { laidMinor: new Map([['INV-A', 10_000]]) });
    expect(laidOn(rest, [item('INV-A', 0), item('INV-B', 10_000)], ['INV-B'])).toEqual([
      ['INV-A', -200],
      ['INV-B', 9800],
    ]);
  });

  it('without a text is the sole exact amount of one at its discounted price', () => {
    expect(laidOn(money(9800, null), [item('INV-A', 10_000)], ['INV-A'])).toEqual([['INV-A', 9800]]);
    expect(laidOn(money(9800, null), both, ['INV-A', 'INV-B'])).toEqual([]);
    const plain = item('INV-C', 9800, { offer: null });
    expect(laidOn(money(9800, null), [...both, plain], ['INV-C'])).toEqual([['INV-C', 9800]]);
  });
});
