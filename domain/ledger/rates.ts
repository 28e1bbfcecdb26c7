import type { BusinessDate } from '../platform/calendar.ts';
import { exponentOf, narrowed, scaled } from '../platform/money.ts';

/** Decimals that a rate may have. */
const RATE_PLACES = 10;
const RATE_UNIT = 10n ** BigInt(RATE_PLACES);

/** A rate as a whole number of its smallest unit. */
export const rateUnits = (rate: string): bigint => scaled(rate, RATE_PLACES);

/** numerator ÷ denominator, rounded half up (towards plus infinity), once. `half_up` is its twin in SQL. */
export function halfUp(numerator: bigint, denominator: bigint): number {
  const twice = 2n * numerator + denominator;
  const floor = twice / (2n * denominator);
  return narrowed(twice < 0n && twice % (2n * denominator) !== 0n ? floor - 1n : floor);
}

/** One unit of `base` in `quote` from a day on, as it was told: a decimal text of at most ten places. */
export interface DatedRate {
  base: string;
  quote: string;
  on: BusinessDate;
  rate: string;
}

/** What turns one currency into another: one unit of it in the other; `inverse`: one unit of the other in it, by which amounts are divided. */
export interface Conversion {
  rate: string;
  inverse: boolean;
}
/** How one currency is turned into another; null: neither way is on file. */
export type RateOf = (from: string, to: string) => Conversion | null;

/**
 * A rate serves both ways. Of the newest of each way (`rates`: all that are on file by the day) the later one counts, of one day the one told
 * as it is asked for; a pair is never made of two others. `rate_fraction` is its twin in SQL.
 */
export function ratesOf(rates: readonly DatedRate[]): RateOf {
  const newest = new Map<string, DatedRate>();
  for (const rate of rates) {
    const pair = `${rate.base}/${rate.quote}`;
    const known = newest.get(pair);
    if (!known || known.on < rate.on) newest.set(pair, rate);
  }
  return (from, to) => {
    const direct = newest.get(`${from}/${to}`);
    const turned = newest.get(`${to}/${from}`);
    if (turned && (!direct || turned.on > direct.on)) return { rate: turned.rate, inverse: true };
    return direct ? { rate: direct.rate, inverse: false } : null;
  };
}

export class RateMissing extends Error {
  readonly base: string;
  readonly quote: string;
  constructor(base: string, quote: string) {
    super(`no rate between ${base} and ${quote} on file`);
    this.base = base;
    this.quote = quote;
  }
}

/** Minor units of several currencies as one sum in `to`: exact fractions, rounded half up once. Throws RateMissing. */
export function convertedMinor(amounts: readonly { currency: string; minor: number }[], to: string, rateOf: RateOf): number {
  let [numerator, denominator] = [0n, 1n];
  for (const { currency, minor } of amounts) {
    if (minor === 0) continue;
    const { times, over } = fractionOf(currency, to, rateOf);
    numerator = numerator * over + BigInt(minor) * times * denominator;
    denominator *= over;
  }
  return halfUp(numerator, denominator);
}

/** What minor units of one currency are multiplied and divided by to be those of another. */
function fractionOf(from: string, to: string, rateOf: RateOf): { times: bigint; over: bigint } {
  if (from === to) return { times: 1n, over: 1n };
  const found = rateOf(from, to);
  if (found === null) throw new RateMissing(from, to);
  const lift = (exponentOf(to) ?? 2) - (exponentOf(from) ?? 2);
  const [more, less] = [10n ** BigInt(Math.max(lift, 0)), 10n ** BigInt(Math.max(-lift, 0))];
  const units = rateUnits(found.rate);
  return found.inverse ? { times: RATE_UNIT * more, over: units * less } : { times: units * more, over: RATE_UNIT * less };
}
