import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { workflowId } from '../../domain/platform/subject.ts';
import { exceeds, leftOf, moveSome, partAmount, shippable } from '../../domain/orders/order.ts';
import type { LineMove } from '../../domain/orders/order.ts';
import { judgeShipment } from '../../domain/shipments/judge.ts';
import type { ShipmentDecision, ShipmentLine, ShipmentReason, ShipmentVerdict } from '../../domain/shipments/judge.ts';
import type { ShipmentHoldWhy } from '../../domain/shipments/hold.ts';
import type { Tx } from '../platform/database.ts';
import { LostRace } from '../platform/rows.ts';
import { write } from '../platform/transaction.ts';
import type { Store, Work } from '../platform/transaction.ts';
import { moveOrder } from '../orders/orders.ts';
import type { OrderCase } from '../orders/orders.ts';
import { linesToJudge, readClaims, securedNow, shipmentFacts } from './shipment-facts.ts';
import type { Claims, WantedLine } from './shipment-facts.ts';
import { contentHash } from '../platform/content-hash.ts';
import { lockRequested } from '../orders/order-locks.ts';

/** Goods of an order somebody wants to ship. */
export interface ShipmentRequestDocument {
  externalId: string;
  /** The caller's id of the order. */
  order: string;
  lines: readonly WantedLine[];
}

/** What was answered; a repeat hears the same. */
export interface ShipmentAnswered {
  id: string;
  externalId: string;
  currency: string;
  decision: ShipmentDecision;
  lines: ShipmentVerdict['lines'];
  reasons: readonly ShipmentReason[];
  holdId: string | null;
  policyVersion: string;
  created: boolean;
}

/**
 * May these goods leave? Judged under the locks of customer, order and accounts, and what may is committed before this answers. The same
 * request again hears its first answer. Throws Refusal `order-unknown`, `order-closed`, `line-unknown`, `quantity-exceeds`,
 * `already-exists`, `rate-missing`.
 */
export function requestShipment(
  store: Store,
  actor: Actor,
  document: ShipmentRequestDocument,
  reason: string | null,
): Promise<ShipmentAnswered> {
  return write<ShipmentAnswered>(store, actor, async (work) => {
    const { tx } = work;
    const order = await lockRequested(tx, actor, document.order);
    const first = await readFirst(tx, document.externalId);
    if (first) return { value: answeredBefore(first, document), audit: null };
    const claims = await readClaims(tx, order.id);
    judgeLines(order, document.lines, claims);
    const lines = linesToJudge(order, document.lines, claims);
    const { facts, rules } = await shipmentFacts(work, { order, lines, hold: null });
    const verdict = judgeShipment(facts, rules);
    const kept = await keep(work, { order, document, verdict, policyVersion: rules.version });
    await moveOrder(work, order.id, commitMoves(order, lines, verdict.lines), 'shipment.allowed');
    const value: ShipmentAnswered = { ...kept, externalId: document.externalId, currency: order.currency, created: true };
    const about = { subjectKind: 'shipment-request', subjectId: kept.id, customerId: order.customerId };
    const { decision, reasons, withheldMinor } = verdict;
    const hold = kept.holdId === null ? null : workflowId('shipment-hold', kept.holdId);
    return {
      value,
      asks: hold === null ? [] : [{ subject: hold, kind: 'shipment-hold', customerId: order.customerId }],
      audit: [
        {
          ...about,
          action: `shipment-request.${actionOf[decision]}`,
          reason,
          policyVersion: rules.version,
          after: {
            externalId: document.externalId,
            order: order.externalId,
            decision,
            lines: verdict.lines,
            reasons,
            withheldMinor,
          },
        },
      ],
      events: [
        {
          ...about,
          kind: `shipment-request.${actionOf[decision]}`,
          data: { externalId: document.externalId, order: order.externalId, decision },
        },
      ],
    };
  });
}

const actionOf = { ship: 'allowed', reduce: 'reduced', hold: 'held' } as const satisfies Record<ShipmentDecision, string>;

interface First extends Omit<ShipmentAnswered, 'created'> {
  contentHash: string;
}

async function readFirst(tx: Tx, externalId: string): Promise<First | undefined> {
  const { rows } = await sql<First>`
    select r.id, r.external_id as "externalId", o.currency, r.decision, r.lines, r.reasons, h.id as "holdId",
      r.policy_version as "policyVersion", r.content_hash as "contentHash"
    from shipment_request r join sales_order o on o.id = r.order_id left join shipment_hold h on h.request_id = r.id
    where r.external_id = ${externalId}`.execute(tx);
  return rows[0];
}

const hashOf = ({ order, lines }: ShipmentRequestDocument): string => contentHash({ order, lines });

function answeredBefore(first: First, document: ShipmentRequestDocument): ShipmentAnswered {
  const { contentHash: hash, ...answer } = first;
  if (hash !== hashOf(document)) throw new Refusal('already-exists', { id: document.externalId }, { pointer: '/externalId' });
  return { ...answer, created: false };
}

function judgeLines(order: OrderCase, wanted: readonly WantedLine[], claims: Claims): void {
  if (order.state !== 'open')
    throw new Refusal('order-closed', { order: order.externalId, state: order.state }, { pointer: '/order' });
  for (const [index, { line: no, quantity }] of wanted.entries()) {
    const line = order.lines.find((one) => one.line === no);
    if (!line) throw new Refusal('line-unknown', { order: order.externalId, line: no }, { pointer: `/lines/${index}/line` });
    const left = leftOf(leftOf(shippable(line), line.shippedQuantity), claims.get(no)?.claimed ?? '0');
    if (exceeds(quantity, left))
      throw new Refusal('quantity-exceeds', { line: no, value: quantity, left }, { pointer: `/lines/${index}/quantity` });
  }
}

/** What may leave is committed: it takes its room of the limit from now on. */
export function commitMoves(
  order: OrderCase,
  lines: readonly ShipmentLine[],
  allowed: readonly { line: number; allowed: string }[],
): LineMove[] {
  return allowed.flatMap(({ line: no, allowed: quantity }) => {
    const [judged, line] = [lines.find((one) => one.line === no), order.lines.find((one) => one.line === no)];
    if (!judged || !line) return [];
    return moveSome(line, partAmount(line, judged.before, quantity), ['reserved'], 'ordered');
  });
}

/** Why a hold waits before its process has looked at it. */
const FIRST_WHY: ShipmentHoldWhy = { code: 'departments-told', params: {} };

interface Kept {
  order: OrderCase;
  document: ShipmentRequestDocument;
  verdict: ShipmentVerdict;
  policyVersion: string;
}

async function keep(
  work: Work,
  { order, document, verdict, policyVersion }: Kept,
): Promise<Pick<ShipmentAnswered, 'id' | 'decision' | 'lines' | 'reasons' | 'holdId' | 'policyVersion'>> {
  const { tx, at, actor } = work;
  const { decision, lines, reasons, forced, withheldMinor } = verdict;
  const securedMinor = decision === 'ship' ? 0 : await securedNow(work, order);
  const { rows } = await sql<{ id: string; holdId: string | null }>`
    with r as (
      insert into shipment_request (external_id, order_id, customer_id, decision, lines, reasons, policy_version, requested_by, content_hash, at)
      values (${document.externalId}, ${order.id}::uuid, ${order.customerId}::uuid, ${decision}, ${JSON.stringify(lines)}::jsonb,
        ${JSON.stringify(reasons)}::jsonb, ${policyVersion}, ${actor.id}, ${hashOf(document)}, ${at.now}::timestamptz)
      on conflict (external_id) do nothing returning id),
    l as (
      insert into shipment_request_line (request_id, line, requested, allowed)
      select r.id, x.line, x.requested, x.allowed
      from r, jsonb_to_recordset(${JSON.stringify(lines)}::jsonb) as x(line int, requested numeric, allowed numeric)),
    h as (
      insert into shipment_hold (request_id, order_id, customer_id, reasons, requested_by, opened_at, forced, withheld_minor, secured_minor,
        plan_why)
      select r.id, ${order.id}::uuid, ${order.customerId}::uuid, ${JSON.stringify(reasons)}::jsonb, ${actor.id}, ${at.now}::timestamptz,
        ${forced}, ${withheldMinor}, ${securedMinor}, ${JSON.stringify(FIRST_WHY)}::jsonb from r where ${decision} <> 'ship' returning id)
    select r.id, (select h.id from h) as "holdId" from r`.execute(tx);
  const row = rows[0];
  if (!row) throw new LostRace('a shipment request was made meanwhile');
  return { ...row, decision, lines, reasons, policyVersion };
}
