import type { Actor } from '../domain/kernel/actor.ts';
import type { BusinessDate } from '../domain/kernel/calendar.ts';
import { Refusal } from '../domain/kernel/refusal.ts';
import type { PromiseState } from '../domain/collection/receivable.ts';
import { asksOf, eventOf } from './payments.ts';
import { amountOf, openCase, undisputedOf } from './receivable-case.ts';
import { write } from './transaction.ts';
import type { Store } from './transaction.ts';

export interface NewPromise {
  /** Decimal string in the receivable's currency; at most what is open and undisputed. */
  amount: string;
  on: BusinessDate;
  /** The customer's contact who promised, by the caller's id. */
  by: string;
  note: string;
}

/** Records a promise to pay. Rungs pause when it covers the undisputed amount. Throws Refusal `promise-date-past`. */
export async function recordPromise(
  store: Store,
  actor: Actor,
  receivable: string,
  promise: NewPromise,
  reason: string | null,
): Promise<{ id: string; state: PromiseState }> {
  return write(store, actor, async (tx, at) => {
    const found = await openCase(tx, actor, receivable);
    const { on, by, note } = promise;
    if (on < at.today) throw new Refusal('promise-date-past', { date: on, today: at.today }, { pointer: '/on' });
    const amountMinor = amountOf(found, promise.amount, undisputedOf(found));
    const contact = await tx
      .selectFrom('contact')
      .select('external_id')
      .where('customer_id', '=', found.customerId)
      .where('external_id', '=', by)
      .executeTakeFirst();
    if (!contact) throw new Refusal('invalid', { what: `contact ${by}` }, { pointer: '/by' });
    const { id } = await tx
      .insertInto('promise')
      .values({
        receivable_id: found.id,
        customer_id: found.customerId,
        amount_minor: amountMinor,
        due_on: on,
        by_contact: by,
        note,
        made_at: at.now,
        made_by: actor.id,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    const after = { receivableId: found.id, amountMinor, currency: found.currency, on, by, note, state: 'pending' };
    const audit = {
      action: 'promise.recorded',
      subjectKind: 'promise',
      subjectId: id,
      customerId: found.customerId,
      reason,
      after,
    };
    return { value: { id, state: 'pending' }, audit: [audit], asks: asksOf([found.id]), events: [eventOf(audit)] };
  });
}
