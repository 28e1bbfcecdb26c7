/** A share of a payment or credit note that lies on a receivable. Amounts in minor units. */
export interface LaidShare {
  id: string;
  receivableId: string;
  amountMinor: number;
  /** Of that, on what had been written off. */
  recoveredMinor: number;
}

/**
 * What goes back when part of a payment does: money that lies on nothing first, then shares in the order given (the last laid first), and
 * of a share what was recovered first. `missingMinor`: more was asked than there is.
 */
export function takeBack(
  amountMinor: number,
  unappliedMinor: number,
  lastFirst: readonly LaidShare[],
): { unappliedMinor: number; shares: LaidShare[]; missingMinor: number } {
  const fromUnapplied = Math.min(amountMinor, unappliedMinor);
  let leftMinor = amountMinor - fromUnapplied;
  const shares: LaidShare[] = [];
  for (const share of lastFirst) {
    const partMinor = Math.min(leftMinor, share.amountMinor);
    if (partMinor === 0) break;
    shares.push({ ...share, amountMinor: partMinor, recoveredMinor: Math.min(partMinor, share.recoveredMinor) });
    leftMinor -= partMinor;
  }
  return { unappliedMinor: fromUnapplied, shares, missingMinor: leftMinor };
}
