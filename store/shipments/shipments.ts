import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { Refusal, invalidAt } from '../../domain/platform/refusal.ts';
import { addQuantities, exceeds, leftOf, moveSome, partAmount } from '../../domain/orders/order.ts';
import type { LineMove } from '../../domain/orders/order.ts';
import type { Breach } from '../../domain/shipments/breach.ts';
import type { Tx } from '../platform/database.ts';
import { LostRace } from '../platform/rows.ts';
import { write } from '../platform/transaction.ts';
import type { Store, Work } from '../platform/transaction.ts';
import { openWorkOrder } from '../tasks/work-orders.ts';
import { moveOrder } from '../orders/orders.ts';
import type { OrderCase } from '../orders/orders.ts';
import { verdictOfIssue } from './shipment-permit.ts';
import type { IssueVerdict } from './shipment-permit.ts';
import { contentHash } from '../platform/content-hash.ts';
import type { Effects } from '../platform/effects.ts';
import { noEffects } from '../platform/effects.ts';
import { lockRequested } from '../orders/order-locks.ts';

/** Goods that left, and later that they arrived and were accepted. */
export interface ShipmentDocument {
  externalId: string;
  /** The caller's id of the order. */
  order: string;
  /** The caller's id of the shipment request that let them leave. */
  request?: string | null;
  lines: readonly { line: number; quantity: string }[];
  issuedOn: BusinessDate;
  deliveredOn: BusinessDate | null;
  acceptedOn: BusinessDate | null;
}

export interface PostedShipment {
  id: string;
  externalId: string;
  orderId: string;
  currency: string;
  amountMinor: number;
  deliveredOn: BusinessDate | null;
  acceptedOn: BusinessDate | null;
  /** Why these goods should not have left. */
  breaches: readonly Breach[];
  changed: boolean;
  created: boolean;
}

/**
 * Posts a goods issue: what it is worth of its order counts as delivered until it is invoiced. The same shipment again may tell when it
 * was delivered and accepted; its lines stay. Goods that left are a fact: what should have kept them here is flagged, opens a task and holds
 * later orders, and refuses nothing. Throws Refusal `order-unknown`, `line-unknown`, `request-unknown`, `already-exists`, `date-in-future`.
 */
export async function postShipment(
  store: Store,
  actor: Actor,
  document: ShipmentDocument,
  reason: string | null,
): Promise<PostedShipment> {
  return write<PostedShipment>(store, actor, async (work) => {
    const { tx, at } = work;
    judgeDates(document, at.today);
    const order = await lockRequested(tx, actor, document.order);
    const standing = await readShipment(tx, document.externalId);
    const { posted: value, effects } = standing
      ? { posted: await tellArrival(tx, order, standing, document), effects: noEffects() }
      : await issue(work, order, document);
    if (!value.changed) return { value, audit: null };
    const about = { subjectKind: 'shipment', subjectId: value.id, customerId: order.customerId };
    const action = standing ? 'shipment.changed' : 'shipment.issued';
    const before = standing && { deliveredOn: standing.deliveredOn, acceptedOn: standing.acceptedOn };
    return {
      value,
      ...{ asks: effects.asks, posts: effects.posts },
      audit: [
        { ...about, action, reason, ...(before && { before }), after: { ...document, amountMinor: value.amountMinor } },
        ...effects.audit,
      ],
      events: [{ ...about, kind: action, data: { order: order.externalId } }, ...effects.events],
    };
  });
}

function judgeDates({ issuedOn, deliveredOn, acceptedOn }: ShipmentDocument, today: BusinessDate): void {
  const days = { issuedOn, deliveredOn, acceptedOn };
  for (const [name, date] of Object.entries(days))
    if (date !== null && date > today) throw new Refusal('date-in-future', { date, today }, { pointer: `/${name}` });
  if (deliveredOn !== null && deliveredOn < issuedOn)
    throw invalidAt('/deliveredOn', 'too-early', { date: deliveredOn, earliest: issuedOn });
  if (acceptedOn !== null && acceptedOn < (deliveredOn ?? issuedOn))
    throw invalidAt('/acceptedOn', 'too-early', { date: acceptedOn, earliest: deliveredOn ?? issuedOn });
}

interface Standing {
  id: string;
  orderId: string;
  amountMinor: number;
  issuedOn: BusinessDate;
  deliveredOn: BusinessDate | null;
  acceptedOn: BusinessDate | null;
  contentHash: string;
  breaches: Breach[];
}

async function readShipment(tx: Tx, externalId: string): Promise<Standing | undefined> {
  const { rows } = await sql<Standing>`
    select id, order_id as "orderId", amount_minor as "amountMinor", issued_on as "issuedOn", delivered_on as "deliveredOn",
      accepted_on as "acceptedOn", content_hash as "contentHash", breach as breaches from shipment where external_id = ${externalId}`.execute(
    tx,
  );
  return rows[0];
}

/** Delivery and acceptance do not change what was issued. */
const issueHash = ({ order, request, lines, issuedOn }: ShipmentDocument): string =>
  contentHash({ order, lines, issuedOn, ...(request != null && { request }) });

async function tellArrival(tx: Tx, order: OrderCase, standing: Standing, document: ShipmentDocument): Promise<PostedShipment> {
  const { externalId } = document;
  if (standing.contentHash !== issueHash(document))
    throw new Refusal('already-exists', { id: externalId }, { pointer: '/externalId' });
  const deliveredOn = document.deliveredOn ?? standing.deliveredOn;
  const acceptedOn = document.acceptedOn ?? standing.acceptedOn;
  const changed = deliveredOn !== standing.deliveredOn || acceptedOn !== standing.acceptedOn;
  if (changed)
    await tx
      .updateTable('shipment')
      .set({ delivered_on: deliveredOn, accepted_on: acceptedOn })
      .where('id', '=', standing.id)
      .execute();
  const { id, amountMinor } = standing;
  return {
    id,
    externalId,
    orderId: order.id,
    currency: order.currency,
    amountMinor,
    deliveredOn,
    acceptedOn,
    breaches: standing.breaches,
    changed,
    created: false,
  };
}

interface IssuedGoods {
  posted: PostedShipment;
  effects: Effects;
}

/** Books goods that left, whatever they should have done: what was wrong is kept with them, and opens a task. */
async function issue(work: Work, order: OrderCase, document: ShipmentDocument): Promise<IssuedGoods> {
  const { tx, at } = work;
  for (const [index, { line: no }] of document.lines.entries())
    if (!order.lines.some((one) => one.line === no))
      throw new Refusal('line-unknown', { order: order.externalId, line: no }, { pointer: `/lines/${index}/line` });
  const verdict = await verdictOfIssue(work, order, { request: document.request ?? null, lines: document.lines });
  const moves: LineMove[] = [];
  const grown: { line: number; quantity: string; amountMinor: number }[] = [];
  let amountMinor = 0;
  for (const [index, { line: no, quantity }] of document.lines.entries()) {
    const line = order.lines.find((one) => one.line === no);
    if (!line) continue;
    const over = leftOf(quantity, leftOf(line.quantity, line.shippedQuantity));
    const ordered = exceeds(over, '0') ? leftOf(quantity, over) : quantity;
    const part = partAmount(line, line.shippedQuantity, ordered);
    const more = exceeds(over, '0') ? partAmount(line, '0', over) : 0;
    if (!Number.isSafeInteger(order.amountMinor + more) || exceeds(addQuantities(line.quantity, over), MOST_PIECES))
      throw new Refusal('amount-too-large', {}, { pointer: `/lines/${index}/quantity` });
    amountMinor += part + more;
    moves.push(...moveSome(line, part, verdict.from, 'delivered'));
    if (exceeds(over, '0')) grown.push({ line: no, quantity: over, amountMinor: more });
  }
  const id = await insertShipment(work, order, { document, amountMinor, verdict });
  await moveOrder(work, order.id, moves, 'shipment.issued');
  for (const one of grown)
    await sql`select order_grow(${order.id}::uuid, ${one.line}, ${one.quantity}::numeric, ${one.amountMinor}::bigint, ${at.now}::timestamptz)`.execute(
      tx,
    );
  await takePieces(tx, order.id, document.lines);
  const { externalId, deliveredOn, acceptedOn } = document;
  const { breaches } = verdict;
  const posted = { id, externalId, orderId: order.id, currency: order.currency, amountMinor, deliveredOn, acceptedOn, breaches };
  return {
    posted: { ...posted, changed: true, created: true },
    effects: await flagged(work, order, { posted: { id, externalId }, verdict }),
  };
}

/** Quantities have at most twelve digits before the point. */
const MOST_PIECES = '999999999999';

async function takePieces(tx: Tx, orderId: string, lines: ShipmentDocument['lines']): Promise<void> {
  for (const { line, quantity } of lines) {
    await sql`update order_line set shipped_quantity = shipped_quantity + ${quantity}::numeric where order_id = ${orderId}::uuid and line = ${line}`.execute(
      tx,
    );
    await sql`select shipment_drop_claims(${orderId}::uuid, ${line}::int)`.execute(tx);
  }
}

/** One task a customer, whatever left meanwhile: who closes it has looked at all of it. */
async function flagged(
  work: Work,
  order: OrderCase,
  { posted, verdict }: { posted: { id: string; externalId: string }; verdict: IssueVerdict },
): Promise<Effects> {
  const { tx } = work;
  if (verdict.breaches.length === 0) return noEffects();
  const kind = verdict.holds ? 'shipment-breach' : 'shipment-not-asked';
  const open = await tx
    .selectFrom('work_order')
    .select('id')
    .where('customer_id', '=', order.customerId)
    .where('kind', '=', kind)
    .where('closed_at', 'is', null)
    .executeTakeFirst();
  const effects = open
    ? noEffects()
    : await openWorkOrder(work, {
        ...{ key: `${kind}/${posted.id}`, kind, customerId: order.customerId },
        subject: `shipment ${posted.externalId}`,
        reason: { shipment: posted.externalId, order: order.externalId, codes: verdict.breaches.map(({ code }) => code) },
      });
  const about = { subjectKind: 'shipment', subjectId: posted.id, customerId: order.customerId };
  const { breaches, holds } = verdict;
  effects.audit.push({ ...about, action: 'shipment.breached', after: { order: order.externalId, breaches, holds } });
  effects.events.push({
    ...about,
    kind: 'shipment.breached',
    data: { order: order.externalId, codes: breaches.map(({ code }) => code) },
  });
  return effects;
}

interface Issued {
  document: ShipmentDocument;
  amountMinor: number;
  verdict: IssueVerdict;
}

async function insertShipment(
  { tx, at }: Work,
  { id: orderId, customerId }: OrderCase,
  { document, amountMinor, verdict }: Issued,
): Promise<string> {
  const { requestId, breaches, holds } = verdict;
  const row = await tx
    .insertInto('shipment')
    .values({
      external_id: document.externalId,
      order_id: orderId,
      request_id: requestId,
      lines: JSON.stringify(document.lines),
      amount_minor: amountMinor,
      issued_on: document.issuedOn,
      delivered_on: document.deliveredOn,
      accepted_on: document.acceptedOn,
      content_hash: issueHash(document),
      breach: JSON.stringify(breaches),
      breach_holds: holds ? customerId : null,
      posted_at: at.now,
    })
    .onConflict((conflict) => conflict.column('external_id').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!row) throw new LostRace('a shipment was posted meanwhile');
  if (requestId !== null)
    await sql`
      update shipment_request_line l set issued = l.issued + x.quantity, allowed = greatest(l.allowed, l.issued + x.quantity),
        requested = greatest(l.requested, greatest(l.allowed, l.issued + x.quantity) + l.dropped)
      from jsonb_to_recordset(${JSON.stringify(document.lines)}::jsonb) as x(line int, quantity numeric)
      where l.request_id = ${requestId}::uuid and l.line = x.line`.execute(tx);
  return row.id;
}
