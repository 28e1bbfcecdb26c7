import type { OurDocument, TheirLine } from './classify.ts';
import { matchBooks } from './match.ts';
import type { MatchingRules } from './match.ts';

/** A payment or credit of ours that lies on invoices, at its whole amount, with what it settles of each. */
export interface LaidCredit {
  document: OurDocument;
  /** The invoice as a document of which nothing is open. */
  shares: readonly { invoice: OurDocument; amountMinor: number }[];
}

/**
 * Our open items as a statement lists them that shows a payment beside the invoice it pays, where our books have laid the one on the other: what
 * answers such a line stands at its whole amount, and the invoices it lies on are open by so much more. Sums stay what they are.
 */
export function asListed(
  ours: readonly OurDocument[],
  theirs: readonly TheirLine[],
  laid: readonly LaidCredit[],
  rules: MatchingRules,
): OurDocument[] {
  const whole = new Map(laid.map((one) => [one.document.id, one]));
  const loose = ours.filter((item) => item.kind !== 'invoice' && !whole.has(item.id));
  const credits = theirs.filter((line) => line.kind !== 'invoice');
  const { matches } = matchBooks([...loose, ...laid.map((one) => one.document)], credits, rules);
  const listed = matches.filter((match) => Math.abs(match.differenceMinor) <= rules.match.roundingMinor);
  const items = new Map(ours.map((item) => [item.id, item]));
  for (const { document, shares } of listed.flatMap((match) => match.ours.flatMap((id) => whole.get(id) ?? []))) {
    items.set(document.id, document);
    for (const { invoice, amountMinor } of shares) {
      const item = items.get(invoice.id) ?? invoice;
      items.set(invoice.id, { ...item, amountMinor: item.amountMinor + amountMinor });
    }
  }
  return [...items.values()].filter((item) => item.amountMinor !== 0);
}
