import type { BusinessDate } from '../platform/calendar.ts';
import { exactSum, shareOf, sumMinor } from '../platform/money.ts';
import { itemsNamed } from './allocation.ts';
import type { OpenItem } from './allocation.ts';
import type { LedgerLine, PaymentDocument } from './documents.ts';
import { documentMeant } from './reference.ts';
import type { RateOf } from './rates.ts';
import { convertedMinor } from './rates.ts';
import { isUnusualConversion } from './unusual-rates.ts';

/** Of a payment that settles in another currency: what was paid, how it was converted, and the exchange difference in the settled currency. */
export interface Exchange {
  currency: string;
  amountMinor: number;
  /** Of the rate on file: one unit of what was paid in what it settles; null: the bank told the amount. */
  rate: string | null;
  /** The rate was told the other way round, and the amount divided by it. */
  inverse: boolean;
  source: 'bank' | 'file';
  /** What the money is worth, less what it settles: above zero a gain. */
  differenceMinor: number;
}

/**
 * What money worth `worthMinor` settles of items of which `openMinor` is owed: all of it when the two differ by no more than the tolerance,
 * in hundredths of a per cent; the difference is booked. Else what it is worth.
 */
export function settledBy(
  worthMinor: number,
  openMinor: number,
  toleranceBasis: number,
): { settledMinor: number; differenceMinor: number } {
  const differenceMinor = worthMinor - openMinor;
  const near = openMinor > 0 && BigInt(Math.abs(differenceMinor)) * 10_000n <= BigInt(openMinor) * BigInt(toleranceBasis);
  return near ? { settledMinor: openMinor, differenceMinor } : { settledMinor: worthMinor, differenceMinor: 0 };
}

/** Lines in the paid currency as lines in the settled one, in proportion; the last takes what rounding leaves. */
export function scaledLines(lines: readonly LedgerLine[], paidMinor: number, settledMinor: number): LedgerLine[] {
  const whole = exactSum(lines.map((line) => line.amountMinor)) === BigInt(paidMinor);
  let leftMinor = settledMinor;
  return lines.map((line, place) => {
    const share = shareOf(line.amountMinor, settledMinor, paidMinor);
    const amountMinor = whole && place === lines.length - 1 ? leftMinor : share;
    leftMinor -= amountMinor;
    return { ...line, amountMinor };
  });
}

/** An open item in its currency. */
type OwedItem = OpenItem & { currency: string };

/** What of a payment decides whether it settles in another currency. */
export type Paid = Pick<PaymentDocument, 'amountMinor' | 'currency' | 'reference' | 'allocations' | 'converted'> & {
  receivedOn: BusinessDate;
};

/** A payment as it settles; `waits`: for this rate, before it can settle what it names. `doubted`: the bank's amount is far from the rate on file. */
export interface Across<P> {
  paid: P;
  exchange: Exchange | null;
  waits: { base: string; quote: string } | null;
  doubted?: true;
}

/** Rates by the day on which money came, for the payments of a batch that name invoices in another currency. */
export type Rates = ReadonlyMap<BusinessDate, RateOf>;

/**
 * The other currency that a payment settles: the bank's, else the one in which all that it names is owed, what is open before what was
 * written off; null: its own.
 */
function targetOf({ currency, converted }: Paid, named: readonly OwedItem[]): string | null {
  if (converted) return converted.currency;
  const open = named.filter((item) => item.openMinor > 0);
  const [only, ...more] = new Set((open.length > 0 ? open : named).map((item) => item.currency));
  return only === undefined || more.length > 0 || only === currency ? null : only;
}

/** The currency other than its own in which a payment settles what it names; null: none. */
export const settlesIn = (paid: Paid, items: readonly OwedItem[]): string | null => targetOf(paid, namedBy(paid, items));

/** What a payment names that is still owed by law: open, or written off. */
function namedBy({ reference, allocations }: Paid, items: readonly OwedItem[]): OwedItem[] {
  const owed = items.filter((item) => item.openMinor + item.writtenOffMinor > 0);
  if (!allocations || allocations.length === 0) return reference === null ? [] : itemsNamed(reference, owed);
  return allocations.flatMap((line) => {
    const invoice = documentMeant(line.invoice, owed);
    return owed.filter((item) => item.invoice === invoice && (line.instalment === null || item.instalment === line.instalment));
  });
}

/** What money worth so much is meant for of these items: what is open, or what was written off as well, whichever is nearer. */
function meantMinor(worthMinor: number, items: readonly OwedItem[]): number {
  const openMinor = sumMinor(items.map((item) => item.openMinor));
  const owedMinor = sumMinor([openMinor, ...items.map((item) => item.writtenOffMinor)]);
  return Math.abs(worthMinor - openMinor) <= Math.abs(worthMinor - owedMinor) ? openMinor : owedMinor;
}

/**
 * A payment in another currency than what it names is worth the amount the bank told, or its own by the rate on file of the day it came. It
 * settles all that it names when the two differ by no more than the tolerance (in hundredths of a per cent), and the difference is booked. What
 * the bank told is not taken for what it settles when it is as far from the rate on file as an unusual rate.
 */
export function acrossCurrencies<P extends Paid>(
  paid: P,
  items: readonly OwedItem[],
  rates: Rates,
  toleranceBasis: number,
): Across<P> {
  const named = namedBy(paid, items);
  const target = targetOf(paid, named);
  if (target === null) return { paid, exchange: null, waits: null };
  const { currency, amountMinor, converted, receivedOn } = paid;
  const rateOf = rates.get(receivedOn);
  const onFile = rateOf?.(currency, target) ?? null;
  const byFile = (): number => convertedMinor([{ currency, minor: amountMinor }], target, () => onFile);
  if (converted && onFile && isUnusualConversion(converted.amountMinor, byFile()))
    return { paid, exchange: null, waits: null, doubted: true };
  const found = converted ? null : onFile;
  if (!converted && found === null) return { paid, exchange: null, waits: { base: currency, quote: target } };
  const worthMinor = converted?.amountMinor ?? byFile();
  const lines = paid.allocations ?? [];
  const namedMinor = meantMinor(
    worthMinor,
    named.filter((item) => item.currency === target),
  );
  const whole = lines.length === 0 || sumMinor(lines.map((line) => line.amountMinor)) === amountMinor;
  const { settledMinor, differenceMinor } = settledBy(worthMinor, whole ? namedMinor : 0, toleranceBasis);
  const allocations = lines.length === 0 ? paid.allocations : scaledLines(lines, amountMinor, settledMinor);
  return {
    paid: { ...paid, currency: target, amountMinor: settledMinor, allocations },
    exchange: {
      ...{ currency, amountMinor, rate: found?.rate ?? null, inverse: found?.inverse ?? false },
      ...{ source: converted ? 'bank' : 'file', differenceMinor },
    },
    waits: null,
  };
}
