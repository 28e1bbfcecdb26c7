import { parseAmount, sumMinor } from '../platform/money.ts';
import type { CollectionPolicy } from './policy.ts';

/** Where policy is silent. */
const DEFAULT: Readonly<Record<string, string>> = {
  ...{ CNY: '50000.00', USD: '7500.00', EUR: '7500.00', HKD: '50000.00', JPY: '1000000', GBP: '6000.00' },
};

/**
 * Up to this amount an ERP's credit notes, refunds and smaller invoices are taken without a second person, all steps on one document together;
 * minor units. A currency that policy does not name always asks for one.
 */
export function bookedAloneMinor({ bookedAlone = DEFAULT }: Pick<CollectionPolicy, 'bookedAlone'>, currency: string): number {
  const parsed = parseAmount(bookedAlone[currency] ?? '0', currency);
  return parsed.ok ? parsed.minor : 0;
}

/**
 * What a second person is asked about: what is given now, with what was given on the same document before without one. Null: that is no
 * more than policy lets one alone give, or nothing is given now.
 */
export function askedAbout(nowMinor: number, beforeMinor: number, aloneMinor: number): number | null {
  const minor = sumMinor([nowMinor, beforeMinor]);
  return nowMinor > 0 && minor > aloneMinor ? minor : null;
}
