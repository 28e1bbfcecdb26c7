import type { BusinessDate } from '../platform/calendar.ts';
import { exponentOf, scaled } from '../platform/money.ts';

/** Where the cents of an order line stand; each is in exactly one of these. */
export const lineBuckets = ['held', 'prepaid', 'reserved', 'ordered', 'delivered', 'invoiced', 'cancelled', 'returned'] as const;
export type LineBucket = (typeof lineBuckets)[number];

export const orderStates = ['open', 'closed', 'cancelled', 'lapsed'] as const;
export type OrderState = (typeof orderStates)[number];

export interface OrderLineDocument {
  line: number;
  item: string;
  productLine: string | null;
  /** Decimal texts of at most six places. */
  quantity: string;
  unitPrice: string;
  amountMinor: number;
}

/** Why delivered goods will not be invoiced: given free of charge, returned, or priced too high. */
export const notInvoicedWhys = ['free', 'return', 'price'] as const;
export type NotInvoicedWhy = (typeof notInvoicedWhys)[number];

/** An order as its sender has it. */
export interface OrderDocument {
  externalId: string;
  customer: string;
  currency: string;
  requestedShipDate: BusinessDate;
  prepaid: boolean;
  /** Whether its unit prices hold the tax; without it (`false`), `taxRate` is added to what each line is worth. */
  pricesWithTax?: boolean;
  /** A decimal share, e.g. '0.13'. */
  taxRate?: string | null;
  lines: readonly OrderLineDocument[];
}

const PLACES = 6;
const UNIT = 10n ** BigInt(PLACES);

const units = (text: string): bigint => scaled(text, PLACES);

/**
 * quantity × unit price × (1 + tax) in minor units, rounded half up once: what will be owed for a line. `tax`: a decimal share that the price
 * does not hold. Null when it is more than can be kept exactly.
 */
export function lineAmount(quantity: string, unitPrice: string, currency: string, tax = '0'): number | null {
  const exact = units(quantity) * units(unitPrice) * (UNIT + units(tax)) * 10n ** BigInt(exponentOf(currency) ?? 2);
  const minor = (2n * exact + UNIT * UNIT * UNIT) / (2n * UNIT * UNIT * UNIT);
  return minor > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(minor);
}

/** What a part of a line's quantity is worth: the whole amount with the last piece, so that parts add up. */
export function partAmount(line: { quantity: string; amountMinor: number }, shipped: string, more: string): number {
  const worth = (quantity: bigint): bigint => (BigInt(line.amountMinor) * quantity) / units(line.quantity);
  return Number(worth(units(shipped) + units(more)) - worth(units(shipped)));
}

/** a + b, and a − b, of decimal texts of at most six places; compared as numbers. */
export const addQuantities = (a: string, b: string): string => quantityText(units(a) + units(b));
export const leftOf = (whole: string, shipped: string): string => quantityText(units(whole) - units(shipped));
export const exceeds = (a: string, b: string): boolean => units(a) > units(b);

/**
 * The largest part of `wanted`, in its own decimals (whole pieces of a whole quantity), that `fits`; '0' when none does. What fits a part
 * fits every smaller one.
 */
export function largestPart(wanted: string, fits: (part: string) => boolean): string {
  const whole = units(wanted);
  let step = UNIT;
  while (whole % step !== 0n) step /= 10n;
  let [low, high] = [0n, whole / step];
  if (fits(quantityText(whole))) return quantityText(whole);
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (fits(quantityText(middle * step))) low = middle;
    else high = middle;
  }
  return quantityText(low * step);
}

function quantityText(value: bigint): string {
  const digits = String(value < 0n ? -value : value).padStart(PLACES + 1, '0');
  const fraction = digits.slice(-PLACES).replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -PLACES)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** A line as it stands. */
export interface LineFacts {
  line: number;
  quantity: string;
  shippedQuantity: string;
  amountMinor: number;
  minor: Readonly<Record<LineBucket, number>>;
}

/** Pieces of a line that ship at most: what was cancelled of its cents stays here, the last pieces first. */
export function shippable({ quantity, amountMinor, minor }: Pick<LineFacts, 'quantity' | 'amountMinor' | 'minor'>): string {
  const [whole, amount, rest] = [units(quantity), BigInt(amountMinor), BigInt(amountMinor - minor.cancelled)];
  if (minor.cancelled === 0 || amount === 0n) return quantityText(whole);
  // Amounts of parts are rounded down, so several quantities are worth the rest: the roundest of them is meant.
  const most = ((rest + 1n) * whole - 1n) / amount;
  for (let step = UNIT; ; step /= 10n) {
    const round = (most / step) * step;
    if (step === 1n || round * amount >= rest * whole) return quantityText(round < whole ? round : whole);
  }
}

/** Cents of a line that go from one bucket to another. */
export interface LineMove {
  line: number;
  from: LineBucket;
  to: LineBucket;
  amount: number;
}

/** Everything in these buckets goes to `to`. */
export function moveAll(lines: readonly LineFacts[], from: readonly LineBucket[], to: LineBucket): LineMove[] {
  return lines.flatMap((line) =>
    from.flatMap((bucket): LineMove[] =>
      line.minor[bucket] > 0 && bucket !== to ? [{ line: line.line, from: bucket, to, amount: line.minor[bucket] }] : [],
    ),
  );
}

/** `amount` of one line out of these buckets, the first first, as far as they hold it. */
export function moveSome(line: LineFacts, amount: number, from: readonly LineBucket[], to: LineBucket): LineMove[] {
  let left = amount;
  return from.flatMap((bucket): LineMove[] => {
    const part = Math.min(left, line.minor[bucket]);
    left -= part;
    return part > 0 ? [{ line: line.line, from: bucket, to, amount: part }] : [];
  });
}
