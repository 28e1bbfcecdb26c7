/** Most items a sum is ever looked for among, whatever policy says: each half then has 4,096 sums. */
export const mostSumItems = 24;

/** What is known of the sums of one half: how many choices give it (two stand for many), and one of them. */
type Sums = Map<number, { ways: number; choice: number }>;

function sumsOf(amounts: readonly number[]): Sums {
  const sums: Sums = new Map();
  for (let choice = 0; choice < 1 << amounts.length; choice += 1) {
    let sum = 0;
    for (const [at, amount] of amounts.entries()) if (choice & (1 << at)) sum += amount;
    const known = sums.get(sum);
    if (known) known.ways = 2;
    else sums.set(sum, { ways: 1, choice });
  }
  return sums;
}

const chosen = (choice: number, size: number): number[] =>
  Array.from({ length: size }, (_, at) => at).filter((at) => choice & (1 << at));

/**
 * The only choice of amounts that adds up to `target`, as their places; null when there is none or more than one. Two halves meet in the
 * middle, so that n items cost 2 × 2^(n/2) sums, never more. Throws RangeError for more than `mostSumItems`.
 */
export function onlySum(amounts: readonly number[], target: number): number[] | null {
  if (amounts.length > mostSumItems) throw new RangeError(`a sum among ${amounts.length} items is not looked for`);
  const middle = amounts.length >> 1;
  const left = sumsOf(amounts.slice(0, middle));
  const right = sumsOf(amounts.slice(middle));
  let found: number[] | null = null;
  for (const [sum, one] of left) {
    const other = right.get(target - sum);
    if (!other) continue;
    if (found || one.ways > 1 || other.ways > 1) return null;
    found = [...chosen(one.choice, middle), ...chosen(other.choice, amounts.length - middle).map((at) => at + middle)];
  }
  return found;
}
