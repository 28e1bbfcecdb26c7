import { sumMinor } from '../platform/money.ts';
import type { DisputeFact } from './claims.ts';
import { expectedCredits } from './claims.ts';

/** An instalment of an invoice on which credit notes may be expected. Amounts in minor units. */
export interface ExpectingItem {
  receivableId: string;
  /** What is open of it, less what is in dispute. */
  roomMinor: number;
  disputes: readonly DisputeFact[];
}

/** What of one expected credit note goes to other instalments; `restMinor` of it stays. */
export interface ExpectedMove {
  dispute: DisputeFact;
  from: string;
  to: readonly { receivableId: string; minor: number }[];
  restMinor: number;
}

/**
 * What of the expected credit notes an instalment has no room for, the latest first, goes to the other instalments of its invoice, in their
 * order; what none of them has room for stays where it is.
 */
export function expectedMoves(items: readonly ExpectingItem[]): ExpectedMove[] {
  const all = items.map((item) => {
    const expected = expectedCredits(item.disputes);
    return { ...item, expected, leftMinor: item.roomMinor - sumMinor(expected.map(({ minor }) => minor)) };
  });
  const freeMinor = new Map(all.map(({ receivableId, leftMinor }) => [receivableId, Math.max(0, leftMinor)]));
  const place = (minor: number): { receivableId: string; minor: number }[] => {
    let leftMinor = minor;
    return items.flatMap(({ receivableId }) => {
      const free = freeMinor.get(receivableId) ?? 0;
      const placedMinor = Math.min(leftMinor, free);
      leftMinor -= placedMinor;
      freeMinor.set(receivableId, free - placedMinor);
      return placedMinor > 0 ? [{ receivableId, minor: placedMinor }] : [];
    });
  };
  return all.flatMap(({ receivableId: from, expected, leftMinor }) => {
    let overMinor = Math.max(0, -leftMinor);
    return expected.flatMap(({ dispute, minor }): ExpectedMove[] => {
      const to = place(Math.min(overMinor, minor));
      const movedMinor = sumMinor(to.map((one) => one.minor));
      overMinor -= movedMinor;
      return movedMinor > 0 ? [{ dispute, from, to, restMinor: minor - movedMinor }] : [];
    });
  });
}
