import { withoutDiscount } from '../../domain/ledger/discount.ts';
import type { CreditFields, CustomerDocument, Terms } from '../../domain/ledger/documents.ts';
import { givesMore } from '../../domain/ledger/terms.ts';
import type { Work } from '../platform/transaction.ts';
import { givingAway } from './events.ts';
import type { Waits } from './events.ts';

/** A customer as it is on file. */
export interface Known {
  document: CreditFields & { terms: Terms };
  /** The longest terms that credit was granted for. */
  granted: number | null;
  /** It has documents or a limit of its own, or pays for others: what is new of it gives something. */
  established: boolean;
}

/** A document as it is written, and what of it stays as it was until a second person agrees: longer terms, and what else gives credit. */
export interface Writing {
  as: CustomerDocument;
  waits: Waits;
}

/** What is written of a document. `giving`: what of it gives credit away. `opening`: in the go-live window terms come in as they are. */
export function writing(
  opening: boolean,
  document: CustomerDocument,
  before: Known | undefined,
  giving: Partial<CreditFields> | null,
): Writing {
  const held = before?.document;
  const inForce = held?.terms ?? null;
  const longer = !opening && givesMore(document.terms, { inForce, grantedDays: before?.granted ?? null });
  const kept =
    giving && held && Object.fromEntries(Object.keys(giving).map((field) => [field, held[field as keyof CreditFields]]));
  const terms = longer ? (inForce ?? withoutDiscount(document.terms)) : document.terms;
  return { as: { ...document, ...kept, terms }, waits: { terms: longer ? document.terms : null, credit: giving } };
}

/** What of these documents gives credit or time away: nothing of a customer that has nothing yet. */
export async function givingOf(
  work: Work,
  documents: readonly CustomerDocument[],
  standing: ReadonlyMap<string, Known>,
): Promise<ReadonlyMap<string, Partial<CreditFields>>> {
  const changes = documents.flatMap((sent) => {
    const known = standing.get(sent.externalId);
    const before = known?.document;
    if (!before || !known?.established) return [];
    const same = sent.group === before.group && sent.payer === before.payer && sent.debtorClass === before.debtorClass;
    return same ? [] : [{ code: sent.externalId, before, sent }];
  });
  return givingAway.filled.fields(work, changes);
}
