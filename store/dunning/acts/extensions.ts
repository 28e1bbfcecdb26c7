import type { Actor } from '../../../domain/platform/actor.ts';
import { daysBetween } from '../../../domain/platform/calendar.ts';
import type { BusinessDate } from '../../../domain/platform/calendar.ts';
import { formatAmount } from '../../../domain/platform/money.ts';
import { invalidAt } from '../../../domain/platform/refusal.ts';
import { openMinor } from '../../../domain/dunning/receivable.ts';
import { openCase } from '../../ledger/receivable-case.ts';
import { write } from '../../platform/transaction.ts';
import type { Store } from '../../platform/transaction.ts';
import { answerOfAsking, proposeAct } from '../../approvals/pending.ts';
import type { ActAnswer, ActKind } from '../../approvals/pending.ts';
import { moveDueDate } from '../../ledger/acts/re-dating.ts';

interface Payload {
  receivable: string;
  dueDate: BusinessDate;
}

/** Gives the time that was asked for: the due date moves, limitation stays where it was. */
export const extensionAct: ActKind<Payload> = {
  kind: 'extension',
  async carryOut({ store, tx, actor, act }, { receivable, dueDate }) {
    await openCase(tx, actor, receivable, true);
    return moveDueDate(store, actor, act, { receivable, dueDate });
  },
};

/** More time for a customer, with their difficulty and what was agreed. */
export interface ExtensionAsked {
  dueDate: BusinessDate;
  /** The customer's contact it was agreed with, by the caller's id. */
  by: string;
  note: string;
  reason: string;
}

/**
 * Asks for a later due date of a receivable; a second person decides, and until then it is asked for as before. Throws Refusal
 * `receivable-closed`, `act-pending`, `approver-missing`, `invalid` for a day that is not later or a contact nobody knows.
 */
export async function askForExtension(
  store: Store,
  actor: Actor,
  receivable: string,
  { dueDate, by, note, reason }: ExtensionAsked,
): Promise<ActAnswer> {
  return write<ActAnswer>(store, actor, async (work) => {
    const { tx, at } = work;
    const found = await openCase(tx, actor, receivable, true);
    const { id, customerId, currency } = found;
    const from = found.facts.dueDate;
    const earliest = from > at.today ? from : at.today;
    if (dueDate <= earliest) throw invalidAt('/dueDate', 'not-later', { date: dueDate, earliest });
    const contact = await tx
      .selectFrom('contact')
      .select('external_id')
      .where('customer_id', '=', customerId)
      .where('external_id', '=', by)
      .executeTakeFirst();
    if (!contact) throw invalidAt('/by', 'contact-unknown', { contact: by });
    const amountMinor = openMinor(found.facts);
    const asked = await proposeAct<Payload>(work, extensionAct, {
      customerId,
      subject: { kind: 'receivable', id },
      about: `invoice ${found.invoiceCode}/${found.instalment}`,
      given: { amountMinor, currency },
      days: daysBetween(from, dueDate),
      what: { dueDate, before: from, amount: formatAmount(amountMinor, currency), currency, by, note },
      payload: { receivable: id, dueDate },
      reason,
    });
    return answerOfAsking(asked);
  });
}
