import { describe, expect, test } from 'vitest';
import { fitsFact } from '../../domain/credit/fact-values.ts';
import { connectorOf, derivedFacts, dimensions, enterable, factNames, factTable } from '../../domain/credit/facts.ts';
import type { FactName } from '../../domain/credit/facts.ts';
import {
  connectorsFor,
  factsOfDimension,
  freshUntil,
  minorOf,
  monthsBetween,
  numberOf,
  plainFacts,
  staleFacts,
  withDerived,
} from '../../domain/credit/profile.ts';
import type { Fact, Facts, FactValue } from '../../domain/credit/profile.ts';
import { creditCodeCheck, taxIdFault } from '../../domain/customers/tax-id.ts';

const told = (value: FactValue, asOf = '2026-09-01', source: Fact['source'] = 'manual'): Fact => ({
  value,
  asOf,
  source,
  evidence: null,
});

describe('the table of facts', () => {
  test('says of each fact who can tell it and what it is called in both languages; codes name their words', () => {
    for (const name of factNames) {
      const { sources, en, zh, type, codes, dimension } = factTable[name];
      expect(sources.length, name).toBeGreaterThan(0);
      expect(dimensions, name).toContain(dimension);
      expect([en.length > 0, /[一-鿿]/.test(zh)], name).toEqual([true, true]);
      expect(codes !== undefined, name).toBe(type === 'code');
    }
    expect(new Set(factNames.map((name) => factTable[name].zh)).size).toBe(factNames.length);
  });

  test('what follows from another fact, or from our own books, cannot be entered', () => {
    for (const name of [...derivedFacts, 'daysBeyondTerms', 'customerType', 'taxIdValid'] as FactName[])
      expect(enterable, name).not.toContain(name);
    expect(enterable).toContain('licenceUntil');
  });

  test('each dimension shows its own facts and no others', () => {
    const facts: Facts = { beds: told(800), onTimeShare: told(0.5, '2026-09-01', 'ledger'), listed: told([]) };
    expect(dimensions.map((dimension) => factsOfDimension(facts, dimension).map(({ name }) => name))).toEqual([
      ['beds'],
      ['onTimeShare'],
      [],
      ['listed'],
    ]);
  });
});

describe('a value fits its fact', () => {
  test.each<[FactName, unknown, boolean]>([
    ['beds', 800, true],
    ['beds', -1, false],
    ['beds', 1.5, false],
    ['beds', '800', false],
    ['beds', Number.NaN, false],
    ['registeredOn', '2008-02-29', true],
    ['registeredOn', '2009-02-29', false],
    ['ownership', 'public', true],
    ['ownership', 'unknown', false],
    ['netAssets', { CNY: 100 }, true],
    ['netAssets', { CNY: 100.5 }, false],
    ['netAssets', { XXX: 100 }, false],
    ['netAssets', {}, false],
    ['netAssets', 100, false],
    ['listed', [], true],
    ['listed', [{ list: 'dishonest', since: '2026-01-01', reference: '(2026)沪01执1号' }], true],
    ['listed', [{ list: 'dishonest', since: 'yesterday', reference: null }], false],
    ['listed', [{ list: 'dishonest', since: null, reference: null, name: 'Wang' }], false],
    ['bankAccount', '6222 0000 0000 1234', true],
    ['bankAccount', '', false],
    ['bankAccount', 'a\u0007', false],
    ['shareOfWallet', 0.4, true],
    ['shareOfWallet', 1, true],
    ['shareOfWallet', 25, false],
    ['shareOfWallet', -0.1, false],
    ['salesGrowth', -0.4, true],
    ['salesGrowth', 3, true],
  ])('%s %j: %s', (name, value, fits) => expect(fitsFact(name, value)).toBe(fits));
});

describe('a fact grows stale', () => {
  const facts: Facts = {
    licenceUntil: told('2027-01-01', '2026-06-01', 'licences'),
    bureauScore: told(700, '2026-01-01', 'bureau'),
    registeredOn: told('2001-01-01', '2010-01-01'),
  };

  test('on the day after its limit, and not before; what does not age never', () => {
    expect(freshUntil('licenceUntil', '2026-06-01', {})).toBe('2026-08-30');
    expect(staleFacts(facts, {}, '2026-06-30').map(({ name }) => name)).toEqual([]);
    expect(staleFacts(facts, {}, '2026-07-01').map(({ name }) => name)).toEqual(['bureauScore']);
    expect(staleFacts(facts, {}, '2026-08-30').map(({ name }) => name)).toEqual(['bureauScore']);
    expect(staleFacts(facts, {}, '2026-08-31')).toEqual(
      [
        { name: 'licenceUntil', asOf: '2026-06-01', limitDays: 90, connector: 'licences' },
        { name: 'bureauScore', asOf: '2026-01-01', limitDays: 180, connector: 'bureau' },
      ].sort((a, b) => factNames.indexOf(a.name as FactName) - factNames.indexOf(b.name as FactName)),
    );
  });

  test('sooner where policy says so', () => {
    expect(staleFacts(facts, { licenceUntil: 10 }, '2026-06-12').map(({ name }) => name)).toEqual(['licenceUntil']);
  });

  test('one that was never told is asked for only where it is needed and somebody can be asked', () => {
    const needed: FactName[] = ['listed', 'shareOfWallet', 'courtCases'];
    expect(staleFacts({}, {}, '2026-06-12', needed)).toEqual([
      { name: 'listed', asOf: null, limitDays: 30, connector: 'court-list' },
      { name: 'courtCases', asOf: null, limitDays: 30, connector: 'court-list' },
    ]);
    expect(connectorsFor(staleFacts({}, {}, '2026-06-12', needed))).toEqual(['court-list']);
    // A register that answered without telling it does not know it, until the answer itself is old.
    expect(staleFacts({}, { listed: 30 }, '2026-06-12', ['listed'], { 'court-list': '2026-05-13' })).toEqual([]);
    expect(staleFacts({}, { listed: 30 }, '2026-06-13', ['listed'], { 'court-list': '2026-05-13' })).toHaveLength(1);
    expect(connectorOf('shareOfWallet')).toBeNull();
  });
});

describe('what follows from a fact follows on the day it is read', () => {
  test('ages, days left and counts keep the source and the date of what they follow from', () => {
    const facts = withDerived(
      {
        registeredOn: told('2020-01-31', '2025-01-01', 'bureau'),
        licenceUntil: told('2026-09-30'),
        listed: told([{ list: 'sanctions', since: null, reference: null }]),
      },
      '2026-10-10',
    );
    expect(facts.businessAgeMonths).toEqual({ value: 80, asOf: '2025-01-01', source: 'bureau', evidence: null });
    expect([numberOf(facts, 'licenceDaysLeft'), numberOf(facts, 'listedEntries')]).toEqual([-10, 1]);
    expect([facts.sanctioned?.value, facts.dishonestListed?.value]).toEqual([true, false]);
    expect(plainFacts({ ...facts, netAssets: told({ CNY: 7 }) }, 'CNY')).toMatchObject({
      netAssets: { value: 7 },
      sanctioned: { value: true },
    });
    expect(plainFacts({ netAssets: told({ USD: 7 }), listed: told([]) }, 'CNY')).toEqual({});
  });

  test.each([
    ['2026-01-31', '2026-02-28', 1],
    ['2026-01-31', '2026-02-27', 0],
    ['2024-02-29', '2026-02-28', 24],
    ['2026-03-01', '2026-02-01', 0],
    ['2026-03-15', '2026-03-15', 0],
  ])('from %s to %s are %i whole months', (from, to, months) => expect(monthsBetween(from, to)).toBe(months));

  test('an amount is read in its currency or not at all', () => {
    const facts: Facts = { netAssets: told({ CNY: 5, USD: 7 }), listed: told([]) };
    expect([minorOf(facts, 'netAssets', 'USD'), minorOf(facts, 'netAssets', 'EUR'), minorOf(facts, 'listed', 'CNY')]).toEqual([
      7,
      undefined,
      undefined,
    ]);
    expect(numberOf(facts, 'netAssets')).toBeUndefined();
  });
});

describe('tax ids', () => {
  test.each([
    ['914403001922038216', null],
    ['9144030071526726XG', null],
    ['91110000 802100433b', null],
    ['91330100-799655058B', null],
    ['914403001922038217', 'check-digit'],
    ['9144030071526726X6', 'check-digit'],
    ['91440300I922038216', 'shape'],
    ['9144030019220382', 'shape'],
    ['', 'shape'],
    ['440300192203821', null],
    ['440300192203822', 'check-digit'],
    ['11010519491231002X', null],
    ['110105194912310021', 'check-digit'],
    ['11010519491231002X01', null],
    ['FR40303265045', 'shape'],
  ])('%s: %s', (id, fault) => expect(taxIdFault(id)).toBe(fault));

  test('every single wrong place of a code is found (GB 32100-2015)', () => {
    const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
    const code = `91440300715267262${creditCodeCheck('91440300715267262')}`;
    expect(taxIdFault(code)).toBeNull();
    for (let place = 8; place < code.length; place += 1)
      for (const other of alphabet)
        if (other !== code[place])
          expect(taxIdFault(code.slice(0, place) + other + code.slice(place + 1)), `${place} ${other}`).toBe('check-digit');
  });
});
