import { sql } from 'kysely';
import { Refusal } from '../../domain/kernel/refusal.ts';
import { leftOf, shippable } from '../../domain/credit/order.ts';
import type { LineBucket, LineFacts } from '../../domain/credit/order.ts';
import type { Tx } from '../database.ts';
import type { Store } from '../transaction.ts';
import type { OrderCase } from './orders.ts';
import { readClaims, shippingRules } from './shipment-facts.ts';

/** What of an order may leave by one goods issue. */
export interface ShippingPermit {
  requestId: string | null;
  leftOf(line: LineFacts): string;
  /** What was asked for of a line; more than is left of it when part is held. */
  askedOf(line: LineFacts): string;
  /** The request whose hold keeps the rest here. */
  heldBy: string | null;
  /** Where the cents of what leaves are taken from, the first first. */
  from: readonly LineBucket[];
}

/**
 * With a request: what it allowed and did not go yet. Without: what no request has a claim on, and only where policy lets goods leave
 * unasked and nothing of the customer is held. The order is locked by the caller.
 */
export async function permitOf(tx: Tx, store: Store, order: OrderCase, request: string | null): Promise<ShippingPermit> {
  return request === null ? unasked(tx, store, order) : onRequest(tx, order, request);
}

async function onRequest(tx: Tx, order: OrderCase, request: string): Promise<ShippingPermit> {
  const { rows } = await sql<{ id: string; line: number; left: string; asked: string; open: boolean }>`
    select r.id, l.line, trim_scale(l.allowed - l.issued)::text as left, trim_scale(l.requested - l.issued - l.dropped)::text as asked,
      coalesce(h.state = 'open', false) as open
    from shipment_request r join shipment_request_line l on l.request_id = r.id left join shipment_hold h on h.request_id = r.id
    where r.external_id = ${request} and r.order_id = ${order.id}::uuid`.execute(tx);
  const [first] = rows;
  if (!first) throw new Refusal('request-unknown', { request }, { pointer: '/request' });
  const of = (line: LineFacts) => rows.find((row) => row.line === line.line);
  return {
    requestId: first.id,
    leftOf: (line) => of(line)?.left ?? '0',
    askedOf: (line) => of(line)?.asked ?? '0',
    heldBy: first.open ? request : null,
    from: ['ordered', 'reserved', 'prepaid'],
  };
}

async function unasked(tx: Tx, store: Store, order: OrderCase): Promise<ShippingPermit> {
  const { requestRequired, heldBy } = await shippingRules(tx, store, order.customerId);
  if (requestRequired) throw new Refusal('request-required', { order: order.externalId }, { pointer: '/request' });
  if (heldBy !== null) throw new Refusal('shipment-held', { request: heldBy }, { pointer: '/order' });
  const claims = await readClaims(tx, order.id);
  return {
    requestId: null,
    leftOf: (line) => leftOf(leftOf(shippable(line), line.shippedQuantity), claims.get(line.line)?.claimed ?? '0'),
    askedOf: () => '0',
    heldBy: null,
    // What requests have a claim on stays committed to them.
    from: claims.size > 0 ? ['reserved', 'prepaid', 'ordered'] : ['ordered', 'reserved', 'prepaid'],
  };
}
