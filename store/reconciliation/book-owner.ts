import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { seesCustomer } from '../access/scope.ts';
import type { Tx } from '../platform/database.ts';
import type { Store } from '../platform/transaction.ts';

/**
 * Whose books a customer's name means on a day: its own, or those of whoever had taken it over by then, as the ageing tells it. The lock of the
 * one it is part of today is held. Throws Refusal `customer-unknown` where the actor does not see the other.
 */
export async function ownerOn(
  tx: Tx,
  actor: Actor,
  { customer, liveId }: { customer: string; liveId: string },
  asOf: BusinessDate,
  store: Store,
): Promise<{ id: string; code: string }> {
  const { rows } = await sql<{ id: string; code: string }>`
    select c.id, c.external_id as code from customer c where ${seesCustomer(actor)} and c.id = coalesce((
      select owner_on(n.id, ${liveId}::uuid, ${asOf}::date, ${store.zone}) from customer n
      where n.external_id = ${customer} or n.id = our_id(${customer}) order by n.external_id = ${customer} desc limit 1), ${liveId}::uuid)`.execute(
    tx,
  );
  const owner = rows[0];
  if (!owner) throw new Refusal('customer-unknown', { customer }, { pointer: '/customer' });
  return owner;
}

/**
 * Locks a customer whose statements are looked at (where the actor sees it) and, once it was merged, the one that has its books now: documents
 * change under that one's lock.
 */
export async function lockBooksOf(tx: Tx, customerId: RawBuilder<unknown>, actor: Actor | null): Promise<void> {
  const seen = actor === null ? sql`true` : seesCustomer(actor);
  await sql`
    select from customer l where l.id in (
      select unnest(array[c.id, c.merged_into]) from customer c where c.id = ${customerId} and ${seen})
    order by l.id for no key update of l`.execute(tx);
}
