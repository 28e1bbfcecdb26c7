import type { Actor } from '../../../domain/platform/actor.ts';
import { formatAmount } from '../../../domain/platform/money.ts';
import { Refusal } from '../../../domain/platform/refusal.ts';
import { openMinor } from '../../../domain/dunning/receivable.ts';
import { amountOf, openCase } from '../receivable-case.ts';
import { write } from '../../platform/transaction.ts';
import type { Store } from '../../platform/transaction.ts';
import { lockWriteOff, reverseWriteOff, writeOff } from '../write-offs.ts';
import { answerOfAsking, proposeAct } from '../../approvals/pending.ts';
import type { ActAnswer, ActKind } from '../../approvals/pending.ts';

/** Writes off what was asked for, at most what is open by then. */
export const writeOffAct: ActKind<{ receivable: string; amount: string }> = {
  kind: 'write-off',
  async carryOut({ store, actor, act }, { receivable, amount }) {
    const done = await writeOff(store, actor, receivable, { amount, reason: act.reason });
    return {
      receivable: done.id,
      writeOff: done.writeOff,
      writtenOff: formatAmount(done.writtenOffMinor, done.currency),
      currency: done.currency,
    };
  },
};

/**
 * Asks for a receivable, or part of what is open (`amount`, decimal string), to be written off; a second person decides. Throws Refusal
 * `reason-required`, `receivable-closed`, `amount-exceeds-open`.
 */
export async function askForWriteOff(
  store: Store,
  actor: Actor,
  receivable: string,
  { amount, reason }: { amount: string | null; reason: string },
): Promise<ActAnswer> {
  if (reason.trim() === '') throw new Refusal('reason-required', {}, { pointer: '/reason' });
  return write<ActAnswer>(store, actor, async (work) => {
    const { tx } = work;
    const found = await openCase(tx, actor, receivable, true);
    const { id, customerId, currency } = found;
    const open = openMinor(found.facts);
    const amountMinor = amount === null ? open : amountOf(found, amount, open);
    const asked = await proposeAct(work, writeOffAct, {
      customerId,
      subject: { kind: 'receivable', id },
      about: `write-off on invoice ${found.invoiceCode}/${found.instalment}`,
      given: { amountMinor, currency },
      what: { amount: formatAmount(amountMinor, currency), currency, open: formatAmount(open, currency) },
      payload: { receivable: id, amount: formatAmount(amountMinor, currency) },
      reason,
    });
    return answerOfAsking(asked);
  });
}

/** Takes a write-off back: what of it was not recovered is owed, and asked for, again. */
export const writeOffReversalAct: ActKind<{ writeOff: string }> = {
  kind: 'write-off-reversal',
  async carryOut({ store, actor, act }, { writeOff: id }) {
    const done = await reverseWriteOff(store, actor, id, act.reason);
    return {
      receivable: done.id,
      writeOff: done.writeOff,
      open: formatAmount(done.openMinor, done.currency),
      currency: done.currency,
    };
  },
};

/** Asks for a write-off to be taken back; a second person decides. Throws Refusal `reason-required`, `not-found`, `already-reversed`. */
export async function askForReversal(store: Store, actor: Actor, id: string, reason: string): Promise<ActAnswer> {
  if (reason.trim() === '') throw new Refusal('reason-required', {}, { pointer: '/reason' });
  return write<ActAnswer>(store, actor, async (work) => {
    const { tx } = work;
    const found = await lockWriteOff(tx, actor, id);
    const { amountMinor, currency } = found;
    const asked = await proposeAct(work, writeOffReversalAct, {
      customerId: found.customerId,
      subject: { kind: 'write-off', id: found.id },
      about: `reversal of write-off ${found.id}`,
      given: { amountMinor, currency },
      what: { amount: formatAmount(amountMinor, currency), currency, receivable: found.receivableId },
      payload: { writeOff: found.id },
      reason,
    });
    return answerOfAsking(asked);
  });
}
