import { describe, expect, it } from 'vitest';
import { fitScorecard } from '../../domain/credit/scorecard-fit.ts';
import type { Observation } from '../../domain/credit/scorecard-fit.ts';
import { addDays } from '../../domain/platform/calendar.ts';
import { policyContents } from '../../contracts/policy-contents.ts';
import { policyFaults } from '../../domain/policy-faults.ts';
import { scoreOf } from '../../domain/credit/scorecard.ts';
import { chanceAt, scalingOf } from '../../domain/credit/model.ts';
import { defaults, factsOf } from '../support/credit-policies.ts';
import { seededFrom } from '../support/seeded.ts';

const { content: scorecard } = defaults.scorecard;
const context = { kinds: [], templates: [], ladders: [], grades: [] };

/** Customers whose lateness makes them bad, and whose age does not; one history a seed. */
function history(count: number, seed = 11): Observation[] {
  const chances = seededFrom(seed);
  const chance = (): number => chances.below(1_000_000) / 1_000_000;
  return Array.from({ length: count }, (_, no) => {
    const late = Math.round(chance() * 60);
    const onTime = Math.round(chance() * 100) / 100;
    const bad = chance() < 1 / (1 + Math.exp(-(-3.5 + late / 15 - 2 * (onTime - 0.5))));
    const facts = { customerType: 'dealer', daysBeyondTerms: late, onTimeShare: onTime, tradeMonths: 1 + (no % 50) };
    return { day: addDays('2024-01-31', 30 * (no % 12)), facts: factsOf(facts), bad };
  });
}

describe('a scorecard fitted on history', () => {
  const fitted = fitScorecard(history(3000), scorecard);
  if (!fitted.ok) throw new Error(fitted.fault);
  const { policy, report } = fitted;

  it('fits its shape, contradicts nothing, and says what it was fitted on', () => {
    expect(policyContents.scorecard.parse(policy)).toEqual(policy);
    expect(policyFaults('scorecard', policy, context)).toEqual([]);
    expect(policy.fit).toMatchObject({ observations: 3000, bads: report.bads });
  });

  it('finds what was planted, leaves out what says nothing, and keeps the rest as it was', () => {
    expect(report.characteristics.map((one) => one.id).sort()).toEqual(['days-beyond-terms', 'on-time-share']);
    for (const id of report.kept)
      expect(policy.characteristics.find((one) => one.id === id)).toEqual(scorecard.characteristics.find((one) => one.id === id));
    const [strongest] = [...report.characteristics].sort((a, b) => b.iv - a.iv);
    expect(strongest?.id).toBe('days-beyond-terms');
  });

  it('separates on days it never saw, and better than the scorecard before it or as well', () => {
    expect(report.tested.cases).toBeGreaterThan(500);
    expect(report.tested.auc).toBeGreaterThan(0.75);
    expect(report.tested.auc).toBeGreaterThanOrEqual(report.current.auc - 0.005);
    expect(report.psi).toBeLessThan(0.1);
  });

  it('counts every case of a characteristic in one bin', () => {
    for (const { bins } of report.characteristics)
      expect(bins.reduce((sum, bin) => sum + bin.good + bin.bad, 0)).toBe(report.trained.cases);
  });

  it('means what its scale says: the mean of the chances its scores stand for is the share that went bad', () => {
    const { scale } = policy;
    const scaling = scalingOf(scale.points, 1 / 19, scale.pdo);
    const all = history(3000);
    const mean = all.reduce((sum, { facts, day }) => sum + chanceAt(scaling, scoreOf({ today: day, facts, peers: null, productLines: [] }, policy).score), 0) / all.length; // prettier-ignore
    expect(Math.abs(mean - report.bads / report.observations)).toBeLessThan(0.02);
  });

  it('is the same for the same history, in any order', () => {
    expect(fitScorecard(history(3000).reverse(), scorecard)).toEqual(fitted);
  });

  it('is refused where there is too little to learn from', () => {
    expect(fitScorecard(history(20), scorecard)).toEqual({ ok: false, fault: 'too-few-cases' });
    const good = history(100).map((one) => ({ ...one, bad: false }));
    expect(fitScorecard(good, scorecard)).toEqual({ ok: false, fault: 'too-few-bads' });
    const blind = history(400).map((one) => ({ ...one, facts: factsOf({ customerType: 'dealer' }) }));
    expect(fitScorecard(blind, scorecard)).toEqual({ ok: false, fault: 'nothing-separates' });
  });
});
