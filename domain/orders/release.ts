import { exceeds, leftOf, partAmount } from './order.ts';
import type { LineFacts } from './order.ts';
import type { AskedLine, HoldVerdict } from './order-hold.ts';

/** What may go of a held order, as it lies on the table: decided at one tier, seen and perhaps narrowed at the next. */
export interface Offer {
  /** `prepaid`: only against money paid before. */
  as: 'reserved' | 'prepaid';
  /** In minor units by line; `all`: everything held. */
  lines: 'all' | readonly { line: number; amountMinor: number }[];
}

export const wholeOffer: Offer = { as: 'reserved', lines: 'all' };

/** Where the lines a decider named do not fit; `index` into them. */
export type ReleaseFault =
  | { index: number; code: 'line-unknown' | 'line-twice' | 'nothing' }
  | { index: number; code: 'quantity'; value: string; left: string }
  | { index: number; code: 'amount'; valueMinor: number; openMinor: number };

type HeldLine = Pick<LineFacts, 'line' | 'quantity' | 'shippedQuantity' | 'amountMinor' | 'minor'>;

/** How much of a line may go at most: what is held of it, and what lies on the table of it. */
export function tableOf({ lines }: Offer, { line, minor }: HeldLine): number {
  if (lines === 'all') return minor.held;
  const offered = lines.find((one) => one.line === line)?.amountMinor ?? 0;
  return Math.min(offered, minor.held);
}

/**
 * What lies on the table after a verdict. It can only be narrowed, so that all who agreed before agreed to at least as much: fewer lines,
 * less of a line, and prepayment where none was asked for.
 */
export function narrowOffer(
  offer: Offer,
  { verdict, lines }: { verdict: Exclude<HoldVerdict, 'reject'>; lines: readonly AskedLine[] | null },
  order: readonly HeldLine[],
): Offer | { fault: ReleaseFault } {
  const as = verdict === 'prepay' ? 'prepaid' : offer.as;
  if (lines === null) return { ...offer, as };
  const narrowed: { line: number; amountMinor: number }[] = [];
  for (const [index, asked] of lines.entries()) {
    const line = order.find((one) => one.line === asked.line);
    if (!line) return { fault: { index, code: 'line-unknown' } };
    if (narrowed.some((one) => one.line === asked.line)) return { fault: { index, code: 'line-twice' } };
    const part = partOf(offer, line, asked);
    if (typeof part !== 'number') return { fault: { index, ...part } };
    narrowed.push({ line: asked.line, amountMinor: part });
  }
  return { as, lines: narrowed };
}

type PartFault =
  | { code: 'nothing' }
  | { code: 'quantity'; value: string; left: string }
  | { code: 'amount'; valueMinor: number; openMinor: number };

/** What the part of a line that was named is worth; the whole rest of its quantity is worth all that is left of it. */
function partOf(offer: Offer, line: HeldLine, { quantity, amountMinor }: AskedLine): number | PartFault {
  const openMinor = tableOf(offer, line);
  if (quantity === null) {
    const valueMinor = amountMinor ?? 0;
    if (valueMinor > openMinor) return { code: 'amount', valueMinor, openMinor };
    return valueMinor > 0 ? valueMinor : { code: 'nothing' };
  }
  const left = leftOf(line.quantity, line.shippedQuantity);
  if (exceeds(quantity, left)) return { code: 'quantity', value: quantity, left };
  const worth = !exceeds(left, quantity) ? line.minor.held : partAmount(line, line.shippedQuantity, quantity);
  if (worth > openMinor) return { code: 'amount', valueMinor: worth, openMinor };
  return worth > 0 ? worth : { code: 'nothing' };
}

/** What goes by the offer, as far as it is still held; an invoice may have taken some of it over meanwhile. */
export const releasedLines = (offer: Offer, order: readonly HeldLine[]): { line: number; amountMinor: number }[] =>
  order.flatMap((line) => {
    const amountMinor = tableOf(offer, line);
    return amountMinor > 0 ? [{ line: line.line, amountMinor }] : [];
  });
