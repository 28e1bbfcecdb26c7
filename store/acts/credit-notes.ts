import type { Actor } from '../../domain/kernel/actor.ts';
import { formatAmount } from '../../domain/kernel/money.ts';
import type { CreditNoteDocument } from '../../domain/collection/documents.ts';
import { askedAbout, bookedAloneMinor } from '../../domain/collection/booked.ts';
import { givenAlone } from '../../domain/collection/giving-corrections.ts';
import { givenOnAccount, judgeNote, postCreditNote, postJudgedNote } from '../credit-notes.ts';
import type { PostedCreditNote } from '../credit-notes.ts';
import { write } from '../transaction.ts';
import type { Store } from '../transaction.ts';
import { proposeAct, told } from './pending.ts';
import type { ActAnswer, ActKind } from './pending.ts';

/** Posts the note that was booked; what was paid meanwhile turns its amount into a credit on account. */
export const creditNoteAct: ActKind<CreditNoteDocument> = {
  kind: 'credit-note',
  async carryOut({ store, actor }, document) {
    const { id, currency, unappliedMinor } = await postCreditNote(store, actor, document, { agreed: true });
    return { creditNote: id, onAccount: formatAmount(unappliedMinor, currency), currency };
  },
};

/** What came of a document that one alone may bring only up to an amount. */
export type Asked<T> = (T & { created: boolean }) | (ActAnswer & { created: boolean });

/**
 * Posts a credit note, or, above what policy lets an ERP give alone on one invoice, or a customer on none, has a second person asked: until then it is not asked for what the
 * note would take, while exposure, overdue and limitation keep the old value. Throws what `postCreditNote` throws, and `act-pending`.
 */
export async function bookCreditNote(store: Store, actor: Actor, document: CreditNoteDocument): Promise<Asked<PostedCreditNote>> {
  return write<Asked<PostedCreditNote>>(store, actor, async (tx, at) => {
    const { externalId, amountMinor, currency, invoice, reason } = document;
    const { current } = await store.policies.current();
    const judged = await judgeNote(tx, actor, document, at);
    if (judged.known) return { value: { ...judged.known, created: false }, audit: null };
    const beforeMinor = judged.invoice ? givenAlone(judged.invoice) : await givenOnAccount(tx, judged.customerId, currency);
    const sumMinor = askedAbout(amountMinor, beforeMinor, bookedAloneMinor(current.collection.content, currency));
    if (sumMinor === null) return postJudgedNote(tx, store, at, document, { ...judged, agreed: false });
    const asked = await proposeAct(tx, store, at, actor, creditNoteAct, {
      customerId: judged.customerId,
      subject: { kind: 'credit-note', id: externalId },
      about: `credit note ${externalId}`,
      given: { amountMinor: sumMinor, currency },
      what: {
        creditNote: externalId,
        invoice,
        amount: formatAmount(amountMinor, currency),
        together: formatAmount(sumMinor, currency),
        currency,
      },
      payload: document,
      reason,
      booked: true,
      withholds: judged.spread.allocations
        .map(({ receivableId, amountMinor: part, recoveredMinor = 0 }) => ({ receivableId, amountMinor: part - recoveredMinor }))
        .filter((one) => one.amountMinor > 0),
    });
    const value = { act: asked.id, created: asked.created };
    return asked.created ? { value, ...told(asked.traces) } : { value, audit: null };
  });
}
