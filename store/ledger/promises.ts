import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import { dateOf } from '../../domain/platform/calendar.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { lastPromiseDay } from '../../domain/ledger/promise.ts';
import type { EarlierPromise } from '../../domain/ledger/promise.ts';
import { Refusal, invalidAt } from '../../domain/platform/refusal.ts';
import type { ReceivableFacts } from '../../domain/dunning/receivable.ts';
import { amountOf, openCase, undisputedOf } from './receivable-case.ts';
import { lockReceivables } from './receivable-facts.ts';
import { isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import { write, asksOf, eventOf } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';
import { promiseDays } from '../../domain/ledger/policy.ts';
import type { PromiseState } from '../../domain/ledger/claims.ts';

export interface NewPromise {
  /** Decimal string in the receivable's currency; at most what is open and undisputed. */
  amount: string;
  on: BusinessDate;
  /** The customer's contact who promised, by the caller's id. */
  by: string;
  note: string;
}

/** Records a promise to pay. Rungs pause when it covers the undisputed amount. Throws Refusal `promise-date-past`, `promise-too-far`. */
export async function recordPromise(
  store: Store,
  actor: Actor,
  receivable: string,
  promise: NewPromise,
  reason: string | null,
): Promise<{ id: string; state: PromiseState }> {
  return write(store, actor, async ({ tx, at }) => {
    const found = await openCase(tx, actor, receivable);
    const { on, by, note } = promise;
    if (on < at.today) throw new Refusal('promise-date-past', { date: on, today: at.today }, { pointer: '/on' });
    const { current } = await store.policies.current();
    const days = promiseDays(current.collection.content);
    const until = lastPromiseDay(promisesSoFar(found.facts, store.zone), {
      today: at.today,
      dueDate: found.facts.dueDate,
      days,
    });
    if (on > until) throw new Refusal('promise-too-far', { date: on, until, days }, { pointer: '/on' });
    const amountMinor = amountOf(found, promise.amount, undisputedOf(found));
    const contact = await tx
      .selectFrom('contact')
      .select('external_id')
      .where('customer_id', '=', found.customerId)
      .where('external_id', '=', by)
      .executeTakeFirst();
    if (!contact) throw invalidAt('/by', 'contact-unknown', { contact: by });
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

const promisesSoFar = ({ promises }: ReceivableFacts, zone: string): EarlierPromise[] =>
  promises
    .map(({ madeAt, state }) => ({ madeOn: dateOf(madeAt, zone), state }))
    .toSorted((a, b) => (a.madeOn < b.madeOn ? -1 : a.madeOn > b.madeOn ? 1 : 0));

/** Takes a pending promise back, with the reason: the ladder goes on, shifted by the days it stood still. Throws Refusal `promise-closed`. */
export async function cancelPromise(
  store: Store,
  actor: Actor,
  promise: string,
  reason: string,
): Promise<{ id: string; state: PromiseState }> {
  return write(store, actor, async ({ tx, at }) => {
    const { rows } = await sql<{ id: string; receivableId: string; customerId: string }>`
      select p.id, p.receivable_id as "receivableId", p.customer_id as "customerId" from promise p join customer c on c.id = p.customer_id
      where p.id = ${isOurId(promise) ? promise : null}::uuid and ${seesCustomer(actor)}`.execute(tx);
    const row = rows[0];
    if (!row) throw new Refusal('not-found', { id: promise });
    await lockReceivables(tx, [row.receivableId]);
    const cancelled = await tx
      .updateTable('promise')
      .set({ state: 'cancelled', judged_at: at.now })
      .where('id', '=', row.id)
      .where('state', '=', 'pending')
      .returning(['amount_minor', 'due_on'])
      .executeTakeFirst();
    if (!cancelled) {
      const { state } = await tx.selectFrom('promise').select('state').where('id', '=', row.id).executeTakeFirstOrThrow();
      throw new Refusal('promise-closed', { state });
    }
    const audit = {
      action: 'promise.cancelled',
      subjectKind: 'promise',
      subjectId: row.id,
      customerId: row.customerId,
      reason,
      before: { state: 'pending' },
      after: { receivableId: row.receivableId, amountMinor: cancelled.amount_minor, on: cancelled.due_on, state: 'cancelled' },
    };
    return {
      value: { id: row.id, state: 'cancelled' },
      audit: [audit],
      asks: asksOf([row.receivableId]),
      events: [eventOf(audit)],
    };
  });
}
