import { sql } from 'kysely';
import type { Tx } from '../platform/database.ts';
import type { Work } from '../platform/transaction.ts';
import { cancelWorkOrders, openWorkOrder, placeOf } from '../tasks/work-orders.ts';
import type { Effects } from '../platform/effects.ts';
import { noEffects } from '../platform/effects.ts';

const KIND = 'delivered-not-invoiced';
const keyOf = (orderId: string): string => `${KIND}/${orderId}`;

/** The task about goods of an order that is over, which were delivered and are not invoiced; one that is open goes on. */
export async function askAboutDelivered(
  work: Work,
  { id, externalId, customerId }: { id: string; externalId: string; customerId: string },
  reason: Record<string, unknown>,
): Promise<Effects> {
  const { tx } = work;
  if ((await openKeys(tx, [id])).length > 0) return noEffects();
  const { key } = await placeOf(tx, keyOf(id));
  return openWorkOrder(work, { key, kind: KIND, customerId, subject: `order ${externalId}`, reason });
}

/** Ends the tasks of these orders: nothing is left to be invoiced, or the order is open again. */
export async function endDelivered(work: Work, orderIds: readonly string[], outcome: string): Promise<Effects> {
  const { tx } = work;
  const keys = await openKeys(tx, orderIds);
  return keys.length === 0 ? noEffects() : cancelWorkOrders(work, { keys }, outcome);
}

/** Invoices came, or became larger: orders of which they took all that was delivered are asked about no more. */
export async function endInvoicedTasks(work: Work, invoices: readonly string[]): Promise<Effects> {
  const { tx } = work;
  if (invoices.length === 0) return noEffects();
  const { rows } = await sql<{ id: string }>`
    select distinct o.id from order_invoice x join sales_order o on o.id = x.order_id
    where x.invoice_id = any(${[...invoices]}::uuid[]) and o.state <> 'open'
      and not exists (select from order_line l where l.order_id = o.id and l.delivered_minor > 0) order by o.id`.execute(tx);
  return endDelivered(
    work,
    rows.map(({ id }) => id),
    'invoiced',
  );
}

async function openKeys(tx: Tx, orderIds: readonly string[]): Promise<string[]> {
  if (orderIds.length === 0) return [];
  const { rows } = await sql<{ key: string }>`
    select w.key from work_order w join unnest(${orderIds.map(keyOf)}::text[]) as k (own) on w.key = k.own or starts_with(w.key, k.own || '/')
    where w.kind = ${KIND} and w.closed_at is null and w.customer_id in (select customer_id from sales_order where id = any(${[...orderIds]}::uuid[]))
    order by w.key`.execute(tx);
  return rows.map(({ key }) => key);
}
