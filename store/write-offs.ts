import type { Actor } from '../domain/kernel/actor.ts';
import { Refusal } from '../domain/kernel/refusal.ts';
import { openMinor } from '../domain/collection/receivable.ts';
import { asksOf, eventOf } from './payments.ts';
import { amountOf, openCase } from './receivable-case.ts';
import { write } from './transaction.ts';
import type { Store } from './transaction.ts';

export interface WrittenOff {
  id: string;
  currency: string;
  writtenOffMinor: number;
  openMinor: number;
}

/** Writes off a receivable, or part of what is open (`amount`, decimal string). Needs a reason; the receivable's process closes it. */
export async function writeOff(
  store: Store,
  actor: Actor,
  receivable: string,
  { amount, reason }: { amount: string | null; reason: string },
): Promise<WrittenOff> {
  if (reason.trim() === '') throw new Refusal('reason-required', {}, { pointer: '/reason' });
  return write(store, actor, async (tx) => {
    const found = await openCase(tx, actor, receivable, true);
    const open = openMinor(found.facts);
    const amountMinor = amount === null ? open : amountOf(found, amount, open);
    const writtenOffMinor = found.facts.writtenOffMinor + amountMinor;
    await tx.updateTable('receivable').set({ written_off_minor: writtenOffMinor }).where('id', '=', found.id).execute();
    const audit = {
      action: 'receivable.written-off',
      subjectKind: 'receivable',
      subjectId: found.id,
      customerId: found.customerId,
      reason,
      before: { openMinor: open, writtenOffMinor: found.facts.writtenOffMinor },
      after: { openMinor: open - amountMinor, writtenOffMinor, currency: found.currency },
    };
    const value = { id: found.id, currency: found.currency, writtenOffMinor, openMinor: open - amountMinor };
    return { value, audit: [audit], asks: asksOf([found.id]), events: [eventOf(audit)] };
  });
}
