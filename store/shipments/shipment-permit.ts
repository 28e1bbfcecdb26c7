import { sql } from 'kysely';
import { Refusal } from '../../domain/platform/refusal.ts';
import { exceeds, leftOf, shippable } from '../../domain/orders/order.ts';
import type { LineBucket, LineFacts } from '../../domain/orders/order.ts';
import { judgeIssue } from '../../domain/shipments/breach.ts';
import type { Breach, IssuedLine } from '../../domain/shipments/breach.ts';
import { judgeShipment } from '../../domain/shipments/judge.ts';
import type { ShipmentReason } from '../../domain/shipments/judge.ts';
import type { Tx } from '../platform/database.ts';
import type { Work } from '../platform/transaction.ts';
import type { OrderCase } from '../orders/orders.ts';
import { linesToJudge, readClaims, requestRequired, shipmentFacts } from './shipment-facts.ts';
import type { WantedLine } from './shipment-facts.ts';

/** How a goods issue is booked, and what was wrong with it. */
export interface IssueVerdict {
  requestId: string | null;
  breaches: readonly Breach[];
  /** Later orders of the customer wait until a person has looked at it. */
  holds: boolean;
  /** Where the cents of what left are taken from, the first first. */
  from: readonly LineBucket[];
}

/**
 * Judges goods that have left. With a request: what it allowed. Without: as the check would have answered, had it been asked. The order and
 * its customer are locked by the caller. Throws Refusal `request-unknown`.
 */
export async function verdictOfIssue(
  work: Work,
  order: OrderCase,
  { request, lines }: { request: string | null; lines: readonly WantedLine[] },
): Promise<IssueVerdict> {
  const { tx, store } = work;
  const left = (line: number): string => {
    const found = order.lines.find((one) => one.line === line);
    return found ? leftOf(found.quantity, found.shippedQuantity) : '0';
  };
  if (request !== null) {
    const asked = await readRequest(tx, order, request);
    const issued = lines.map((one): IssuedLine => ({ ...one, allowed: asked.left(one.line), left: left(one.line) }));
    const { breaches, holds } = judgeIssue({ lines: issued, unasked: false, stops: [], exceeds });
    return { requestId: asked.id, breaches, holds, from: bucketsOf(holds, ['ordered', 'reserved', 'prepaid']) };
  }
  const unasked = await requestRequired(tx, store, order.customerId);
  const claims = await readClaims(tx, order.id);
  const claimed = (line: LineFacts): string =>
    leftOf(leftOf(shippable(line), line.shippedQuantity), claims.get(line.line)?.claimed ?? '0');
  const issued = lines.map((one): IssuedLine => {
    const line = order.lines.find(({ line: no }) => no === one.line);
    // What requests have a claim on, or what was cancelled, was not free to go.
    return { ...one, allowed: line ? atLeastNone(claimed(line)) : '0', left: left(one.line) };
  });
  const stops = await stopsOf(work, order, lines);
  const { breaches, holds } = judgeIssue({ lines: issued, unasked, stops, exceeds });
  const first: readonly LineBucket[] = claims.size > 0 ? ['reserved', 'prepaid', 'ordered'] : ['ordered', 'reserved', 'prepaid'];
  return { requestId: null, breaches, holds, from: bucketsOf(holds, first) };
}

const atLeastNone = (quantity: string): string => (quantity.startsWith('-') ? '0' : quantity);

/** What should not have left may have been held, or cancelled already. */
const bucketsOf = (breached: boolean, first: readonly LineBucket[]): readonly LineBucket[] =>
  breached ? [...first, 'held', 'cancelled'] : first;

async function readRequest(tx: Tx, order: OrderCase, request: string): Promise<{ id: string; left(line: number): string }> {
  const { rows } = await sql<{ id: string; line: number; left: string }>`
    select r.id, l.line, trim_scale(l.allowed - l.issued)::text as left
    from shipment_request r join shipment_request_line l on l.request_id = r.id
    where r.external_id = ${request} and r.order_id = ${order.id}::uuid`.execute(tx);
  const [first] = rows;
  if (!first) throw new Refusal('request-unknown', { request }, { pointer: '/request' });
  return { id: first.id, left: (line) => rows.find((row) => row.line === line)?.left ?? '0' };
}

/** Why the check would have kept these goods here; without an exchange rate it cannot tell, and the fact is taken all the same. */
async function stopsOf(work: Work, order: OrderCase, lines: readonly WantedLine[]): Promise<readonly ShipmentReason[]> {
  const { tx } = work;
  try {
    const judged = linesToJudge(order, lines, await readClaims(tx, order.id));
    const { facts, rules } = await shipmentFacts(work, { order, lines: judged, hold: null });
    return judgeShipment(facts, rules).reasons;
  } catch (error) {
    if (error instanceof Refusal && error.code === 'rate-missing') return [];
    throw error;
  }
}
