import { sumMinor } from '../platform/money.ts';

/** What is disputed, or promised and still to come, of an instalment, as far as a correction can move it. Amounts in minor units. */
export interface InstalmentClaim {
  id: string;
  amountMinor: number;
  /** What of it is left out of what is asked for; null: all of it. */
  unaskedMinor: number | null;
}

/** An instalment of an invoice as a correction left it. */
export interface ClaimedItem {
  receivableId: string;
  /** By how much the correction made it smaller; negative: larger. */
  loweredMinor: number;
  openMinor: number;
  /** What credit notes are expected to take of it. */
  expectedMinor: number;
  /** Its open claims, the latest first. */
  claims: readonly InstalmentClaim[];
}

/** A part of a claim, with what of it is left out of what is asked for. */
export interface ClaimPart {
  receivableId: string;
  minor: number;
  unaskedMinor: number | null;
}

/** What becomes of a claim: what stays where it was (0: nothing), what goes to other instalments, what left the invoice. */
export interface ClaimMove {
  claim: InstalmentClaim;
  from: string;
  rest: ClaimPart;
  to: readonly ClaimPart[];
  goneMinor: number;
}

/**
 * What a customer disputes or promises of instalments follows what a correction moved between them: on none more than is open of it, the latest
 * first. It goes to those that became larger, in their order and as far as they did; `goneMinor` left the invoice altogether. A claim of which
 * nothing would be left stays as it is. What money took is not followed: it is still claimed where it was.
 */
export function claimMoves(items: readonly ClaimedItem[]): ClaimMove[] {
  const room = new Map(
    items.map(({ receivableId, loweredMinor, openMinor, expectedMinor, claims }) => {
      const freeMinor = openMinor - expectedMinor - sumMinor(claims.map((one) => one.amountMinor));
      return [receivableId, Math.max(0, Math.min(-loweredMinor, freeMinor))];
    }),
  );
  const place = (minor: number): { receivableId: string; minor: number }[] => {
    let leftMinor = minor;
    return items.flatMap(({ receivableId }) => {
      const freeMinor = room.get(receivableId) ?? 0;
      const placedMinor = Math.min(leftMinor, freeMinor);
      leftMinor -= placedMinor;
      room.set(receivableId, freeMinor - placedMinor);
      return placedMinor > 0 ? [{ receivableId, minor: placedMinor }] : [];
    });
  };
  return items.flatMap(({ receivableId: from, loweredMinor, openMinor, claims }) => {
    const disputedMinor = sumMinor(claims.map((one) => one.amountMinor));
    let overMinor = Math.max(0, Math.min(loweredMinor, disputedMinor - Math.max(0, openMinor)));
    return claims.flatMap((claim): ClaimMove[] => {
      const leavesMinor = Math.min(overMinor, claim.amountMinor);
      if (leavesMinor === 0) return [];
      overMinor -= leavesMinor;
      const restMinor = claim.amountMinor - leavesMinor;
      const placed = place(leavesMinor);
      if (restMinor === 0 && placed.length === 0) return [];
      const [rest, ...to] = withUnasked(claim, [{ receivableId: from, minor: restMinor }, ...placed]);
      if (!rest) return [];
      return [{ claim, from, rest, to, goneMinor: leavesMinor - sumMinor(placed.map(({ minor }) => minor)) }];
    });
  });
}

/** Shares out what is left out of what is asked for, in the order of the parts. */
function withUnasked({ unaskedMinor }: InstalmentClaim, parts: readonly { receivableId: string; minor: number }[]): ClaimPart[] {
  let leftMinor = unaskedMinor;
  return parts.map((part) => {
    if (leftMinor === null) return { ...part, unaskedMinor: null };
    const ownMinor = Math.min(leftMinor, part.minor);
    leftMinor -= ownMinor;
    return { ...part, unaskedMinor: ownMinor };
  });
}
