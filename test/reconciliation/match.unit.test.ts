import { describe, expect, test } from 'vitest';
import { dayNumber, dateOfDayNumber } from '../../domain/platform/dates.ts';
import { matchBooks, matchKey } from '../../domain/reconciliation/match.ts';
import type { BookItem, Matching } from '../../domain/reconciliation/match.ts';
import { mostSumItems, onlySum } from '../../domain/reconciliation/sums.ts';
import { item, matchingRules as rules } from '../support/book-items.ts';
import { seededFrom } from '../support/seeded.ts';
import type { Seeded } from '../support/seeded.ts';

const books = (texts: readonly string[], prefix: string, family?: string): BookItem[] =>
  texts.map((text, at) => item(`${prefix}${at + 1}`, text, family));
/** `number 100 o1=t1 +0`, one a match; then what is left. */
function said({ matches, ours, theirs }: Matching): string[] {
  const told = matches.map(
    (one) =>
      `${one.rule} ${one.confidence} ${one.ours.toSorted().join('+')}=${one.theirs.toSorted().join('+')} ${one.differenceMinor}`,
  );
  const left = [...ours, ...theirs];
  return [...told.sort(), ...(left.length > 0 ? [`left ${left.toSorted().join(' ')}`] : [])];
}
const match = (ours: readonly string[], theirs: readonly string[]): string[] =>
  said(matchBooks(books(ours, 'o'), books(theirs, 't'), rules));

describe('by number', () => {
  test.each([
    ['the same number is the same document', ['A-1 2026-01-01 500'], ['A-1 2026-08-01 500'], ['number 100 o1=t1 0']],
    ['however it is written', ['A-1 2026-01-01 500'], ['ａ１ 2026-08-01 500'], ['number 95 o1=t1 0']],
    ['another amount is told, not explained away', ['A-1 2026-01-01 500'], ['A-1 2026-01-01 450'], ['number 100 o1=t1 -50']],
    [
      'instalments of one invoice answer one line',
      ['A-1 2026-01-01 300', 'A-1 2026-01-01 700'],
      ['A-1 2026-01-01 1000'],
      ['number 100 o1+o2=t1 0'],
    ],
    ['digits that differ are no similar number', ['A-01 2026-01-01 500'], ['A-1 2026-06-01 500'], ['left o1 t1']],
    ['a number of signs alone is none', ['- 2026-01-01 500'], ['/-/ 2026-06-01 400'], ['left o1 t1']],
  ])('%s', (_name, ours, theirs, expected) => {
    expect(match(ours, theirs)).toEqual(expected);
  });

  test('documents of two families never answer one another', () => {
    const found = matchBooks([item('o1', 'A-1 2026-01-01 500')], [item('t1', 'A-1 2026-01-01 500', 'payment')], rules);
    expect(said(found)).toEqual(['left o1 t1']);
  });
});

describe('by amount and date', () => {
  test.each([
    ['one candidate each', ['A 2026-01-05 500'], ['- 2026-01-08 500'], ['amount-date 84 o1=t1 0']],
    ['less sure the farther apart', ['A 2026-01-05 500'], ['- 2026-01-15 500'], ['amount-date 70 o1=t1 0']],
    ['not beyond the window', ['A 2026-01-05 500'], ['- 2026-01-16 500'], ['left o1 t1']],
    ['less sure when both have other numbers', ['A 2026-01-05 500'], ['B 2026-01-05 500'], ['amount-date 75 o1=t1 0']],
    ['cents apart is equal', ['A 2026-01-05 50000'], ['- 2026-01-05 50100'], ['amount-date 90 o1=t1 100']],
    ['more is not', ['A 2026-01-05 50000'], ['- 2026-01-05 50101'], ['left o1 t1']],
    ['two candidates are none', ['A 2026-01-05 500', 'B 2026-01-06 500'], ['- 2026-01-05 500'], ['left o1 o2 t1']],
    [
      'equally many of one amount stand for one another',
      ['A 2026-01-05 500', 'B 2026-01-06 500'],
      ['- 2026-01-05 500', '- 2026-01-07 500'],
      ['amount-date 86 o1+o2=t1+t2 0'],
    ],
    [
      'an equal amount goes before one that is nearly so',
      ['A 2026-01-05 50000', 'B 2026-01-05 50050'],
      ['- 2026-01-05 50050', '- 2026-01-05 50000'],
      ['amount-date 90 o1=t2 0', 'amount-date 90 o2=t1 0'],
    ],
  ])('%s', (_name, ours, theirs, expected) => {
    expect(match(ours, theirs)).toEqual(expected);
  });
});

describe('by sum', () => {
  test.each([
    ['several of ours are one of theirs', ['A 2026-01-05 300', 'B 2026-01-20 450'], ['- 2026-01-31 750'], ['sum 84 o1+o2=t1 0']],
    ['several of theirs are one of ours', ['A 2026-01-05 750'], ['- 2026-01-20 300', '- 2026-01-21 450'], ['sum 84 o1=t1+t2 0']],
    [
      'the more there are, the less sure',
      ['A 2026-01-01 110', 'B 2026-01-01 120', 'C 2026-01-01 140', 'D 2026-01-01 180'],
      ['- 2026-01-31 550'],
      ['sum 80 o1+o2+o3+o4=t1 0'],
    ],
    ['a cent off is no sum', ['A 2026-01-05 300', 'B 2026-01-20 450'], ['- 2026-01-31 751'], ['left o1 o2 t1']],
    [
      'two choices that add up are no answer',
      ['A 2026-01-01 100', 'B 2026-01-01 400', 'C 2026-01-01 200', 'D 2026-01-01 300'],
      ['- 2026-01-31 500'],
      ['left o1 o2 o3 o4 t1'],
    ],
    ['one beyond the window of pairs is no sum of one', ['A 2026-01-01 500'], ['- 2026-01-31 500'], ['left o1 t1']],
    [
      'answers that want the same document are all dropped',
      ['A 2026-01-01 100', 'B 2026-01-01 230', 'C 2026-01-01 470'],
      ['- 2026-01-31 330', '- 2026-01-31 570'],
      ['left o1 o2 o3 t1 t2'],
    ],
  ])('%s', (_name, ours, theirs, expected) => {
    expect(match(ours, theirs)).toEqual(expected);
  });

  test('is not looked for among more documents than policy allows, and says so', () => {
    const many = Array.from({ length: rules.match.sumItems + 1 }, (_, at) => `N${at} 2026-01-01 ${100 + at}`);
    const found = matchBooks(books(many, 'o'), books(['- 2026-01-31 5000'], 't'), rules);
    expect(found.matches).toEqual([]);
    expect(found.unsearched).toEqual(['t1']);
  });

  test('never costs more than two halves: the largest question is answered in a blink', () => {
    const amounts = Array.from({ length: mostSumItems }, (_, at) => 1_000_003 * (at + 1) + at * at);
    const target = amounts.filter((_, at) => at % 2 === 0).reduce((sum, amount) => sum + amount, 0);
    const started = performance.now();
    onlySum(amounts, target + 1);
    // All subsets would take hours.
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(() => onlySum([...amounts, 1], target)).toThrow(RangeError);
  });
});

test('payments have a number of their own in each book: another one says nothing against them', () => {
  const found = matchBooks([item('o1', 'P-9 2026-01-05 500', 'payment')], [item('t1', 'TRF-4 2026-01-05 500', 'payment')], rules);
  expect(said(found)).toEqual(['amount-date 90 o1=t1 0']);
});

test('a match a person has refused is not made again by any rule', () => {
  const ours = books(['A-1 2026-01-05 500'], 'o');
  const theirs = books(['A-1 2026-01-05 500'], 't');
  const [first] = matchBooks(ours, theirs, rules).matches;
  if (!first) throw new Error('no match');
  expect(said(matchBooks(ours, theirs, rules, new Set([matchKey(first)])))).toEqual(['left o1 t1']);
});

// ---- Properties ----

const shuffled = <T>(chance: Seeded, values: readonly T[]): T[] => {
  const all = [...values];
  for (let at = all.length - 1; at > 0; at -= 1) {
    const other = chance.below(at + 1);
    [all[at], all[other]] = [all[other] as T, all[at] as T];
  }
  return all;
};
/** Few amounts, days and numbers, so that they meet often. */
const randomBook = (chance: Seeded, prefix: string): BookItem[] =>
  Array.from({ length: chance.below(9) }, (_, at) => ({
    id: `${prefix}${at}`,
    family: chance.below(4) === 0 ? 'payment' : 'invoice',
    numbers: chance.below(3) === 0 ? [] : [`N-${chance.below(12)}`],
    on: dateOfDayNumber(dayNumber('2026-01-01') + chance.below(50)),
    amountMinor: (chance.below(8) + 1) * 1_000 * (chance.below(6) === 0 ? -1 : 1),
  }));
const total = (items: readonly BookItem[]): number => items.reduce((sum, one) => sum + one.amountMinor, 0);

/** All choices of two or more that add up, one by one: what the clever search is held against. */
function waysTo(amounts: readonly number[], target: number): number {
  let ways = 0;
  for (let choice = 1; choice < 1 << amounts.length; choice += 1)
    if (amounts.reduce((sum, amount, at) => (choice & (1 << at) ? sum + amount : sum), 0) === target) ways += 1;
  return ways;
}

test('random books: matches are disjoint, sums conserve, the order of the input does not matter', () => {
  const chance = seededFrom();
  let several = 0;
  for (let round = 0; round < 3_000; round += 1) {
    const ours = randomBook(chance, 'o');
    const theirs = randomBook(chance, 't');
    const found = matchBooks(ours, theirs, rules);
    const used = [...found.matches.flatMap((one) => [...one.ours, ...one.theirs]), ...found.ours, ...found.theirs];
    expect(used.toSorted(), `round ${round}`).toEqual([...ours, ...theirs].map((one) => one.id).toSorted());
    const left =
      total(theirs.filter((one) => found.theirs.includes(one.id))) - total(ours.filter((one) => found.ours.includes(one.id)));
    const matched = found.matches.reduce((sum, one) => sum + one.differenceMinor, 0);
    expect(matched + left, `round ${round}`).toBe(total(theirs) - total(ours));
    for (const one of found.matches) {
      expect(one.ours.length * one.theirs.length, `round ${round}`).toBeGreaterThan(0);
      if (one.rule !== 'number') expect(Math.abs(one.differenceMinor), `round ${round}`).toBeLessThanOrEqual(100);
      if (one.rule === 'sum') several += 1;
    }
    expect(said(matchBooks(shuffled(chance, ours), shuffled(chance, theirs), rules)), `round ${round}`).toEqual(said(found));
  }
  expect(several).toBeGreaterThan(20);
});

test('a sum is found exactly when one choice adds up', () => {
  const chance = seededFrom();
  const seen = { none: 0, one: 0, more: 0 };
  for (let round = 0; round < 2_000; round += 1) {
    const amounts = Array.from({ length: chance.below(11) }, () => (chance.below(40) + 1) * (chance.below(5) === 0 ? -1 : 1));
    const target = chance.below(120) + 1;
    const ways = waysTo(amounts, target);
    const found = onlySum(amounts, target);
    expect(found !== null, `round ${round}: ${amounts.join()} → ${target}`).toBe(ways === 1);
    if (found) expect(found.reduce((sum, at) => sum + (amounts[at] ?? Number.NaN), 0)).toBe(target);
    seen[ways === 0 ? 'none' : ways === 1 ? 'one' : 'more'] += 1;
  }
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(100);
});
