import type { Cell } from './model.ts';

/** A case to learn from: its value (null: missing) and whether it went bad. */
export interface Observed {
  value: number | null;
  bad: boolean;
}

/** Bins by upper bounds, the last open, with the goods and bads of each; what is missing stands apart. */
export interface Binning {
  bounds: readonly number[];
  cells: readonly Cell[];
  missing: Cell;
}

const cellOf = (some: readonly { bad: boolean }[]): Cell => {
  const bad = some.filter((one) => one.bad).length;
  return { good: some.length - bad, bad };
};
const rate = ({ good, bad }: Cell): number => bad / (good + bad || 1);
const joined = (a: Cell, b: Cell): Cell => ({ good: a.good + b.good, bad: a.bad + b.bad });

interface Slice {
  below: number;
  cell: Cell;
}

/**
 * Monotone bins: fine quantiles first; then neighbours that break the order, or hold too few cases, are joined, those whose bad rates
 * differ least first, until at most `most` are left. `way`: whether the value rises with goodness.
 */
export function binMonotone(
  observed: readonly Observed[],
  way: 'rising' | 'falling',
  { most = 5, leastShare = 0.05 }: { most?: number; leastShare?: number } = {},
): Binning {
  const known = observed.filter((one): one is { value: number; bad: boolean } => one.value !== null);
  known.sort((a, b) => a.value - b.value);
  const missing = cellOf(observed.filter((one) => one.value === null));
  let slices = quantiles(known, 20);
  const least = leastShare * known.length;
  for (;;) {
    const broken = slices.findIndex((slice, at) => {
      const next = slices[at + 1];
      return next !== undefined && (way === 'rising' ? rate(next.cell) > rate(slice.cell) : rate(next.cell) < rate(slice.cell));
    });
    const small = slices.findIndex(({ cell }) => cell.good + cell.bad < least);
    if (slices.length > 1 && broken >= 0) slices = join(slices, broken);
    else if (slices.length > 1 && small >= 0) slices = join(slices, small === slices.length - 1 ? small - 1 : small);
    else if (slices.length > most) slices = join(slices, nearest(slices));
    else break;
  }
  return { bounds: slices.slice(0, -1).map((slice) => slice.below), cells: slices.map((slice) => slice.cell), missing };
}

function quantiles(sorted: readonly { value: number; bad: boolean }[], count: number): Slice[] {
  const cuts = new Set<number>();
  for (let no = 1; no < count; no += 1) {
    const cut = sorted[Math.floor((sorted.length * no) / count)]?.value;
    if (cut !== undefined && cut > (sorted[0]?.value ?? cut)) cuts.add(cut);
  }
  const bounds = [...cuts, Infinity];
  return bounds.map((below, at) => {
    const from = at === 0 ? -Infinity : (bounds[at - 1] ?? -Infinity);
    return { below, cell: cellOf(sorted.filter(({ value }) => value >= from && value < below)) };
  });
}

const join = (slices: readonly Slice[], at: number): Slice[] =>
  slices.flatMap((slice, no) => {
    const next = slices[no + 1];
    if (no === at && next) return [{ below: next.below, cell: joined(slice.cell, next.cell) }];
    return no === at + 1 ? [] : [slice];
  });

function nearest(slices: readonly Slice[]): number {
  const gaps = slices.slice(1).map((slice, at) => Math.abs(rate(slice.cell) - rate(slices[at]?.cell ?? slice.cell)));
  return gaps.indexOf(Math.min(...gaps));
}

export interface Logistic {
  intercept: number;
  coefficients: readonly number[];
  converged: boolean;
}

/** A little shrinkage keeps coefficients finite where a fact separates perfectly. */
const RIDGE = 1e-4;
const ROUNDS = 50;

/**
 * Logistic regression of bad on the features (one row a case, the same length each) by Newton's method; each step solves a system of as many
 * equations as there are features.
 */
export function logistic(rows: readonly (readonly number[])[], bads: readonly boolean[]): Logistic {
  const size = (rows[0]?.length ?? 0) + 1;
  let weights = new Array<number>(size).fill(0);
  for (let round = 0; round < ROUNDS; round += 1) {
    const gradient: number[] = weights.map((weight, at) => (at === 0 ? 0 : -RIDGE * weight));
    const curve: number[][] = Array.from({ length: size }, (_, i) =>
      Array.from({ length: size }, (_, j) => (i === j && i > 0 ? RIDGE : 0)),
    );
    rows.forEach((row, no) => {
      const x = [1, ...row];
      const chance = 1 / (1 + Math.exp(-dot(x, weights)));
      const miss = (bads[no] ? 1 : 0) - chance;
      const weight = chance * (1 - chance);
      x.forEach((xi, i) => {
        gradient[i] = (gradient[i] ?? 0) + miss * xi;
        const line = curve[i];
        if (line) x.forEach((xj, j) => (line[j] = (line[j] ?? 0) + weight * xi * xj));
      });
    });
    const step = solve(curve, gradient);
    weights = weights.map((weight, at) => weight + (step[at] ?? 0));
    if (Math.max(...step.map(Math.abs)) < 1e-8)
      return { intercept: weights[0] ?? 0, coefficients: weights.slice(1), converged: true };
  }
  return { intercept: weights[0] ?? 0, coefficients: weights.slice(1), converged: false };
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, one, at) => sum + one * (b[at] ?? 0), 0);

/** Gaussian elimination with the largest pivot. A direction without information gets no step. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, at) => [...row, right[at] ?? 0]);
  const size = rows.length;
  for (let col = 0; col < size; col += 1) {
    const pivot = rows
      .slice(col)
      .reduce((best, row, at) => (Math.abs(row[col] ?? 0) > Math.abs(rows[best]?.[col] ?? 0) ? col + at : best), col);
    [rows[col], rows[pivot]] = [rows[pivot] ?? [], rows[col] ?? []];
    const head = rows[col] ?? [];
    const lead = head[col] ?? 0;
    if (Math.abs(lead) < 1e-12) continue;
    for (const row of rows) {
      if (row === head) continue;
      const times = (row[col] ?? 0) / lead;
      if (times !== 0) head.forEach((value, at) => (row[at] = (row[at] ?? 0) - times * value));
    }
  }
  return rows.map((row, at) => (Math.abs(row[at] ?? 0) < 1e-12 ? 0 : (row[size] ?? 0) / (row[at] ?? 1)));
}
