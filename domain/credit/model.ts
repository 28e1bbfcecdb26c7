/** The mathematics of scorecards. Odds are bad : good throughout; a score rises as odds fall. */

/** b = PDO ÷ ln 2 and a = points + b·ln(odds): score = a − b·ln(odds). */
export interface Scaling {
  a: number;
  b: number;
}

/** The scaling by which `points` stand at these odds and `pdo` more points halve them. */
export function scalingOf(points: number, odds: number, pdo: number): Scaling {
  const b = pdo / Math.LN2;
  return { a: points + b * Math.log(odds), b };
}

/** The score at odds of bad : good. */
export const scoreAt = ({ a, b }: Scaling, odds: number): number => a - b * Math.log(odds);
/** The odds a score stands for, and the chance of going bad. */
export const oddsAt = ({ a, b }: Scaling, score: number): number => Math.exp((a - score) / b);
export const chanceAt = (scaling: Scaling, score: number): number => {
  const odds = oddsAt(scaling, score);
  return odds / (1 + odds);
};

/** Goods and bads of a bin. */
export interface Cell {
  good: number;
  bad: number;
}

/** An empty cell counts as so many cases, so that its WOE is finite. */
const EMPTY = 0.9;

export interface Weighed extends Cell {
  woe: number;
  iv: number;
}

/** WOE = ln(%bad ÷ %good), each the bin's share of all of its kind; IV = Σ(%bad − %good)·WOE. Positive WOE is bad. */
export function weigh(cells: readonly Cell[]): { bins: Weighed[]; iv: number } {
  const filled = cells.map(({ good, bad }) => ({ good: good === 0 ? EMPTY : good, bad: bad === 0 ? EMPTY : bad }));
  const goods = cells.reduce((sum, cell) => sum + cell.good, 0);
  const bads = cells.reduce((sum, cell) => sum + cell.bad, 0);
  const bins = cells.map((cell, at) => {
    const { good, bad } = filled[at] ?? cell;
    const [badShare, goodShare] = [bad / (bads || EMPTY), good / (goods || EMPTY)];
    const woe = Math.log(badShare / goodShare);
    return { ...cell, woe, iv: (badShare - goodShare) * woe };
  });
  return { bins, iv: bins.reduce((sum, bin) => sum + bin.iv, 0) };
}

/** Points of a bin: −b·coefficient·WOE. */
export const binPoints = ({ b }: Scaling, coefficient: number, woe: number): number => -b * coefficient * woe;
/** Base points: a − b·intercept. */
export const basePoints = ({ a, b }: Scaling, intercept: number): number => a - b * intercept;

/** One case: its score (higher is better) and whether it went bad. */
export interface Case {
  score: number;
  bad: boolean;
}

export interface Separation {
  ks: number;
  /** Score at which the two distributions lie furthest apart. */
  at: number | null;
  auc: number;
  gini: number;
}

/** How well a score separates: KS the widest gap of the two distributions, AUC the chance that a good one scores above a bad one. */
export function separationOf(cases: readonly Case[]): Separation {
  const bads = cases.filter((one) => one.bad).length;
  const goods = cases.length - bads;
  if (bads === 0 || goods === 0) return { ks: 0, at: null, auc: 0.5, gini: 0 };
  const byScore = new Map<number, Cell>();
  for (const { score, bad } of cases) {
    const cell = byScore.get(score) ?? { good: 0, bad: 0 };
    byScore.set(score, bad ? { ...cell, bad: cell.bad + 1 } : { ...cell, good: cell.good + 1 });
  }
  let [badBelow, goodBelow, ks, pairs] = [0, 0, 0, 0];
  let at: number | null = null;
  for (const [score, { good, bad }] of [...byScore].sort(([x], [y]) => x - y)) {
    // Pairs won: a good one above all bads below it; equals count half.
    pairs += good * (badBelow + bad / 2);
    badBelow += bad;
    goodBelow += good;
    const gap = Math.abs(badBelow / bads - goodBelow / goods);
    if (gap > ks) [ks, at] = [gap, score];
  }
  const auc = pairs / (bads * goods);
  return { ks, at, auc, gini: 2 * auc - 1 };
}

/** Population stability: Σ(actual − expected)·ln(actual ÷ expected) over the bins' shares. Below 0.1 stable, above 0.25 another population. */
export function psi(expected: readonly number[], actual: readonly number[]): number {
  if (expected.length !== actual.length) throw new RangeError('both populations have the same bins');
  const share = (counts: readonly number[]): number[] => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    return counts.map((count) => (count === 0 ? EMPTY : count) / (total || EMPTY));
  };
  const [before, now] = [share(expected), share(actual)];
  return before.reduce((sum, was, at) => sum + ((now[at] ?? was) - was) * Math.log((now[at] ?? was) / was), 0);
}
