import { test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { assess } from '../../domain/credit/assess.ts';
import { questionOf, routeOf } from '../../domain/credit/route.ts';
import type { RouteQuestion } from '../../domain/credit/route.ts';
import { may } from '../../domain/platform/actor.ts';
import { zenTables } from '../../rules/zen.ts';
import { dealer, defaultMatrix, defaults, firstHospital, inputOf } from '../support/credit-policies.ts';
import { fc } from '../support/property.ts';
import { routeKinds } from '../../domain/approvals/policy.ts';

/** 10,000.00 in minor units. */
const UNIT = 1_000_000;
const asked = (more: Partial<RouteQuestion>): RouteQuestion => ({
  kind: 'raise',
  customerType: 'dealer',
  grade: 'B',
  firstTime: false,
  amountMinor: 10 * UNIT,
  termsDays: 60,
  unitMinor: UNIT,
  withinProposal: true,
  withinStanding: false,
  factsComplete: true,
  ...more,
});
const way = (question: RouteQuestion): string => {
  const { seats } = routeOf(question, defaultMatrix);
  const tiers = [...new Set(seats.map((seat) => seat.tier))];
  return tiers.map((tier) => seats.filter((seat) => seat.tier === tier).map((seat) => seat.role).join(' + ')).join(' → '); // prettier-ignore
};
const [O, OM, OMF, OMplusF, M, MF] = [
  'credit_officer',
  'credit_officer → credit_manager',
  'credit_officer → credit_manager → finance_director',
  'credit_officer → credit_manager + finance_director',
  'credit_manager',
  'credit_manager → finance_director',
];

describe('the way to a decision', () => {
  it.each<[string, Partial<RouteQuestion>, string, string]>([
    // Amount
    ['a small limit within the proposal', {}, 'small', O],
    ['up to and with twenty units', { amountMinor: 20 * UNIT }, 'small', O],
    ['a cent above them', { amountMinor: 20 * UNIT + 1 }, 'middle', OM],
    ['a small limit above the proposal', { withinProposal: false }, 'middle', OM],
    ['up to and with a hundred units', { amountMinor: 100 * UNIT, kind: 'raise' }, 'middle', OM],
    ['a cent above them, of a dealer', { amountMinor: 100 * UNIT + 1 }, 'all-others', OMplusF],
    ['a cent above them, of a hospital', { amountMinor: 100 * UNIT + 1, customerType: 'hospital' }, 'large-hospital', OMF],
    [
      'more than five hundred units, of a hospital',
      { amountMinor: 500 * UNIT + 1, customerType: 'hospital' },
      'all-others',
      OMplusF,
    ],
    ['an amount in a currency without a unit', { unitMinor: null }, 'all-others', OMplusF],
    // Terms
    ['a day beyond sixty', { termsDays: 61 }, 'middle', OM],
    ['a day beyond ninety', { termsDays: 91 }, 'all-others', OMplusF],
    ['terms alone', { kind: 'terms', amountMinor: null, termsDays: 60 }, 'small', O],
    // Grade
    ['a weak grade', { grade: 'D' }, 'all-others', OMplusF],
    ['a grade without credit', { grade: 'E' }, 'no-credit', MF],
    ['no grade', { grade: null }, 'all-others', OMplusF],
    // First time
    ['a hospital that comes first', { kind: 'new', customerType: 'hospital', firstTime: true }, 'first-hospital', OM],
    [
      'a hospital that comes first and asks for much',
      { kind: 'new', customerType: 'hospital', firstTime: true, amountMinor: 21 * UNIT },
      'middle',
      OM,
    ],
    ['a dealer that comes first', { kind: 'new', firstTime: true, termsDays: 30 }, 'first-other', OM],
    // Kinds
    [
      'a small temporary limit, also above the proposal',
      { kind: 'temporary', amountMinor: 50 * UNIT, withinProposal: false },
      'temporary-small',
      OM,
    ],
    ['a review that raises nothing, on complete facts', { kind: 'review', withinStanding: true }, 'review-kept', ''],
    ['the same with a fact missing', { kind: 'review', withinStanding: true, factsComplete: false }, 'review-within', O],
    ['the same of a fair grade', { kind: 'review', withinStanding: true, grade: 'C' }, 'review-within', O],
    ['a review that raises', { kind: 'review' }, 'small', O],
    ['a small held order', { kind: 'order-hold' }, 'hold-small', O],
    ['a small held order of a weak grade', { kind: 'order-hold', grade: 'E' }, 'hold-middle', M],
    ['a large held order', { kind: 'order-hold', amountMinor: 51 * UNIT }, 'hold-large', MF],
    ['a small held shipment', { kind: 'shipment-hold' }, 'shipment-small', O],
    ['a held shipment', { kind: 'shipment-hold', amountMinor: 11 * UNIT }, 'shipment', M],
    // By hand, whatever the rows say
    [
      'a review that raises nothing, at a high limit',
      { kind: 'review', withinStanding: true, amountMinor: 100 * UNIT },
      'review-within',
      O,
    ],
    [
      'a review that raises nothing, just below it',
      { kind: 'review', withinStanding: true, amountMinor: 100 * UNIT - 1 },
      'review-kept',
      '',
    ],
    [
      'a review that raises nothing, with long terms',
      { kind: 'review', withinStanding: true, termsDays: 90 },
      'review-within',
      O,
    ],
  ])('of %s', (_, more, row, expected) => {
    const question = asked(more);
    expect(routeOf(question, defaultMatrix).row).toBe(row);
    expect(way(question)).toBe(expected);
  });

  it('says when it had to be by hand', () => {
    expect(routeOf(asked({ amountMinor: 100 * UNIT }), defaultMatrix).byHand).toBe(true);
    expect(routeOf(asked({ termsDays: 90 }), defaultMatrix).byHand).toBe(true);
    expect(routeOf(asked({ unitMinor: null }), defaultMatrix).byHand).toBe(true);
    expect(routeOf(asked({}), defaultMatrix).byHand).toBe(false);
  });
});

const anyQuestion: fc.Arbitrary<RouteQuestion> = fc.record({
  kind: fc.constantFrom(...routeKinds),
  customerType: fc.constantFrom('hospital', 'dealer', 'channel', 'other'),
  grade: fc.option(fc.constantFrom('A', 'B', 'C', 'D', 'E'), { nil: null }),
  firstTime: fc.boolean(),
  amountMinor: fc.option(fc.integer({ min: 0, max: 1000 * UNIT }), { nil: null }),
  termsDays: fc.option(fc.integer({ min: 0, max: 720 }), { nil: null }),
  unitMinor: fc.option(fc.constant(UNIT), { nil: null }),
  withinProposal: fc.boolean(),
  withinStanding: fc.boolean(),
  factsComplete: fc.boolean(),
});

describe('whatever is asked', () => {
  test.prop([anyQuestion])('nothing large, long or of unknown size is approved by itself', (question) => {
    const { automatic, byHand } = routeOf(question, defaultMatrix);
    const large = question.amountMinor !== null && (question.unitMinor === null || question.amountMinor >= 100 * UNIT);
    if (large || (question.termsDays ?? 0) >= 90) expect([byHand, automatic]).toEqual([true, false]);
    if (automatic) expect(question).toMatchObject({ kind: 'review', withinStanding: true, factsComplete: true });
  });

  test.prop([anyQuestion])(
    'every seat belongs to a role that decides, tiers count from one and no role sits twice',
    (question) => {
      const { seats } = routeOf(question, defaultMatrix);
      expect(new Set(seats.map(({ tier, role }) => `${tier} ${role}`)).size).toBe(seats.length);
      const tiers = [...new Set(seats.map((seat) => seat.tier))];
      expect(tiers).toEqual(tiers.map((_, at) => at + 1));
      for (const { role } of seats) expect(may({ kind: 'user', id: '', role, scope: {} }, 'credit.decide')).toBe(true);
    },
  );

  test.prop([anyQuestion, fc.integer({ min: 1, max: 1000 * UNIT })])('more money never needs fewer eyes', (question, more) => {
    if (question.amountMinor === null || question.unitMinor === null) return;
    const larger = { ...question, amountMinor: question.amountMinor + more };
    expect(routeOf(larger, defaultMatrix).seats.length).toBeGreaterThanOrEqual(routeOf(question, defaultMatrix).seats.length);
  });
});

describe('the question of an application', () => {
  const tables = zenTables();
  it('is about what is asked for, held against proposal and standing', async () => {
    const input = inputOf(dealer, {
      asked: { kind: 'raise', limitMinor: 70_000_000, termsDays: 60 },
      standing: { limitMinor: 50_000_000, termsDays: 60 },
    });
    const verdict = await assess(input, defaults, tables);
    expect(questionOf(input, verdict, UNIT)).toMatchObject({
      kind: 'raise',
      customerType: 'dealer',
      grade: 'A',
      amountMinor: 70_000_000,
      withinProposal: false,
      withinStanding: false,
      factsComplete: true,
    });
  });

  it('of a review that asks for nothing is about what is proposed', async () => {
    const input = inputOf(dealer, {
      asked: { kind: 'review', limitMinor: null, termsDays: null },
      standing: { limitMinor: 60_000_000, termsDays: 60 },
    });
    const question = questionOf(input, await assess(input, defaults, tables), UNIT);
    expect(question).toMatchObject({ amountMinor: 60_000_000, termsDays: 60, withinProposal: true, withinStanding: true });
    expect(routeOf(question, defaultMatrix).automatic).toBe(true);
  });

  it('of a hospital that comes first goes through two tiers', async () => {
    const input = inputOf(firstHospital, { asked: { kind: 'new', limitMinor: 20_000_000, termsDays: 60 } });
    const question = questionOf(input, await assess(input, defaults, tables), UNIT);
    expect(routeOf(question, defaultMatrix)).toMatchObject({ row: 'first-hospital', byHand: false });
    expect(way(question)).toBe(OM);
  });
});
