import { exponentOf, narrowed, scaled } from '../platform/money.ts';

export const RATE_UNIT = 10_000_000_000n;

/** numerator ÷ denominator, rounded half up (towards plus infinity), once. */
export function halfUp(numerator: bigint, denominator: bigint): number {
  const twice = 2n * numerator + denominator;
  const floor = twice / (2n * denominator);
  return narrowed(twice < 0n && twice % (2n * denominator) !== 0n ? floor - 1n : floor);
}

/** A dated rate: one unit of `base` in `quote`, as a decimal text of at most ten places. */
export type RateOf = (base: string, quote: string) => string | null;

export class RateMissing extends Error {
  readonly base: string;
  readonly quote: string;
  constructor(base: string, quote: string) {
    super(`no rate ${base}/${quote} on file`);
    this.base = base;
    this.quote = quote;
  }
}

/** Minor units of several currencies as one sum in `to`, rounded half up once. Throws RateMissing. */
export function convertedMinor(amounts: readonly { currency: string; minor: number }[], to: string, rateOf: RateOf): number {
  const quote = exponentOf(to) ?? 2;
  let numerator = 0n;
  for (const { currency, minor } of amounts) {
    if (minor === 0) continue;
    const rate = currency === to ? '1' : rateOf(currency, to);
    if (rate === null) throw new RateMissing(currency, to);
    // Over 10^(10 + 3): the rate's places, and the widest difference of decimals.
    const lift = 3 + quote - (exponentOf(currency) ?? 2);
    numerator += BigInt(minor) * scaled(rate, 10) * 10n ** BigInt(lift);
  }
  return halfUp(numerator, RATE_UNIT * 1000n);
}
