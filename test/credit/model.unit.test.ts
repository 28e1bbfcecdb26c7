import { test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import {
  basePoints,
  binPoints,
  chanceAt,
  oddsAt,
  psi,
  scalingOf,
  scoreAt,
  separationOf,
  weigh,
} from '../../domain/credit/model.ts';
import { binMonotone, logistic } from '../../domain/credit/model-fit.ts';
import { seededFrom } from '../support/seeded.ts';
import { fc } from '../support/property.ts';

describe('scaling', () => {
  const scaling = scalingOf(600, 1 / 19, 50);

  it('of 600 points at 1 to 19 with 50 to double is b 72.1348 and a 387.6036', () => {
    expect(scaling.b).toBeCloseTo(72.1348, 4);
    expect(scaling.a).toBeCloseTo(387.6036, 4);
  });

  it.each([
    [1 / 19, 600],
    [2 / 19, 550],
    [1 / 38, 650],
    [4 / 19, 500],
  ])('odds of %f score %i, and back', (odds, score) => {
    expect(scoreAt(scaling, odds)).toBeCloseTo(score, 9);
    expect(oddsAt(scaling, score)).toBeCloseTo(odds, 12);
    expect(chanceAt(scaling, score)).toBeCloseTo(odds / (1 + odds), 12);
  });

  it('makes points of a regression that add up to the score of its odds', () => {
    const [intercept, coefficient, woe] = [-2.9, 0.8, 0.7];
    const points = basePoints(scaling, intercept) + binPoints(scaling, coefficient, woe);
    expect(points).toBeCloseTo(scoreAt(scaling, Math.exp(intercept + coefficient * woe)), 9);
  });
});

describe('weight of evidence', () => {
  it('is ln of the shares of bad and good, and IV their weighed difference', () => {
    const { bins, iv } = weigh([
      { good: 80, bad: 5 },
      { good: 20, bad: 15 },
    ]);
    expect(bins[0]?.woe).toBeCloseTo(Math.log(0.25 / 0.8), 12);
    expect(bins[1]?.woe).toBeCloseTo(Math.log(0.75 / 0.2), 12);
    expect(iv).toBeCloseTo((0.25 - 0.8) * Math.log(0.25 / 0.8) + (0.75 - 0.2) * Math.log(0.75 / 0.2), 12);
  });

  it('counts an empty cell as 0.9 cases', () => {
    const { bins } = weigh([
      { good: 90, bad: 0 },
      { good: 10, bad: 10 },
    ]);
    expect(bins[0]?.woe).toBeCloseTo(Math.log(0.9 / 10 / (90 / 100)), 12);
  });

  test.prop([fc.array(fc.record({ good: fc.nat(1000), bad: fc.nat(1000) }), { minLength: 1, maxLength: 20 })])(
    'is finite whatever the cells, and information is never negative where no cell is empty',
    (cells) => {
      const { bins, iv } = weigh(cells);
      for (const bin of bins) expect(Number.isFinite(bin.woe)).toBe(true);
      if (cells.every((cell) => cell.good > 0 && cell.bad > 0)) expect(iv).toBeGreaterThanOrEqual(-1e-12);
    },
  );
});

describe('separation', () => {
  const of = (goods: number[], bads: number[]) =>
    separationOf([...goods.map((score) => ({ score, bad: false })), ...bads.map((score) => ({ score, bad: true }))]);

  it.each([
    ['perfect', [3, 4], [1, 2], 1, 1, 1],
    ['none', [1, 2], [1, 2], 0, 0.5, 0],
    ['the wrong way round', [1, 2], [3, 4], 1, 0, -1],
    ['partial', [2, 3, 4], [1, 3], 0.5, 0.75, 0.5],
  ])('%s', (_, goods, bads, ks, auc, gini) => {
    const found = of(goods, bads);
    expect([found.auc, found.gini]).toEqual([auc, gini]);
    expect(found.ks).toBeCloseTo(ks, 12);
  });

  it('of one kind alone says nothing', () => {
    expect(of([1], [])).toEqual({ ks: 0, at: null, auc: 0.5, gini: 0 });
  });

  test.prop([
    fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 40 }),
    fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 40 }),
  ])('AUC is the share of pairs in which the good one scores higher, equals counting half', (goods, bads) => {
    const won = goods.flatMap((good) => bads.map((bad): number => (good > bad ? 1 : good === bad ? 0.5 : 0)));
    expect(of(goods, bads).auc).toBeCloseTo(won.reduce((sum, one) => sum + one, 0) / won.length, 9);
  });
});

describe('population stability', () => {
  it('is nothing for the same population, and the sum of the shifts otherwise', () => {
    expect(psi([10, 20, 70], [1, 2, 7])).toBeCloseTo(0, 12);
    expect(psi([50, 50], [40, 60])).toBeCloseTo(-0.1 * Math.log(0.8) + 0.1 * Math.log(1.2), 12);
  });

  it('is finite for an empty bin, and refuses other bins', () => {
    expect(Number.isFinite(psi([50, 50], [100, 0]))).toBe(true);
    expect(() => psi([1], [1, 2])).toThrow(RangeError);
  });
});

describe('monotone binning', () => {
  const anyObserved = fc.array(
    fc.record({ value: fc.option(fc.integer({ min: 0, max: 100 }), { nil: null }), bad: fc.boolean() }),
    { minLength: 1, maxLength: 300 },
  );
  test.prop([anyObserved, fc.constantFrom('rising' as const, 'falling' as const)])(
    'keeps every case, goes one way only, and has rising bounds',
    (observed, way) => {
      const { bounds, cells, missing } = binMonotone(observed, way);
      const count = [...cells, missing].reduce((sum, { good, bad }) => sum + good + bad, 0);
      expect(count).toBe(observed.length);
      expect(cells).toHaveLength(bounds.length + 1);
      expect(bounds).toEqual([...new Set(bounds)].sort((a, b) => a - b));
      expect(cells.length).toBeLessThanOrEqual(5);
      const rates = cells.map(({ good, bad }) => bad / (good + bad || 1));
      const inOrder = [...rates].sort((a, b) => (way === 'rising' ? b - a : a - b));
      expect(rates).toEqual(inOrder);
    },
  );
});

describe('logistic regression', () => {
  it('finds the log odds of a single yes or no exactly', () => {
    const cases = [
      ...Array.from({ length: 100 }, (_, no) => ({ x: 0, bad: no < 10 })),
      ...Array.from({ length: 100 }, (_, no) => ({ x: 1, bad: no < 40 })),
    ];
    const { intercept, coefficients, converged } = logistic(cases.map(({ x }) => [x]), cases.map(({ bad }) => bad)); // prettier-ignore
    expect(converged).toBe(true);
    expect(intercept).toBeCloseTo(Math.log(10 / 90), 3);
    expect(coefficients[0]).toBeCloseTo(Math.log(40 / 60) - Math.log(10 / 90), 3);
  });

  it('finds what made the cases', () => {
    const chances = seededFrom(7);
    const random = (): number => chances.below(1_000_000) / 1_000_000;
    const made = Array.from({ length: 20_000 }, () => {
      const row = [random() * 4 - 2, random() * 4 - 2];
      const chance = 1 / (1 + Math.exp(-(-1 + 0.8 * (row[0] ?? 0) - 1.5 * (row[1] ?? 0))));
      return { row, bad: random() < chance };
    });
    const { intercept, coefficients } = logistic(made.map(({ row }) => row), made.map(({ bad }) => bad)); // prettier-ignore
    expect(intercept).toBeCloseTo(-1, 0);
    expect(Math.abs(intercept + 1)).toBeLessThan(0.1);
    expect(Math.abs((coefficients[0] ?? 0) - 0.8)).toBeLessThan(0.1);
    expect(Math.abs((coefficients[1] ?? 0) + 1.5)).toBeLessThan(0.1);
  });

  it('stays finite where a fact separates perfectly, or says nothing', () => {
    const rows = Array.from({ length: 40 }, (_, no) => [no < 20 ? 0 : 1, 5]);
    const { coefficients } = logistic(rows, rows.map((_, no) => no >= 20)); // prettier-ignore
    for (const one of coefficients) expect(Number.isFinite(one)).toBe(true);
    expect(coefficients[0]).toBeGreaterThan(0);
  });
});
