import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { ShipmentDecision, ShipmentReason } from '../../domain/shipments/judge.ts';
import type { Database } from '../platform/database.ts';
import { isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';

/** A shipment request as it stands now. */
export interface ShipmentRequestView {
  id: string;
  externalId: string;
  order: string;
  customer: string;
  currency: string;
  /** As first answered. */
  decision: ShipmentDecision;
  reasons: readonly ShipmentReason[];
  /** `allowed` may leave, `issued` of it has; `dropped` was given up; the rest waits for the hold. */
  lines: readonly { line: number; requested: string; allowed: string; issued: string; dropped: string }[];
  holdId: string | null;
  holdState: 'open' | 'shipped' | 'reduced' | 'rescinded' | null;
  policyVersion: string;
  requestedBy: string;
  at: Instant;
}

const view = sql`r.id, r.external_id as "externalId", o.external_id as "order", c.external_id as customer, o.currency, r.decision, r.reasons,
  (select jsonb_agg(jsonb_build_object('line', l.line, 'requested', trim_scale(l.requested)::text, 'allowed', trim_scale(l.allowed)::text,
    'issued', trim_scale(l.issued)::text, 'dropped', trim_scale(l.dropped)::text) order by l.line)
    from shipment_request_line l where l.request_id = r.id) as lines,
  h.id as "holdId", h.state as "holdState", r.policy_version as "policyVersion", r.requested_by as "requestedBy", r.at`;
const tables = sql`shipment_request r join sales_order o on o.id = r.order_id join customer c on c.id = r.customer_id
  left join shipment_hold h on h.request_id = r.id`;

export interface ShipmentRequestFilter {
  customer?: string | undefined;
  order?: string | undefined;
  decision?: ShipmentDecision | undefined;
  after?: string | undefined;
}

/** Requests the actor may see, the newest first; one more than `limit` when there are more. */
export async function listShipmentRequests(
  db: Database,
  actor: Actor,
  { customer, order, decision, after }: ShipmentRequestFilter,
  limit: number,
): Promise<ShipmentRequestView[]> {
  const conditions = [
    seesCustomer(actor),
    ...(customer === undefined ? [] : [sql<boolean>`c.external_id = customer_now(${customer})`]),
    ...(order === undefined ? [] : [sql<boolean>`o.external_id = ${order}`]),
    ...(decision === undefined ? [] : [sql<boolean>`r.decision = ${decision}`]),
    ...(after === undefined ? [] : [sql<boolean>`r.id < ${after}::uuid`]),
  ];
  const { rows } = await sql<ShipmentRequestView>`
    select ${view} from ${tables} where ${sql.join(conditions, sql` and `)} order by r.id desc limit ${limit + 1}`.execute(db);
  return rows;
}

/** The request `{id}` means, ours or the caller's. Throws Refusal `not-found`. */
export async function readShipmentRequest(db: Database, actor: Actor, id: string): Promise<ShipmentRequestView> {
  const { rows } = await sql<ShipmentRequestView>`
    select ${view} from ${tables} where ${seesCustomer(actor)} and (r.external_id = ${id} or r.id = ${isOurId(id) ? id : null}::uuid)
    order by r.external_id = ${id} desc limit 1`.execute(db);
  const [row] = rows;
  if (!row) throw new Refusal('not-found', { id });
  return row;
}
