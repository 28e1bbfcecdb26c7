import { sql } from 'kysely';
import type { FaultyField } from '../../domain/platform/faulty.ts';
import { faultyOf } from '../ledger/faulty.ts';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
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
