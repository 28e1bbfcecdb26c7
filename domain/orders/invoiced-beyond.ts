/** An invoice beside the order it names, in minor units of their currency. */
export interface InvoicedFacts {
  amountMinor: number;
  /** What of the order it took over. */
  tookMinor: number;
  /** Of the invoice; null: it does not say. */
  taxMinor: number | null;
  /** Of the invoice, else of the order: 0.13 is 13 %. */
  taxRate: string | null;
  units: readonly { quantity: number; priceMinor: number }[];
}

export const beyondKinds = ['quantity', 'price', 'tax'] as const;
export type BeyondKind = (typeof beyondKinds)[number];

/**
 * By how much an invoice exceeds what its order had left for it, and what explains it; null: by no more than is let pass. `tax`: it is the tax
 * on what was ordered. `quantity`: it is whole units of a line of the order. Else it is a `price`.
 */
export function invoicedBeyond(
  { amountMinor, tookMinor, taxMinor, taxRate, units }: InvoicedFacts,
  toleranceMinor: number,
): { overMinor: number; kind: BeyondKind } | null {
  const overMinor = amountMinor - tookMinor;
  if (overMinor <= toleranceMinor) return null;
  // Tax is rounded line by line.
  const near = (tax: number): boolean => tookMinor > 0 && Math.abs(overMinor - tax) <= Math.max(1, units.length);
  const tax = (taxMinor !== null && near(taxMinor)) || (taxRate !== null && near(Math.round(tookMinor * Number(taxRate))));
  if (tax) return { overMinor, kind: 'tax' };
  const whole = units.some(({ priceMinor }) => priceMinor > 0 && overMinor % priceMinor === 0);
  return { overMinor, kind: whole ? 'quantity' : 'price' };
}
