import { sql } from 'kysely';
import type { Actor } from '../../../domain/platform/actor.ts';
import { formatAmount } from '../../../domain/platform/money.ts';
import type { CreditNoteDocument } from '../../../domain/ledger/documents.ts';
import { askedAbout, bookedAloneMinor } from '../../../domain/ledger/booked.ts';
import { aloneOn, givenAlone } from '../../../domain/ledger/giving-corrections.ts';
import { givenOnAccount, judgeNote, postCreditNote, postJudgedNote } from '../credit-notes.ts';
import type { FreshNote, PostedCreditNote } from '../credit-notes.ts';
import { write } from '../../platform/transaction.ts';
import type { Store, Work } from '../../platform/transaction.ts';
import { proposeAct, told, withholdAnew } from '../../approvals/pending.ts';
import type { ActAnswer, ActKind, Withheld } from '../../approvals/pending.ts';
import type { Effects } from '../../platform/effects.ts';
import { addEffects, noEffects } from '../../platform/effects.ts';

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
  return write<Asked<PostedCreditNote>>(store, actor, async (work) => {
    const { tx, at } = work;
    const { externalId, amountMinor, currency, invoice, reason } = document;
    const { current } = await store.policies.current();
    const judged = await judgeNote(tx, actor, document, at);
    if (judged.known) return { value: { ...judged.known, created: false }, audit: null };
    const beforeMinor = judged.invoice ? givenAlone(judged.invoice) : await givenOnAccount(tx, judged.customerId, currency);
    const bookedMinor = bookedAloneMinor(current.collection.content, currency);
    const aloneMinor = judged.invoice ? aloneOn(judged.invoice, amountMinor, bookedMinor) : bookedMinor;
    const sumMinor = askedAbout(amountMinor, beforeMinor, aloneMinor);
    if (sumMinor === null) return postJudgedNote(work, document, { ...judged, agreed: false });
    const asked = await proposeAct(work, creditNoteAct, {
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
      withholds: withheldBy(judged),
    });
    const value = { act: asked.id, created: asked.created };
    return asked.created ? { value, ...told(asked.effects) } : { value, audit: null };
  });
}

const withheldBy = ({ spread }: FreshNote): Withheld[] =>
  spread.allocations
    .map(({ receivableId, amountMinor, recoveredMinor = 0 }) => ({ receivableId, amountMinor: amountMinor - recoveredMinor }))
    .filter((one) => one.amountMinor > 0);

/** Invoices were corrected: notes on them that wait withhold what they would take now. What a note exceeds is told to whoever decides on it. */
export async function followWaitingNotes({ tx, at, actor }: Work, invoices: readonly string[]): Promise<Effects> {
  const effects = noEffects();
  if (invoices.length === 0) return effects;
  const { rows } = await sql<{ subject: string; document: CreditNoteDocument }>`
    select p.subject_id as subject, p.payload as document from pending_act p
    where p.kind = ${creditNoteAct.kind} and p.state = 'pending' and p.id in (select h.act_id from pending_act_receivable h
      join receivable r on r.id = h.receivable_id where r.invoice_id = any(${[...invoices]}::uuid[])) order by p.id`.execute(tx);
  for (const { subject, document } of rows) {
    const note = { ...document, onAccount: true as const };
    const judged = await judgeNote(tx, { ...actor, role: 'system' }, note, at);
    if (judged.known) continue;
    const act = { kind: creditNoteAct.kind, subject: { kind: 'credit-note', id: subject } };
    addEffects(effects, await withholdAnew(tx, actor, act, withheldBy(judged)));
  }
  return effects;
}
