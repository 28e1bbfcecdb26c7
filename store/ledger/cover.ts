import { sql } from 'kysely';
import type { Instant } from '../../domain/platform/calendar.ts';
import type { MoneyIn } from '../../domain/ledger/promise.ts';
import { coverSharesOf } from '../../domain/ledger/unapplied.ts';
import type { CoverableItem, UnappliedMoney } from '../../domain/ledger/unapplied.ts';
import type { Database, Tx } from '../platform/database.ts';
import { disputesOf } from './dispute-facts.ts';
import type { DisputeFact } from '../../domain/ledger/claims.ts';
import { leftOutMinor } from '../../domain/ledger/claims.ts';

/** What unapplied money covers of one receivable, and when such money last came. */
export interface Cover {
  coveredMinor: number;
  coveredAt: Instant;
  /** The payments that cover it; credits on account do too, but keep no promise. */
  money: readonly MoneyIn[];
}

/** Whether receivable `r` of customer `c` may be covered: money that no order binds lies unused with it, or with whoever pays for it. */
export const mayBeCovered = sql<boolean>`exists (
  select from customer k where (k.id = c.id or k.external_id = c.payer_code) and (
    exists (select from payment p where p.customer_id = k.id and p.unapplied_minor > 0 and p.currency = r.currency and p.order_code is null)
    or exists (select from credit_note n where n.customer_id = k.id and n.unapplied_minor > 0 and n.currency = r.currency)))`;

/** Whether an order is over and nothing delivered of it waits for its invoice: what is bound to it has lost its place. */
export async function orderIsOver(db: Database | Tx, order: string): Promise<boolean> {
  const { rows } = await sql`
    select from sales_order o where o.external_id = ${order} and o.state <> 'open'
      and not exists (select from order_line l where l.order_id = o.id and l.delivered_minor > 0)`.execute(db);
  return rows.length > 0;
}

/** Money of customers, and of those who pay for them, that has not found its place. */
export async function unappliedOf(
  db: Database | Tx,
  customerIds: readonly string[],
): Promise<(UnappliedMoney & { postedAt: Instant })[]> {
  const { rows } = await sql<UnappliedMoney & { postedAt: Instant }>`
    with k as (
      select distinct k.id, k.external_id from customer c join customer k on k.id = c.id or k.external_id = c.payer_code
      where c.id = any(${customerIds}::uuid[])),
    m as (
      select 'payment' as kind, p.id, p.external_id, p.customer_id, p.currency, p.received_on as "on", p.reference, p.order_code, p.on_account, p.unapplied_minor, p.unapplied_minor = p.amount_minor as whole, p.posted_at
      from payment p where p.customer_id in (select id from k) and p.unapplied_minor > 0
      union all
      select 'credit-note', n.id, n.external_id, n.customer_id, n.currency, n.issued_on, null, null, true, n.unapplied_minor, n.unapplied_minor = n.amount_minor, n.posted_at
      from credit_note n where n.customer_id in (select id from k) and n.unapplied_minor > 0)
    select m.kind, m.id, m.external_id as "externalId", m.customer_id as "customerId", m.currency, m."on", m.reference, m.order_code as "order", m.on_account as "onAccount",
      m.unapplied_minor as "leftMinor", m.whole, m.posted_at as "postedAt",
      (select jsonb_agg(b.id order by b.id = k.id desc, b.id) from customer b where b.id = k.id or b.payer_code = k.external_id) as reach
    from m join k on k.id = m.customer_id`.execute(db);
  return rows;
}

/** What is covered of the open receivables that the unapplied money of these customers can reach, by receivable. */
export async function coversOf(db: Database | Tx, customerIds: readonly string[]): Promise<Map<string, Cover>> {
  const money = await unappliedOf(db, customerIds);
  const reach = [...new Set(money.flatMap((one) => one.reach))];
  if (reach.length === 0) return new Map();
  const { rows } = await sql<
    Omit<CoverableItem, 'askedMinor'> & { openMinor: number; disputes: DisputeFact[] | null; suspected: boolean }
  >`
    select r.id as "receivableId", r.customer_id as "customerId", r.currency, r.due_date as "dueDate", i.external_id as invoice, r.instalment,
      r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor as "openMinor", ${disputesOf} as disputes, r.suspected
    from receivable r join invoice i on i.id = r.invoice_id
    where r.customer_id = any(${reach}::uuid[]) and r.paid_minor + r.credited_minor + r.written_off_minor < r.amount_minor`.execute(
    db,
  );
  const items = rows.map(({ openMinor, disputes, suspected, ...item }) => ({
    ...item,
    // What is out of bounds is a fault of its own: nothing is laid against it.
    askedMinor: suspected || !Number.isSafeInteger(openMinor) ? 0 : Math.max(0, openMinor - leftOutMinor(disputes ?? [])),
  }));
  const coveredAt = new Date(
    money
      .map((one) => one.postedAt)
      .toSorted()
      .at(-1) ?? 0,
  ).toISOString();
  const covers = new Map<string, Cover>();
  for (const { receivableId, money: one, amountMinor } of coverSharesOf(items, money)) {
    const { coveredMinor, money: payments } = covers.get(receivableId) ?? { coveredMinor: 0, money: [] };
    const paid = one.kind === 'payment' ? [{ on: one.on, postedAt: one.postedAt, amountMinor }] : [];
    covers.set(receivableId, { coveredMinor: coveredMinor + amountMinor, coveredAt, money: [...payments, ...paid] });
  }
  return covers;
}
