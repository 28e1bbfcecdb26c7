import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import type { Bucket } from '../../domain/credit/exposure.ts';
import type { Database } from '../platform/database.ts';
import { seesCustomer } from '../access/scope.ts';

/** A document that makes up a bucket. */
export interface BucketDocument {
  bucket: Bucket;
  document: 'order' | 'invoice' | 'payment' | 'credit-note';
  externalId: string;
  customer: string;
  on: BusinessDate | null;
  amountMinor: number;
  currency: string;
}

/** What the buckets of a customer's payer are made of, the largest first: of the customers the actor may see, whoever else it pays for. */
export async function documentsOf(db: Database, actor: Actor, customerId: string): Promise<BucketDocument[]> {
  const { rows } = await sql<BucketDocument>`
    with m as (select b.customer_id, d.currency, c.external_id as customer
      from credit_bearer o join credit_bearer b on b.code = o.code join customer c on c.id = b.customer_id
        cross join lateral (select distinct currency from credit_documents(array[c.id])) d
      where o.customer_id = ${customerId}::uuid and ${seesCustomer(actor)})
    select * from (
      select b.bucket, 'order' as document, o.external_id as "externalId", m.customer, o.requested_ship_date as "on", sum(b.amount)::bigint as "amountMinor", o.currency
      from m join sales_order o on o.customer_id = m.customer_id and o.currency = m.currency join order_line l on l.order_id = o.id,
        lateral (values ('reserved', l.reserved_minor), ('ordered', l.ordered_minor), ('delivered', l.delivered_minor)) b (bucket, amount)
      where b.amount > 0 group by 1, 3, 4, 5, 7
      union all
      select 'open', 'invoice', i.external_id, m.customer, r.due_date, r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor, r.currency
      from m join receivable r on r.customer_id = m.customer_id and r.currency = m.currency join invoice i on i.id = r.invoice_id
      where r.paid_minor + r.credited_minor + r.written_off_minor < r.amount_minor
      union all
      select b.bucket, 'payment', p.external_id, m.customer, b."on", b.amount, p.currency
      from m join payment p on p.customer_id = m.customer_id and p.currency = m.currency, lateral (values ('deposits', null::date, p.unapplied_minor),
        ('bills', p.clears_on, case when p.clears_on is not null then p.amount_minor - p.returned_minor else 0 end)) b (bucket, "on", amount)
      where b.amount > 0 and p.reversed_at is null
      union all
      select 'deposits', 'credit-note', n.external_id, m.customer, null, n.unapplied_minor, n.currency
      from m join credit_note n on n.customer_id = m.customer_id and n.currency = m.currency where n.unapplied_minor > 0) x
    order by "amountMinor" desc, "externalId" limit ${SHOWN}`.execute(db);
  return rows;
}

const SHOWN = 500;
