import { withoutDiscount } from '../../domain/ledger/discount.ts';
import type { CreditFields, CustomerDocument, Terms } from '../../domain/ledger/documents.ts';
import { givesMore } from '../../domain/ledger/terms.ts';
import { askForChanges } from '../credit/acts/customer-changes.ts';
import type { Sending } from '../credit/acts/customer-changes.ts';
import { customerCreditAct, givingFields } from '../credit/acts/customer-credit.ts';
import type { CreditChange } from '../credit/acts/customer-credit.ts';
import { customerTermsAct } from '../ledger/acts/customer-terms.ts';
import type { TermsChange } from '../ledger/acts/customer-terms.ts';
import type { Tx } from '../platform/database.ts';
import type { Moment } from '../platform/transaction.ts';
import type { WorkOrderTraces } from '../platform/traces.ts';
import { joinTraces } from '../platform/traces.ts';

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
  waits: { terms: Terms | null; credit: Partial<CreditFields> | null };
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
  tx: Tx,
  at: Moment,
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
  return givingFields(tx, at, changes);
}

/** A customer that was written, with what waits of it. */
export interface Sent {
  customerId: string;
  code: string;
  waits: Writing['waits'];
}

/** Asks a second person for what waits of the customers that were written; what waited and is not sent any more is overtaken. */
export async function askForWhatWaits(sending: Sending, sent: readonly Sent[]): Promise<WorkOrderTraces> {
  const terms = sent.map(({ customerId, code, waits }) => ({
    ...{ customerId, about: `terms of customer ${code}`, what: { customer: code, ...waits.terms } },
    payload: waits.terms && ({ customer: customerId, terms: waits.terms } satisfies TermsChange),
  }));
  const credit = sent.map(({ customerId, code, waits }) => ({
    ...{ customerId, about: `credit of customer ${code}`, what: { customer: code, ...waits.credit } },
    payload: waits.credit && ({ customer: customerId, fields: waits.credit } satisfies CreditChange),
  }));
  return joinTraces(
    await askForChanges(sending, customerTermsAct, terms),
    await askForChanges(sending, customerCreditAct, credit),
  );
}
