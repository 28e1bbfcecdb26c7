/** Median, smallest and largest of the same figure over runs. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** The value below which a share `p` (0…1) of the values lies; NaN of none. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN;
}

export function spreadOf(values: readonly number[]): Spread {
  const known = values.filter((value) => Number.isFinite(value));
  const sorted = [...known].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median =
    sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
  return { median: round(median ?? Number.NaN), min: round(sorted[0] ?? Number.NaN), max: round(sorted.at(-1) ?? Number.NaN) };
}

/** Three significant digits: more would be noise. */
export function round(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(3)) : value;
}

/** Things a second between the first and the last of some moments (ms). */
export function rateOf(moments: readonly number[], from = Math.min(...moments)): number {
  const last = Math.max(...moments);
  return last > from ? (moments.length / (last - from)) * 1000 : Number.NaN;
}

/** Slope of log(value) over log(n), by least squares: 0 means that the size does not matter. */
export function logLogSlope(points: readonly { n: number; value: number }[]): number {
  const logs = points.filter(({ value }) => value > 0).map(({ n, value }) => ({ x: Math.log(n), y: Math.log(value) }));
  const meanX = logs.reduce((sum, { x }) => sum + x, 0) / logs.length;
  const meanY = logs.reduce((sum, { y }) => sum + y, 0) / logs.length;
  const over = logs.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  const under = logs.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  return under > 0 ? round(over / under) : Number.NaN;
}

/** Rows as an aligned table of text. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => (typeof cell === 'number' ? String(round(cell)) : cell)));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ');
  return [line(cells[0] ?? []), widths.map((width) => '─'.repeat(width)).join('  '), ...cells.slice(1).map(line)].join('\n');
}
