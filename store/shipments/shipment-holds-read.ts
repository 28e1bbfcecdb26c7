import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { Instant } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import type { RouteSeat } from '../../domain/credit/application.ts';
import { missingOf } from '../../domain/shipments/ground.ts';
import type { Evidence, GivenGround, MissingPart, NoticeStanding } from '../../domain/shipments/ground.ts';
import type { ShipmentHoldState, ShipmentHoldWhy } from '../../domain/shipments/hold.ts';
import type { ShipmentReason } from '../../domain/shipments/judge.ts';
import type { Database } from '../platform/database.ts';
import { isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import { momentOf } from '../platform/transaction.ts';
import type { Store } from '../platform/transaction.ts';
import { readRoute } from '../approvals/approvals.ts';
import { accountVersion, readDossier } from '../credit/decision-dossier.ts';
import type { DecisionDossier } from '../credit/decision-dossier.ts';
import { holdProcess, noticeOf } from './shipment-hold-facts.ts';
import type { HeldLine, HoldOffer } from './shipment-hold-facts.ts';

/** A hold of a shipment in a list. */
export interface ShipmentHoldListed {
  id: string;
  /** The caller's ids of the request and the order. */
  request: string;
  order: string;
  customer: string;
  customerName: string;
  customerId: string;
  currency: string;
  state: ShipmentHoldState;
  forced: boolean;
  reasons: readonly ShipmentReason[];
  withheldMinor: number;
  lines: readonly Omit<HeldLine, 'issued'>[];
  ground: GivenGround | null;
  evidence: readonly (Evidence & { by: string; at: Instant })[];
  notice: NoticeStanding;
  missing: readonly MissingPart[];
  respondBy: Instant | null;
  why: ShipmentHoldWhy;
  round: number;
  requestedBy: string;
  openedAt: Instant;
  closedAt: Instant | null;
  outcome: { act: string; by: string | null } | null;
}

/** A hold with all that whoever decides looks at. */
export interface ShipmentHoldView extends ShipmentHoldListed {
  offer: HoldOffer | null;
  route: RouteSeat[];
  earlierRounds: (RouteSeat & { round: number })[];
  exposureVersion: number;
  dossier: DecisionDossier;
}

const columns = sql`h.id, r.external_id as request, o.external_id as "order", c.external_id as customer, c.name as "customerName", c.id as "customerId",
  o.currency, h.state, h.forced, h.reasons, h.withheld_minor as "withheldMinor", h.ground, h.evidence, h.noticed_at as "noticedAt",
  h.arrived_at as "arrivedAt", h.notice_by_hand as "byHand", h.respond_by as "respondBy", h.plan_why as why, h.round, h.offer,
  h.requested_by as "requestedBy", h.opened_at as "openedAt", h.closed_at as "closedAt", h.outcome,
  (select jsonb_agg(jsonb_build_object('line', l.line, 'requested', trim_scale(l.requested)::text, 'allowed', trim_scale(l.allowed)::text,
    'dropped', trim_scale(l.dropped)::text, 'waiting', trim_scale(l.requested - l.allowed - l.dropped)::text) order by l.line)
    from shipment_request_line l where l.request_id = r.id) as lines,
  (select jsonb_build_object('state', n.state, 'message', m.state, 'outbox', coalesce(m.outbox, false), 'sentAt', m.sent_at,
    'deliveredAt', m.delivered_at) from notice n left join message m on m.id = n.message_id
    where n.process = 'shipment-hold-' || h.id order by n.requested_at desc, n.id desc limit 1) as "noticeRow"`;
const tables = sql`shipment_hold h join shipment_request r on r.id = h.request_id join sales_order o on o.id = h.order_id
  join customer c on c.id = h.customer_id`;

type NoticeFacts = Parameters<typeof noticeOf>[0];
interface Row extends Omit<ShipmentHoldListed, 'notice' | 'missing'>, Pick<NoticeFacts, 'noticedAt' | 'arrivedAt' | 'byHand'> {
  noticeRow: NoticeFacts['notice'];
  offer: HoldOffer | null;
}

function listed({ noticeRow, noticedAt, arrivedAt, byHand, ...row }: Row): ShipmentHoldListed & Pick<Row, 'offer'> {
  const notice = noticeOf({ notice: noticeRow, noticedAt, arrivedAt, byHand });
  // What the process has noted of the notice is the record; the message may be a moment ahead.
  const shown = notice.state === 'given' ? { ...notice, givenAt: noticedAt ?? null, arrivedAt } : notice;
  return { ...row, notice: shown, missing: missingOf(row.ground?.ground ?? null, row.evidence.length, notice.state) };
}

export interface ShipmentHoldFilter {
  customer?: string | undefined;
  order?: string | undefined;
  state?: ShipmentHoldState | undefined;
  after?: readonly [Instant, string] | undefined;
}

/** Holds the actor may see, the newest first; one more than `limit` when there are more. */
export async function listShipmentHolds(
  db: Database,
  actor: Actor,
  filter: ShipmentHoldFilter,
  limit: number,
): Promise<ShipmentHoldListed[]> {
  const { customer = null, order = null, state = null } = filter;
  const [at, id] = filter.after ?? [null, null];
  const { rows } = await sql<Row>`
    select ${columns} from ${tables} where ${seesCustomer(actor)} and (${customer}::text is null or c.external_id = customer_now(${customer}))
      and (${order}::text is null or o.external_id = ${order}) and (${state}::text is null or h.state = ${state})
      and (${at}::timestamptz is null or (h.opened_at, h.id) < (${at}::timestamptz, ${id}::uuid))
    order by h.opened_at desc, h.id desc limit ${limit + 1}`.execute(db);
  return rows.map(listed);
}

/** Our id of the hold `{id}` means (its own, or the caller's id of its request), with what an update on it needs. Throws Refusal `not-found`. */
export async function findShipmentHold(
  db: Database,
  actor: Actor,
  id: string,
): Promise<{ id: string; customerId: string; state: ShipmentHoldState }> {
  const { rows } = await sql<{ id: string; customerId: string; state: ShipmentHoldState }>`
    select h.id, h.customer_id as "customerId", h.state from ${tables}
    where ${seesCustomer(actor)} and (r.external_id = ${id} or h.id = ${isOurId(id) ? id : null}::uuid) order by r.external_id = ${id} desc limit 1`.execute(
    db,
  );
  const row = rows[0];
  if (!row) throw new Refusal('not-found', { id });
  return row;
}

/** One hold with its route and the dossier of its customer. Throws Refusal `not-found`. */
export async function readShipmentHold(store: Store, actor: Actor, id: string): Promise<ShipmentHoldView> {
  const found = await findShipmentHold(store.db, actor, id);
  // One snapshot: the version a decision answers for is that of the exposure shown beside it.
  return store.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      const { rows } = await sql<Row>`select ${columns} from ${tables} where h.id = ${found.id}::uuid`.execute(tx);
      const row = rows[0];
      if (!row) throw new Refusal('not-found', { id });
      const process = holdProcess(found.id);
      const { customerId, currency } = row;
      const at = await momentOf(tx, store);
      const of = { customerId, currency, process, assessmentId: 'latest', applicationId: null };
      return {
        ...listed(row),
        ...(await readRoute(tx, process, row.round)),
        exposureVersion: await accountVersion(tx, customerId, currency),
        dossier: await readDossier(tx, store, at, of),
      };
    });
}
