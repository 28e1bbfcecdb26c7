import { sql } from 'kysely';
import type { Actor } from '../../domain/kernel/actor.ts';
import type { BusinessDate } from '../../domain/kernel/calendar.ts';
import { Refusal } from '../../domain/kernel/refusal.ts';
import { addQuantities, exceeds, moveSome, partAmount } from '../../domain/credit/order.ts';
import type { LineMove } from '../../domain/credit/order.ts';
import type { Tx } from '../database.ts';
import { LostRace } from '../rows.ts';
import { seesCustomer } from '../scope.ts';
import { contentHash } from '../setup.ts';
import { write } from '../transaction.ts';
import type { Moment, Store } from '../transaction.ts';
import { moveOrder, readOrderCase } from './orders.ts';
import type { OrderCase } from './orders.ts';
import { permitOf } from './shipment-permit.ts';

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
  changed: boolean;
  created: boolean;
}

/**
 * Posts a goods issue: what it is worth of its order counts as delivered until it is invoiced. The same shipment again may tell when it
 * was delivered and accepted; its lines stay. On a shipment request only what that allowed may leave; without one, what no request has a
 * claim on. Throws Refusal `order-unknown`, `not-approved`, `quantity-exceeds`, `already-exists`, `request-unknown`, `request-required`,
 * `shipment-held`.
 */
export async function postShipment(
  store: Store,
  actor: Actor,
  document: ShipmentDocument,
  reason: string | null,
): Promise<PostedShipment> {
  return write<PostedShipment>(store, actor, async (tx, at) => {
    judgeDates(document, at.today);
    const order = await lockShipped(tx, actor, document.order);
    const standing = await readShipment(tx, document.externalId);
    const value = standing ? await tellArrival(tx, order, standing, document) : await issue(tx, store, at, order, document);
    if (!value.changed) return { value, audit: null };
    const about = { subjectKind: 'shipment', subjectId: value.id, customerId: order.customerId };
    const action = standing ? 'shipment.changed' : 'shipment.issued';
    const before = standing && { deliveredOn: standing.deliveredOn, acceptedOn: standing.acceptedOn };
    return {
      value,
      audit: [{ ...about, action, reason, ...(before && { before }), after: { ...document, amountMinor: value.amountMinor } }],
      events: [{ ...about, kind: action, data: { order: order.externalId } }],
    };
  });
}

function judgeDates({ issuedOn, deliveredOn, acceptedOn }: ShipmentDocument, today: BusinessDate): void {
  const days = { issuedOn, deliveredOn, acceptedOn };
  for (const [name, date] of Object.entries(days))
    if (date !== null && date > today) throw new Refusal('date-in-future', { date, today }, { pointer: `/${name}` });
  if (deliveredOn !== null && deliveredOn < issuedOn)
    throw new Refusal('invalid', { what: `${deliveredOn} < ${issuedOn}` }, { pointer: '/deliveredOn' });
  if (acceptedOn !== null && acceptedOn < (deliveredOn ?? issuedOn))
    throw new Refusal('invalid', { what: `${acceptedOn} < ${deliveredOn ?? issuedOn}` }, { pointer: '/acceptedOn' });
}

async function lockShipped(tx: Tx, actor: Actor, code: string): Promise<OrderCase> {
  const { rows } = await sql<{ id: string }>`
    select o.id from sales_order o join customer c on c.id = o.customer_id
    where o.external_id = ${code} and ${seesCustomer(actor)} for no key update of o`.execute(tx);
  const id = rows[0]?.id;
  if (id === undefined) throw new Refusal('order-unknown', { order: code }, { pointer: '/order' });
  return readOrderCase(tx, id);
}

interface Standing {
  id: string;
  orderId: string;
  amountMinor: number;
  issuedOn: BusinessDate;
  deliveredOn: BusinessDate | null;
  acceptedOn: BusinessDate | null;
  contentHash: string;
}

async function readShipment(tx: Tx, externalId: string): Promise<Standing | undefined> {
  const { rows } = await sql<Standing>`
    select id, order_id as "orderId", amount_minor as "amountMinor", issued_on as "issuedOn", delivered_on as "deliveredOn",
      accepted_on as "acceptedOn", content_hash as "contentHash" from shipment where external_id = ${externalId}`.execute(tx);
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
    changed,
    created: false,
  };
}

async function issue(tx: Tx, store: Store, at: Moment, order: OrderCase, document: ShipmentDocument): Promise<PostedShipment> {
  if (order.decision !== 'approved' || order.state !== 'open') {
    const state = order.state === 'open' ? order.decision : order.state;
    throw new Refusal('not-approved', { order: order.externalId, state }, { pointer: '/order' });
  }
  const permit = await permitOf(tx, store, order, document.request ?? null);
  const moves: LineMove[] = [];
  let amountMinor = 0;
  for (const [index, { line: no, quantity }] of document.lines.entries()) {
    const line = order.lines.find((one) => one.line === no);
    const left = line ? permit.leftOf(line) : '0';
    if (!line || exceeds(quantity, left)) {
      if (line && permit.heldBy !== null && exceeds(permit.askedOf(line), left))
        throw new Refusal('shipment-held', { request: permit.heldBy, line: no, left }, { pointer: `/lines/${index}/quantity` });
      throw new Refusal('quantity-exceeds', { line: no, value: quantity, left }, { pointer: `/lines/${index}/quantity` });
    }
    const part = partAmount(line, line.shippedQuantity, quantity);
    amountMinor += part;
    moves.push(...moveSome(line, part, permit.from, 'delivered'));
    await tx
      .updateTable('order_line')
      .set({ shipped_quantity: addQuantities(line.shippedQuantity, quantity) })
      .where('order_id', '=', order.id)
      .where('line', '=', no)
      .execute();
  }
  const id = await insertShipment(tx, at, order.id, { document, amountMinor, requestId: permit.requestId });
  await moveOrder(tx, at, order.id, moves, 'shipment.issued');
  const { externalId, deliveredOn, acceptedOn } = document;
  return {
    ...{ id, externalId, orderId: order.id, currency: order.currency, amountMinor, deliveredOn, acceptedOn },
    changed: true,
    created: true,
  };
}

interface Issued {
  document: ShipmentDocument;
  amountMinor: number;
  requestId: string | null;
}

async function insertShipment(
  tx: Tx,
  at: Moment,
  orderId: string,
  { document, amountMinor, requestId }: Issued,
): Promise<string> {
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
      posted_at: at.now,
    })
    .onConflict((conflict) => conflict.column('external_id').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!row) throw new LostRace('a shipment was posted meanwhile');
  if (requestId !== null)
    await sql`
      update shipment_request_line l set issued = l.issued + x.quantity
      from jsonb_to_recordset(${JSON.stringify(document.lines)}::jsonb) as x(line int, quantity numeric)
      where l.request_id = ${requestId}::uuid and l.line = x.line`.execute(tx);
  return row.id;
}
