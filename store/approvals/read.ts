import { sql } from 'kysely';
import type { ActName, ActState } from '../../domain/approvals/act.ts';
import type { RouteSeat } from '../../domain/credit/application.ts';
import type { Actor } from '../../domain/platform/actor.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { readRoute } from './approvals.ts';
import { isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import { momentOf } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';
import { processOfAct } from './pending.ts';

export interface ActListed {
  id: string;
  kind: ActName;
  state: ActState;
  customer: string | null;
  customerName: string | null;
  subject: { kind: string; id: string };
  about: string;
  amountMinor: number | null;
  currency: string | null;
  days: number | null;
  what: Record<string, unknown>;
  payloadHash: string;
  booked: boolean;
  evidence: Record<string, unknown> | null;
  requestedBy: string;
  reason: string;
  routeRow: string;
  policyVersion: string;
  requestedAt: Instant;
  expiresAt: Instant | null;
  decidedBy: string | null;
  decisionReason: string | null;
  outcome: Record<string, unknown> | null;
  closedAt: Instant | null;
}
export interface ActView extends ActListed {
  route: RouteSeat[];
}

export interface ActFilter {
  customer?: string | undefined;
  kind?: ActName | undefined;
  state?: ActState | undefined;
  after?: string | undefined;
}

const columns = (now: Instant) => sql`p.id, p.kind,
  case when p.state = 'pending' and p.expires_at <= ${now}::timestamptz then 'lapsed' else p.state end as state,
  c.external_id as customer, c.name as "customerName", jsonb_build_object('kind', p.subject_kind, 'id', p.subject_id) as subject, p.about,
  p.amount_minor as "amountMinor", p.currency, p.days, p.what, p.payload_hash as "payloadHash", p.booked, p.evidence, p.requested_by as "requestedBy",
  p.reason, p.route_row as "routeRow", p.policy_version as "policyVersion", p.requested_at as "requestedAt", p.expires_at as "expiresAt",
  p.decided_by as "decidedBy", p.decision_reason as "decisionReason", p.outcome, p.closed_at as "closedAt"`;
const sees = (actor: Actor) => sql<boolean>`(p.customer_id is null or ${seesCustomer(actor)})`;

/** Acts the actor may see, the newest first; one more than `limit` when there are more. */
export async function listActs(store: Store, actor: Actor, filter: ActFilter, limit: number): Promise<ActListed[]> {
  const { now } = await momentOf(store.db, store);
  const { customer = null, kind = null, state = null, after = null } = filter;
  const { rows } = await sql<ActListed>`
    select * from (
      select ${columns(now)} from pending_act p left join customer c on c.id = p.customer_id where ${sees(actor)}
        and (${customer}::text is null or c.id = any(customer_family(${customer}))) and (${kind}::text is null or p.kind = ${kind})
        and (${after}::uuid is null or p.id < ${after}::uuid)) x
    where ${state}::text is null or x.state = ${state} order by x.id desc limit ${limit + 1}`.execute(store.db);
  return rows;
}

/** One act with its way. Throws Refusal `not-found`. */
export async function readAct(store: Store, actor: Actor, id: string): Promise<ActView> {
  const { now } = await momentOf(store.db, store);
  const { rows } = await sql<ActListed>`
    select ${columns(now)} from pending_act p left join customer c on c.id = p.customer_id
    where p.id = ${isOurId(id) ? id : null}::uuid and ${sees(actor)}`.execute(store.db);
  const found = rows[0];
  if (!found) throw new Refusal('not-found', { id });
  const { route } = await readRoute(store.db, processOfAct(found.id), 1);
  return { ...found, route };
}
