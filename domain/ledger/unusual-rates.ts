import { rateUnits } from './rates.ts';
import type { Conversion } from './rates.ts';

/** Calendar days before and after the day of a rate in which others are compared with it. */
export const RATE_DAYS = 30;

const ONE = rateUnits('1');

/** Whether one figure exceeds the other by more than half. */
const farApart = (one: bigint, two: bigint): boolean => (one > two ? 2n * one > 3n * two : 2n * two > 3n * one);

/**
 * Whether a rate differs from any of these by more than markets move in a month: one exceeds the other by more than half. Both ways give: to
 * what is owed, or to what is paid. Rates told the other way round are turned as fractions.
 */
export const isUnusualRate = (rate: string, others: readonly Conversion[]): boolean =>
  others.some((other) => {
    // rate ÷ other, and rate ÷ (1 ÷ other).
    const [one, two] = other.inverse
      ? [rateUnits(rate) * rateUnits(other.rate), ONE * ONE]
      : [rateUnits(rate), rateUnits(other.rate)];
    return farApart(one, two);
  });

/** The same of what a bank says it converted, held against what the rate on file makes of it. Both in minor units of the settled currency. */
export const isUnusualConversion = (convertedMinor: number, onFileMinor: number): boolean =>
  farApart(BigInt(convertedMinor), BigInt(onFileMinor));
