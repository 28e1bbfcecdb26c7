import type { Rung } from '../../domain/dunning/ladder.ts';
import { reviewWanted } from './events.ts';
import { taskEffectsOf } from '../tasks/task-effects.ts';
import type { ReceivableCase } from '../ledger/receivable-facts.ts';
import type { Work } from '../platform/transaction.ts';
import { askOf } from './task-items.ts';
import { eventOf } from '../platform/transaction.ts';
import type { Effects } from '../platform/effects.ts';
import { joinEffects, noEffects } from '../platform/effects.ts';

/** What the kind of task that a dunning step opens does beside the task. */
export async function stepEffects(
  work: Work,
  found: ReceivableCase,
  { rung, kind }: { rung: Rung; kind: string },
): Promise<Effects> {
  const { store } = work;
  const asked = await taskEffectsOf(store, kind);
  const { id, customerId } = found;
  const reason = { rung: rung.id, dueDate: found.facts.dueDate };
  const done: Effects[] = [];
  if (asked.includes('hold')) done.push(await holdFor(work, { id, customerId }, reason));
  if (asked.includes('review')) {
    const key = `dunning/${id}/${rung.id}`;
    const detail = { invoice: found.invoiceCode, instalment: found.instalment, ...reason };
    done.push(await reviewWanted.tell(work, { key, customerId, detail }));
  }
  if (asked.includes('propose-hold')) {
    const key = `${id}/rung/${rung.id}/hold-proposal`;
    done.push(await askOf(work, found, { rung: rung.id, kind: 'hold-proposal', key }));
  }
  return joinEffects(...done);
}

/**
 * From now on new orders and shipments of the item's payer are held, until it is no longer overdue; an item that holds already goes on as
 * it does. The caller holds its lock.
 */
export async function holdFor(
  { tx, at }: Work,
  { id, customerId }: { id: string; customerId: string },
  why: Record<string, unknown>,
): Promise<Effects> {
  const row = await tx
    .updateTable('receivable')
    .set({ holds_since: at.today })
    .where('id', '=', id)
    .where('holds_since', 'is', null)
    .returning('id')
    .executeTakeFirst();
  if (!row) return noEffects();
  const audit = { subjectKind: 'receivable', subjectId: id, customerId, action: 'receivable.holds' };
  return { ...noEffects(), audit: [{ ...audit, after: { since: at.today, ...why } }], events: [eventOf(audit)] };
}
