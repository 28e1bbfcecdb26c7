import type { BusinessDate } from '../platform/calendar.ts';
import { factTable } from './facts.ts';
import { binMonotone, logistic } from './model-fit.ts';
import { basePoints, binPoints, psi, scalingOf, separationOf, weigh } from './model.ts';
import type { Case, Cell, Separation } from './model.ts';
import type { Bin, Characteristic, ScorecardPolicy } from './policy.ts';
import type { Facts } from './profile.ts';
import { scoreOf } from './scorecard.ts';

/** A customer as it was known on a day, and whether it went bad after it. */
export interface Observation {
  day: BusinessDate;
  facts: Facts;
  bad: boolean;
}

export interface FittedBin extends Cell {
  id: string;
  woe: number;
  points: number;
}

export interface FitReport {
  observations: number;
  bads: number;
  trainedUntil: BusinessDate;
  /** On what it was fitted on, and on the newest days, which it never saw. */
  trained: Separation & { cases: number };
  tested: Separation & { cases: number };
  /** The scorecard in force, on the same newest days. */
  current: Separation;
  /** Shift of the scores from the older to the newer days. */
  psi: number;
  characteristics: { id: string; iv: number; coefficient: number; bins: FittedBin[] }[];
  /** Kept as they were: not observed, too little information, or pointing the wrong way. */
  kept: string[];
}

/** What is too little to fit on. */
export type FitFault = 'too-few-cases' | 'too-few-bads' | 'nothing-separates';

const LEAST = { cases: 50, bads: 10, iv: 0.02 };
const TRAINED_SHARE = 0.7;

/**
 * Proposes a scorecard fitted on history: characteristics that say which way they go get new bins and points from weight of evidence and
 * logistic regression on the older days, and are tried on the newer; all others stay as they are. The base is set so that these cases score
 * what their odds say.
 */
export function fitScorecard(
  observations: readonly Observation[],
  policy: ScorecardPolicy,
): { ok: true; policy: ScorecardPolicy; report: FitReport } | { ok: false; fault: FitFault } {
  const sorted = [...observations].sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
  const bads = sorted.filter((one) => one.bad).length;
  if (sorted.length < LEAST.cases) return { ok: false, fault: 'too-few-cases' };
  const split = sorted[Math.floor(sorted.length * TRAINED_SHARE)]?.day ?? '';
  const [train, test] = [sorted.filter((one) => one.day < split), sorted.filter((one) => one.day >= split)];
  if (train.filter((one) => one.bad).length < LEAST.bads) return { ok: false, fault: 'too-few-bads' };
  const chosen = choose(train, policy);
  if (chosen.length === 0) return { ok: false, fault: 'nothing-separates' };
  const { intercept, fitted } = regress(train, chosen, policy);
  const proposed = withPoints(policy, intercept, fitted, train);
  const scores = (some: readonly Observation[], by: ScorecardPolicy): Case[] =>
    some.map((one) => ({ score: scoreOf(scored(one), by).score, bad: one.bad }));
  const [old, fresh] = [scores(train, proposed), scores(test, proposed)];
  const ids = fitted.map(({ rule }) => rule.id);
  const report: FitReport = {
    observations: sorted.length,
    bads,
    trainedUntil: split,
    trained: { ...separationOf(old), cases: old.length },
    tested: { ...separationOf(fresh), cases: fresh.length },
    current: separationOf(scores(test, policy)),
    psi: figure(drift(old, fresh)),
    characteristics: fitted.map(({ rule, iv, coefficient, bins }) => ({
      id: rule.id,
      iv: figure(iv),
      coefficient: figure(coefficient),
      bins: bins.map((bin) => ({ ...bin, woe: figure(bin.woe) })),
    })),
    kept: policy.characteristics.map((one) => one.id).filter((id) => !ids.includes(id)),
  };
  return { ok: true, policy: { ...proposed, fit: { ...report } }, report };
}

/** Six decimals: sums taken in another order are the same figure. */
const figure = (value: number): number => Math.round(value * 1e6) / 1e6;

const scored = ({ day, facts }: Observation) => ({ today: day, facts, peers: null, productLines: [] });

interface Chosen {
  rule: Characteristic;
  bounds: readonly number[];
  woes: readonly number[];
  cells: readonly Cell[];
  /** Of missing values; null: none were observed. */
  missing: { cell: Cell; woe: number } | null;
  iv: number;
}

/** What a characteristic is binned by, as the scorecard itself reads it; null: missing. */
function valuesOf(some: readonly Observation[], rule: Characteristic, policy: ScorecardPolicy): (number | null)[] {
  const alone = { ...policy, characteristics: [rule] };
  return some.map((one) => scoreOf(scored(one), alone).lines[0]?.judged ?? null);
}

function choose(train: readonly Observation[], policy: ScorecardPolicy): Chosen[] {
  return policy.characteristics.flatMap((rule): Chosen[] => {
    const { type } = factTable[rule.fact];
    if (!rule.monotone || (type !== 'number' && type !== 'share')) return [];
    const values = valuesOf(train, rule, policy);
    if (values.every((value) => value === null)) return [];
    const observed = values.map((value, at) => ({ value, bad: train[at]?.bad ?? false }));
    const { bounds, cells, missing } = binMonotone(observed, rule.monotone);
    if (cells.length < 2) return [];
    const some = missing.good + missing.bad > 0;
    const { bins, iv } = weigh(some ? [...cells, missing] : cells);
    if (iv < LEAST.iv) return [];
    const woes = bins.map((bin) => bin.woe);
    const apart = some ? { cell: missing, woe: woes.at(-1) ?? 0 } : null;
    return [{ rule, bounds, cells, woes: woes.slice(0, cells.length), missing: apart, iv }];
  });
}

const woeOf = ({ bounds, woes, missing }: Chosen, value: number | null): number => {
  if (value === null) return missing?.woe ?? 0;
  const at = bounds.findIndex((below) => value < below);
  return woes[at < 0 ? woes.length - 1 : at] ?? 0;
};

interface Fitted extends Chosen {
  coefficient: number;
  bins: FittedBin[];
}

/** Regression on the weights; whoever would turn a bad weight into good points is left out, and the rest fitted again. */
function regress(
  train: readonly Observation[],
  chosen: readonly Chosen[],
  policy: ScorecardPolicy,
): { intercept: number; fitted: Fitted[] } {
  const columns = chosen.map((one) => valuesOf(train, one.rule, policy).map((value) => woeOf(one, value)));
  const rows = train.map((_, no) => columns.map((column) => column[no] ?? 0));
  const { intercept, coefficients } = logistic(
    rows,
    train.map((one) => one.bad),
  );
  const right = chosen.filter((_, at) => (coefficients[at] ?? 0) > 0);
  if (right.length < chosen.length) return right.length > 0 ? regress(train, right, policy) : { intercept, fitted: [] };
  const scaling = scaleOf(policy);
  const fitted = chosen.map((one, at): Fitted => {
    const coefficient = coefficients[at] ?? 0;
    const ids = one.bounds.map((below) => `below-${below}`);
    const bins = one.cells.map((cell, no) => {
      const woe = one.woes[no] ?? 0;
      return { ...cell, id: ids[no] ?? 'above', woe, points: Math.round(binPoints(scaling, coefficient, woe)) + 0 };
    });
    return { ...one, coefficient, bins };
  });
  return { intercept, fitted };
}

function scaleOf({ scale }: ScorecardPolicy) {
  const [bad = 1, good = 1] = scale.odds.split('/').map(Number);
  return scalingOf(scale.points, bad / good, scale.pdo);
}

function withPoints(
  policy: ScorecardPolicy,
  intercept: number,
  fitted: readonly Fitted[],
  train: readonly Observation[],
): ScorecardPolicy {
  const scaling = scaleOf(policy);
  const characteristics = policy.characteristics.map((rule): Characteristic => {
    const own = fitted.find((one) => one.rule.id === rule.id);
    if (!own) return rule;
    const bins = own.bins.map(({ id, points }, at): Bin => {
      const below = own.bounds[at];
      return below === undefined ? { id, points } : { id, below, points };
    });
    const missing = own.missing
      ? Math.round(binPoints(scaling, own.coefficient, own.missing.woe)) + 0
      : Math.min(0, rule.missing);
    return { ...rule, bins, missing };
  });
  // What stays as it was goes on giving points: the base leaves room for as many as it gave these cases on average.
  const ids = fitted.map((one) => one.rule.id);
  const kept = { ...policy, base: 0, characteristics: policy.characteristics.filter((rule) => !ids.includes(rule.id)) };
  const given = train.reduce((sum, one) => sum + scoreOf(scored(one), kept).score, 0) / train.length;
  const base = Math.round(basePoints(scaling, intercept) - given);
  return { ...policy, base, characteristics };
}

function drift(old: readonly Case[], fresh: readonly Case[]): number {
  const sorted = old.map((one) => one.score).sort((a, b) => a - b);
  const cuts = [...new Set([0.2, 0.4, 0.6, 0.8].map((at) => sorted[Math.floor(sorted.length * at)] ?? 0))];
  const counts = (some: readonly Case[]): number[] =>
    [...cuts, Infinity].map((to, at) => some.filter(({ score }) => score < to && score >= (cuts[at - 1] ?? -Infinity)).length);
  return psi(counts(old), counts(fresh));
}
