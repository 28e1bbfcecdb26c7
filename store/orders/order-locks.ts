import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { Tx } from '../platform/database.ts';
import { seesCustomer } from '../access/scope.ts';
import { readOrderCase } from './orders.ts';
import type { OrderCase } from './orders.ts';

/** Customer before order, as everybody locks them: requests of one customer are judged one after another. */
export async function lockRequested(tx: Tx, actor: Actor, code: string): Promise<OrderCase> {
  const { rows } = await sql<{ id: string; customerId: string }>`
    select o.id, o.customer_id as "customerId" from sales_order o join customer c on c.id = o.customer_id
    where o.external_id = ${code} and ${seesCustomer(actor)}`.execute(tx);
  const found = rows[0];
  if (!found) throw new Refusal('order-unknown', { order: code }, { pointer: '/order' });
  await sql`select from customer where id = ${found.customerId}::uuid for no key update`.execute(tx);
  await sql`select from sales_order where id = ${found.id}::uuid for no key update`.execute(tx);
  return readOrderCase(tx, found.id);
}
