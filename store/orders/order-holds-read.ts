import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { RouteSeat } from '../../domain/credit/application.ts';
import type { OrderReason } from '../../domain/orders/check.ts';
import type { OrderHoldState, OrderHoldStep, OrderHoldWhy } from '../../domain/orders/order-hold.ts';
import type { LineFacts } from '../../domain/orders/order.ts';
import type { Offer } from '../../domain/orders/release.ts';
import type { Database } from '../platform/database.ts';
import { isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import { momentOf } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';
import { readRoute } from '../approvals/approvals.ts';
import { readHoldDossier } from './order-hold-dossier.ts';
import type { OrderHoldDossier } from './order-hold-dossier.ts';
import { processOfHold } from './order-hold-facts.ts';

/** A held order in a list. */
export interface OrderHoldListed {
  id: string;
  /** As its sender names it, and by our id. */
  order: string;
  orderId: string;
  customer: string;
  customerName: string;
  state: OrderHoldState;
  currency: string;
  amountMinor: number;
  /** What of it is held now. */
  heldMinor: number;
  forced: boolean;
  reasons: readonly OrderReason[];
  requestedBy: string;
  round: number;
  openedAt: Instant;
  expiresAt: Instant;
  closedAt: Instant | null;
  step: OrderHoldStep;
  at: Instant | null;
  why: OrderHoldWhy;
}

/** A held order with all that whoever decides looks at. */
export interface OrderHoldView extends OrderHoldListed {
  lines: (LineFacts & { item: string })[];
  offer: Offer;
  route: RouteSeat[];
  earlierRounds: (RouteSeat & { round: number })[];
  exposureVersion: number;
  policyVersion: string | null;
  outcome: Record<string, unknown> | null;
  dossierHash: string | null;
  dossier: OrderHoldDossier;
}

const COLUMNS = sql`h.id, o.external_id as "order", o.id as "orderId", c.external_id as customer, c.name as "customerName", h.state, o.currency,
  o.amount_minor as "amountMinor", (select coalesce(sum(l.held_minor), 0)::bigint from order_line l where l.order_id = o.id) as "heldMinor", h.forced,
  h.reasons, h.requested_by as "requestedBy", h.round, h.opened_at as "openedAt", h.expires_at as "expiresAt", h.closed_at as "closedAt",
  h.plan_step as step, h.plan_at as at, h.plan_why as why`;
const FROM = sql`from order_hold h join sales_order o on o.id = h.order_id join customer c on c.id = h.customer_id`;

export interface OrderHoldFilter {
  customer?: string | undefined;
  state?: OrderHoldState | undefined;
  after?: readonly [Instant, string] | undefined;
}

/** Held orders the actor may see, the newest first; one more than `limit` when there are more. */
export async function listOrderHolds(
  db: Database,
  actor: Actor,
  filter: OrderHoldFilter,
  limit: number,
): Promise<OrderHoldListed[]> {
  const { customer = null, state = null } = filter;
  const [at, id] = filter.after ?? [null, null];
  const { rows } = await sql<OrderHoldListed>`
    select ${COLUMNS} ${FROM}
    where ${seesCustomer(actor)} and (${customer}::text is null or c.external_id = customer_now(${customer})) and (${state}::text is null or h.state = ${state})
      and (${at}::timestamptz is null or (h.opened_at, h.id) < (${at}::timestamptz, ${id}::uuid))
    order by h.opened_at desc, h.id desc limit ${limit + 1}`.execute(db);
  return rows;
}

/** The hold `{id}` means: ours, or the newest of the caller's order. With what a decision on it needs. Throws Refusal `not-found`. */
export async function findOrderHold(
  db: Database,
  actor: Actor,
  id: string,
): Promise<{ id: string; customerId: string; state: OrderHoldState; currency: string }> {
  const { rows } = await sql<{ id: string; customerId: string; state: OrderHoldState; currency: string }>`
    select h.id, h.customer_id as "customerId", h.state, o.currency ${FROM}
    where ${seesCustomer(actor)} and (o.external_id = ${id} or h.id = ${isOurId(id) ? id : null}::uuid)
    order by o.external_id = ${id} desc, h.opened_at desc, h.id desc limit 1`.execute(db);
  const row = rows[0];
  if (!row) throw new Refusal('not-found', { id });
  return row;
}

/** One held order with its route and its dossier. Throws Refusal `not-found`. */
export async function readOrderHold(store: Store, actor: Actor, id: string): Promise<OrderHoldView> {
  const found = await findOrderHold(store.db, actor, id);
  // One snapshot: the version a decision answers for is that of the exposure shown beside it.
  return store.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      const { rows } = await sql<Omit<OrderHoldView, 'route' | 'earlierRounds' | 'dossier'>>`
        select ${COLUMNS}, h.offer, h.policy_version as "policyVersion", h.outcome, h.dossier_hash as "dossierHash",
          (select version from credit_account a where a.id = o.account_id) as "exposureVersion",
          (select jsonb_agg(jsonb_build_object('line', l.line, 'item', l.item, 'quantity', trim_scale(l.quantity)::text, 'shippedQuantity',
            trim_scale(l.shipped_quantity)::text, 'amountMinor', l.amount_minor, 'minor', jsonb_build_object('held', l.held_minor)) order by l.line)
            from order_line l where l.order_id = o.id) as lines
        ${FROM} where h.id = ${found.id}::uuid`.execute(tx);
      const row = rows[0];
      if (!row) throw new Refusal('not-found', { id });
      const at = await momentOf(tx, store);
      const way = await readRoute(tx, processOfHold(found.id), row.round);
      return { ...row, ...way, dossier: await readHoldDossier(tx, store, at, found.id) };
    });
}
