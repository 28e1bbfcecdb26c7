/** A difference of an earlier statement on which two people agreed. */
export interface AgreedDifference {
  number: string | null;
  amountMinor: number;
  /** Our documents that it was about. */
  ours: readonly string[];
  /** Our side when it was found; null: not noted then. */
  oursMinor: number | null;
}

/** Whether a difference is one that was agreed: about the same documents and amount; what only they have on record is known by its number. */
export const isAgreed = (
  { number, amountMinor, ours, oursMinor }: Omit<AgreedDifference, 'oursMinor'> & { oursMinor: number },
  agreed: readonly AgreedDifference[],
): boolean =>
  agreed.some(
    (one) =>
      one.amountMinor === amountMinor &&
      (one.oursMinor === null || one.oursMinor === oursMinor) &&
      one.ours.length === ours.length &&
      one.ours.every((id, place) => id === ours[place]) &&
      (ours.length > 0 || (number !== null && one.number === number)),
  );
