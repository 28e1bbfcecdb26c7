import { sql } from 'kysely';
import type { Actor } from '../domain/kernel/actor.ts';
import type { Instant } from '../domain/kernel/calendar.ts';
import { Refusal } from '../domain/kernel/refusal.ts';
import { eventOf } from './payments.ts';
import { findReceivable } from './receivable-case.ts';
import { isOurId } from './rows.ts';
import { seesCustomer } from './scope.ts';
import { write } from './transaction.ts';
import type { Store } from './transaction.ts';

export const contactKinds = ['call', 'visit', 'email', 'other'] as const;

export interface LoggedContact {
  /** The caller's id of the customer, or ours. */
  customer: string;
  receivable: string | null;
  kind: (typeof contactKinds)[number];
  /** Who was spoken to, by the caller's id of the contact. */
  contact: string | null;
  outcome: string;
  note: string;
  /** Null: now. */
  at: Instant | null;
}

/** Logs a call, visit or other contact a person made. It moves no rung; it stands in the timeline. */
export async function logContact(
  store: Store,
  actor: Actor,
  entry: LoggedContact,
  reason: string | null,
): Promise<{ id: string; at: Instant }> {
  return write(store, actor, async (tx, moment) => {
    const at = entry.at ?? moment.now;
    if (at > moment.now) throw new Refusal('date-in-future', { date: at, today: moment.today }, { pointer: '/at' });
    const { rows } = await sql<{ id: string }>`
      select c.id from customer c where (c.external_id = ${entry.customer} or c.id = ${isOurId(entry.customer) ? entry.customer : null}::uuid)
        and ${seesCustomer(actor)} order by c.external_id = ${entry.customer} desc limit 1`.execute(tx);
    const customerId = rows[0]?.id;
    if (customerId === undefined) throw new Refusal('customer-unknown', { customer: entry.customer }, { pointer: '/customer' });
    const receivable = entry.receivable === null ? null : await findReceivable(tx, actor, entry.receivable);
    if (entry.receivable !== null && receivable?.customerId !== customerId) {
      throw new Refusal('receivable-unknown', { receivable: entry.receivable }, { pointer: '/receivable' });
    }
    const { id } = await tx
      .insertInto('contact_log')
      .values({
        customer_id: customerId,
        receivable_id: receivable?.id ?? null,
        kind: entry.kind,
        contact_id: entry.contact,
        outcome: entry.outcome,
        note: entry.note,
        at,
        by_actor: actor.id,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    const after = {
      kind: entry.kind,
      contact: entry.contact,
      outcome: entry.outcome,
      note: entry.note,
      at,
      receivableId: receivable?.id ?? null,
    };
    const audit = { action: 'contact.logged', subjectKind: 'contact-log', subjectId: id, customerId, reason, after };
    return { value: { id, at }, audit: [audit], events: [eventOf(audit)] };
  });
}
