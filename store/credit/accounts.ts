import { sql } from 'kysely';
import type { ReasonCode } from '../../domain/orders/check.ts';
import type { Ask, Work } from '../platform/transaction.ts';
import type { Tx } from '../platform/database.ts';

/**
 * The account that bears a customer's documents in a currency: the payer's. Opens it when there is none, with its group's, for all
 * customers both bear and all they owe by now. Locks those customers first.
 */
export async function openAccount({ tx, at }: Work, customerId: string, currency: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    select credit_open(${customerId}::uuid, ${currency}, ${at.now}::timestamptz) as id`.execute(tx);
  const [row] = rows;
  if (!row) throw new Error('an account was neither found nor opened');
  return row.id;
}

/** Locks accounts with all the other currencies of their payers and groups, groups first, each by id; all that is judged stands still. */
export async function lockAccounts(tx: Tx, accountIds: readonly string[]): Promise<void> {
  await sql`
    with touched as (
      select a.kind, a.code from credit_account a where a.id = any(${[...accountIds]}::uuid[])
      union
      select g.kind, g.code from credit_account a join credit_account g on g.id = a.group_account where a.id = any(${[...accountIds]}::uuid[]))
    select 1 from credit_account a join touched t on t.kind = a.kind and t.code = a.code
    order by a.kind, a.id for no key update of a`.execute(tx);
}

/** The open holds on these accounts that may end by themselves, of orders and of shipments: they look again when room was made. */
export async function holdsOf(tx: Tx, accountIds: readonly string[]): Promise<Ask[]> {
  const { rows } = await sql<Ask>`
    with borne as (
      select distinct s.id from credit_account a
        join credit_account s on s.kind = 'payer' and (a.kind = 'payer' and s.code = a.code or a.kind = 'group' and exists (
          select from credit_account g where g.id = s.group_account and g.code = a.code))
      where a.id = any(${[...accountIds]}::uuid[]))
    select 'order-hold-' || h.id as subject, 'order-hold' as kind, h.customer_id as "customerId"
    from borne b join sales_order o on o.account_id = b.id and o.state = 'open' and o.decision = 'held'
      join order_hold h on h.order_id = o.id and h.state = 'open' and not h.forced
    union all
    select 'shipment-hold-' || h.id, 'shipment-hold', h.customer_id
    from borne b join sales_order o on o.account_id = b.id join shipment_hold h on h.order_id = o.id and h.state = 'open'
    order by 1`.execute(tx);
  return rows;
}

/** The open holds of these customers' orders that may be released by themselves and were held for one of these reasons. */
export async function holdsFor(tx: Tx, customerIds: readonly string[], codes: readonly ReasonCode[]): Promise<Ask[]> {
  const { rows } = await sql<{ subject: string; customerId: string }>`
    select 'order-hold-' || h.id as subject, h.customer_id as "customerId" from order_hold h
    where h.customer_id = any(${[...customerIds]}::uuid[]) and h.state = 'open' and not h.forced
      and exists (select from jsonb_array_elements(h.reasons) r where r ->> 'code' = any(${[...codes]}::text[])) order by 1`.execute(
    tx,
  );
  return rows.map(({ subject, customerId }) => ({ subject, kind: 'order-hold', customerId }));
}
