import { sumMinor } from '../platform/money.ts';
import { addQuantities, exceeds, partAmount } from './order.ts';
import type { LineFacts } from './order.ts';

export const returnStates = ['posted', 'withdrawn'] as const;
export type ReturnState = (typeof returnStates)[number];

/** What became of the invoiced part of a return: none is, a second person is asked, a credit note is owed, or that was declined. */
export const returnCredits = ['none', 'waits', 'conceded', 'declined'] as const;
export type ReturnCredit = (typeof returnCredits)[number];

/** What came back of a line before, and what that was worth. */
export interface ReturnedBefore {
  quantity: string;
  worthMinor: number;
}

/**
 * What a quantity that comes back is worth of its line, in minor units, so that parts add up to the whole; and how much of that was delivered
 * and not invoiced yet, which goes first. The rest was invoiced, or counts no more.
 */
export function returnedPart(
  line: LineFacts,
  before: ReturnedBefore,
  quantity: string,
): { worthMinor: number; deliveredMinor: number } {
  const back = addQuantities(before.quantity, quantity);
  const partMinor = Math.max(0, partAmount(line, '0', back) - before.worthMinor);
  // With the last piece all goes, whatever a change of the order did to the worth of a part.
  const deliveredMinor = exceeds(line.shippedQuantity, back) ? Math.min(partMinor, line.minor.delivered) : line.minor.delivered;
  return { worthMinor: Math.max(partMinor, deliveredMinor), deliveredMinor };
}

/** A return in force on an invoice, in minor units. */
export interface ConcedingReturn {
  returnId: string;
  /** What it took of the invoice. */
  tookMinor: number;
  /** What it conceded of that, credited or not. */
  concededMinor: number;
  /** What of it is neither conceded nor waits: so far a claim about the goods stands for it. */
  leftMinor: number;
}

/**
 * What returns conceded of an invoice beyond a claim about its goods because another return, taken back since, stood for that claim: it stands
 * for them again, the latest first, as far as that one did (`freedMinor`).
 */
export function concededBeyondClaim(
  returns: readonly ConcedingReturn[],
  ofGoodsMinor: number,
  freedMinor: number,
): { returnId: string; minor: number }[] {
  let claimMinor = Math.min(freedMinor, ofGoodsMinor - sumMinor(returns.map(({ leftMinor }) => leftMinor)));
  return returns.flatMap(({ returnId, concededMinor }) => {
    const minor = Math.min(Math.max(0, claimMinor), concededMinor);
    claimMinor -= minor;
    return minor > 0 ? [{ returnId, minor }] : [];
  });
}
