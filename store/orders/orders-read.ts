import { sql } from 'kysely';
import type { FaultyField } from '../../domain/platform/faulty.ts';
import { faultyOf } from '../ledger/faulty.ts';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { Bucket } from '../../domain/credit/exposure.ts';
import type { OrderDecision, OrderReason } from '../../domain/orders/check.ts';
import type { LineFacts, OrderState } from '../../domain/orders/order.ts';
import type { Database } from '../platform/database.ts';
import { instantOf, isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';

/** An order as it is shown. */
export interface OrderView {
  id: string;
  externalId: string;
  customer: string;
  currency: string;
  requestedShipDate: BusinessDate;
  prepaid: boolean;
  pricesWithTax: boolean;
  taxRate: string | null;
  amountMinor: number;
  decision: OrderDecision;
  state: OrderState;
  reservedUntil: Instant | null;
  orderHoldId: string | null;
  faulty: FaultyField[] | null;
  version: number;
  lines: (LineFacts & { item: string; productLine: string | null; unitPrice: string })[];
  decisions: {
    version: number;
    at: Instant;
    decision: OrderDecision;
    reasons: OrderReason[];
    by: string;
    policyVersion: string;
    currency: string;
  }[];
  createdAt: Instant;
  updatedAt: Instant;
}

export interface OrderFilter {
  customer?: string | undefined;
  state?: string | undefined;
  decision?: string | undefined;
  /** Our id of the last row of the page before. */
  after?: string | undefined;
}

const view = sql`o.id, o.external_id as "externalId", c.external_id as customer, o.currency, o.requested_ship_date as "requestedShipDate", o.prepaid,
  o.prices_with_tax as "pricesWithTax", o.tax_rate as "taxRate", o.amount_minor as "amountMinor", o.decision, o.state, o.reserved_until as "reservedUntil", o.version, o.created_at as "createdAt",
  o.updated_at as "updatedAt", (select h.id from order_hold h where h.order_id = o.id and h.state = 'open') as "orderHoldId", ${faultyOf('order', 'o')} as faulty,
  (select jsonb_agg(jsonb_build_object('line', l.line, 'item', l.item, 'productLine', l.product_line, 'quantity', trim_scale(l.quantity)::text,
    'shippedQuantity', trim_scale(l.shipped_quantity)::text, 'unitPrice', l.unit_price, 'amountMinor', l.amount_minor, 'minor', jsonb_build_object(
    'held', l.held_minor, 'prepaid', l.prepaid_minor, 'reserved', l.reserved_minor, 'ordered', l.ordered_minor, 'delivered', l.delivered_minor,
    'invoiced', l.invoiced_minor, 'cancelled', l.cancelled_minor, 'returned', l.returned_minor)) order by l.line) from order_line l where l.order_id = o.id) as lines,
  (select jsonb_agg(jsonb_build_object('version', d.version, 'at', d.at, 'decision', d.decision, 'reasons', d.reasons, 'by', d.actor,
    'policyVersion', d.policy_version, 'currency', o.currency) order by d.at, d.version) from order_decision d where d.order_id = o.id) as decisions`;

/** Orders the actor may see, newest first; one more than `limit` when there are more. */
export async function listOrders(db: Database, actor: Actor, filter: OrderFilter, limit: number): Promise<OrderView[]> {
  const { customer, state, decision, after } = filter;
  const conditions = [
    seesCustomer(actor),
    ...(customer === undefined ? [] : [sql<boolean>`c.external_id = customer_now(${customer})`]),
    ...(state === undefined ? [] : [sql<boolean>`o.state = ${state}`]),
    ...(decision === undefined ? [] : [sql<boolean>`o.decision = ${decision}`]),
    ...(after === undefined ? [] : [sql<boolean>`o.id < ${after}::uuid`]),
  ];
  const { rows } = await sql<OrderView>`
    select ${view} from sales_order o join customer c on c.id = o.customer_id where ${sql.join(conditions, sql` and `)}
    order by o.id desc limit ${limit + 1}`.execute(db);
  return rows.map(withInstants);
}

/** The order `{id}` means, ours or the caller's. Throws Refusal `not-found`. */
export async function readOrder(db: Database, actor: Actor, id: string): Promise<OrderView> {
  const { rows } = await sql<OrderView>`
    select ${view} from sales_order o join customer c on c.id = o.customer_id
    where ${seesCustomer(actor)} and (o.external_id = ${id} or o.id = ${isOurId(id) ? id : null}::uuid)
    order by o.external_id = ${id} desc limit 1`.execute(db);
  const [order] = rows;
  if (!order) throw new Refusal('not-found', { id });
  return withInstants(order);
}

const withInstants = (order: OrderView): OrderView => ({
  ...order,
  decisions: order.decisions.map((one) => ({ ...one, at: instantOf(one.at) })),
});

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
const SHOWN = 500;

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
