import { sql } from 'kysely';
import type { AuditFact } from '../../domain/platform/audit.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { exceeds, leftOf, moveSome, partAmount, shippable } from '../../domain/orders/order.ts';
import type { LineFacts, LineMove } from '../../domain/orders/order.ts';
import { clauseFor } from '../../domain/shipments/ground.ts';
import { judgeShipment } from '../../domain/shipments/judge.ts';
import type { ShipmentReason } from '../../domain/shipments/judge.ts';
import type { Tx } from '../platform/database.ts';
import type { Work } from '../platform/transaction.ts';
import { openWorkOrder } from '../tasks/work-orders.ts';
import { addChange, noChange } from '../approvals/decision-update.ts';
import type { Change } from '../approvals/decision-update.ts';
import { moveOrder } from '../orders/orders.ts';
import { linesToJudge, readClaims, securedNow, shipmentFacts } from './shipment-facts.ts';
import type { WantedLine } from './shipment-facts.ts';
import { holdProcess, tellHold } from './shipment-hold-facts.ts';
import type { ShipmentHoldCase } from './shipment-hold-facts.ts';
import { commitMoves } from './shipment-requests.ts';
import type { ShipmentReasonCode } from '../../domain/credit/hold-clause.ts';
import { shipmentReasonCodes } from '../../domain/credit/hold-clause.ts';
import { addEffects } from '../platform/effects.ts';

const some = (quantity: string): boolean => exceeds(quantity, '0');

/** What of a request waits, line by line. */
export const waitingLines = ({ lines }: ShipmentHoldCase): WantedLine[] =>
  lines.flatMap(({ line, waiting }) => (some(waiting) ? [{ line, quantity: waiting }] : []));

/** Reasons that security for the goods does not outweigh [528]: who may be supplied, what was never accepted, and goods to be paid first. */
const beyondSecurity: readonly ShipmentReasonCode[] = ['listed', 'licence-expired', 'order-not-approved', 'prepayment-missing'];
const ofCredit = shipmentReasonCodes.filter((code) => !beyondSecurity.includes(code));

/**
 * Judges what waits anew, gives up what was cancelled of it, and lets ship what now may. A forced hold lets nothing ship by itself; one by law
 * ends when security for the goods is given.
 */
export async function judgeAgain(work: Work, found: ShipmentHoldCase): Promise<Change> {
  const { tx } = work;
  if (found.state !== 'open') return noChange();
  const change = noChange();
  const gone = await dropCancelled(tx, found);
  if (gone.length > 0) note(change, found, 'given-up', { reason: 'order-cancelled', after: { dropped: gone } });
  const left = subtract(waitingLines(found), gone);
  if (left.length === 0) return change;
  const claims = await readClaims(tx, found.order.id);
  const lines = linesToJudge(found.order, left, claims);
  const { facts, rules } = await shipmentFacts(work, { order: found.order, lines, hold: found.id });
  const secured =
    found.ground?.ground.kind === 'statutory' &&
    (await securedNow(work, found.order)) - found.securedMinor >= found.withheldMinor;
  const verdict = judgeShipment(secured ? { ...facts, decided: [...facts.decided, ...ofCredit] } : facts, rules);
  if (found.forced) return change;
  const allowed = verdict.lines.flatMap(({ line, allowed: quantity }) => (some(quantity) ? [{ line, quantity }] : []));
  if (allowed.length === 0) {
    addChange(change, await heldAnew(work, found, verdict.reasons));
    return change;
  }
  await allow(work, found, allowed, lines);
  await sql`update shipment_hold set withheld_minor = ${verdict.withheldMinor} where id = ${found.id}::uuid`.execute(tx);
  const reason = secured ? 'security-given' : 'judged-anew';
  note(change, found, 'eased', { reason, policyVersion: rules.version, after: { allowed, reasons: verdict.reasons } });
  return change;
}

/**
 * What holds now is another reason than before. The house's clause ends with what it covers: the new reasons stand by the clause that covers
 * them, or a person must give a ground.
 */
async function heldAnew(work: Work, found: ShipmentHoldCase, reasons: readonly ShipmentReason[]): Promise<Change> {
  const { tx, at, store } = work;
  const change = noChange();
  const codes = (of: readonly ShipmentReason[]): string => [...new Set(of.map(({ code }) => code))].sort().join();
  if (found.toldAt === null || codes(reasons) === codes(found.reasons)) return change;
  const { current } = await store.policies.current();
  const { version, content } = current['credit-rules'];
  const clause = found.ground?.by === 'policy' ? clauseFor(reasons, content.shipments.clauses) : null;
  const given =
    found.ground?.by === 'policy' ? clause && { ground: { kind: 'contract', clause }, by: 'policy', at: at.now } : found.ground;
  await sql`
    update shipment_hold set reasons = ${JSON.stringify(reasons)}::jsonb, ground = ${given && JSON.stringify(given)}::jsonb
    where id = ${found.id}::uuid`.execute(tx);
  if (!given && found.ground)
    addEffects(
      change.effects,
      await openWorkOrder(work, {
        key: `${holdProcess(found.id)}/shipment-hold-ground`,
        kind: 'shipment-hold-ground',
        customerId: found.customerId,
        process: holdProcess(found.id),
        subject: `shipment request ${found.request}`,
        reason: { request: found.request, order: found.order.externalId, reasons: reasons.map(({ code }) => code) },
      }),
    );
  const policyVersion = `credit-rules/${version}`;
  note(change, found, 'held-anew', {
    policyVersion,
    before: { reasons: found.reasons },
    after: { reasons, ground: given?.ground ?? null },
  });
  return change;
}

function note(change: Change, found: ShipmentHoldCase, what: 'given-up' | 'eased' | 'held-anew', fact: Partial<AuditFact>): void {
  const { audit, event } = tellHold(found, `shipment-hold.${what}`, fact);
  change.audit.push(audit);
  change.events.push(event);
}

function subtract(lines: readonly WantedLine[], gone: readonly WantedLine[]): WantedLine[] {
  return lines.flatMap(({ line, quantity }) => {
    const rest = leftOf(quantity, gone.find((one) => one.line === line)?.quantity ?? '0');
    return some(rest) ? [{ line, quantity: rest }] : [];
  });
}

/** What was cancelled of the order's lines (a reservation that lapsed, a part released) can wait no longer. */
async function dropCancelled(tx: Tx, found: ShipmentHoldCase): Promise<WantedLine[]> {
  const claims = await readClaims(tx, found.order.id);
  const gone = waitingLines(found).flatMap(({ line: no, quantity }): WantedLine[] => {
    const line = found.order.lines.find((one) => one.line === no);
    if (!line) return [{ line: no, quantity }];
    const room = leftOf(leftOf(shippable(line), line.shippedQuantity), claims.get(no)?.allowed ?? '0');
    if (!exceeds(quantity, room)) return [];
    return [{ line: no, quantity: some(room) ? leftOf(quantity, room) : quantity }];
  });
  if (gone.length > 0) await drop(tx, found, gone);
  return gone;
}

/** Lets quantities ship: they are committed, and take their room of the limit whether there is any or not. */
export async function allow(
  work: Work,
  found: ShipmentHoldCase,
  quantities: readonly WantedLine[],
  judged?: ReturnType<typeof linesToJudge>,
): Promise<void> {
  const { tx } = work;
  const lines = judged ?? linesToJudge(found.order, quantities, await readClaims(tx, found.order.id));
  await sql`
    update shipment_request_line l set allowed = l.allowed + x.quantity
    from jsonb_to_recordset(${JSON.stringify(quantities)}::jsonb) as x(line int, quantity numeric)
    where l.request_id = ${found.requestId}::uuid and l.line = x.line`.execute(tx);
  const moves = commitMoves(
    found.order,
    lines,
    quantities.map(({ line, quantity }) => ({ line, allowed: quantity })),
  );
  await moveOrder(work, found.order.id, moves, 'shipment.allowed');
}

/** Gives up what waits; its cents stay as they are, and the order may be asked for it again. */
export async function drop(tx: Tx, found: ShipmentHoldCase, quantities: readonly WantedLine[]): Promise<void> {
  await sql`
    update shipment_request_line l set dropped = l.dropped + x.quantity
    from jsonb_to_recordset(${JSON.stringify(quantities)}::jsonb) as x(line int, quantity numeric)
    where l.request_id = ${found.requestId}::uuid and l.line = x.line`.execute(tx);
}

/** The contract ends for what waits: it is given up, and the cents of the last pieces of its lines are cancelled. */
export async function rescind(work: Work, found: ShipmentHoldCase): Promise<void> {
  const { tx } = work;
  const quantities = waitingLines(found);
  await drop(tx, found, quantities);
  const moves = quantities.flatMap(({ line: no, quantity }): LineMove[] => {
    const line = found.order.lines.find((one) => one.line === no);
    return line ? moveSome(line, worthOfLast(line, quantity), ['reserved', 'prepaid', 'held'], 'cancelled') : [];
  });
  await moveOrder(work, found.order.id, moves, 'shipment.rescinded');
}

function worthOfLast(line: LineFacts, quantity: string): number {
  const whole = shippable(line);
  return partAmount(line, leftOf(whole, quantity), quantity);
}

/** The quantities of a reduction: of lines that wait, and no more than waits. Throws Refusal `line-unknown`, `quantity-exceeds`. */
export function reducedLines(found: ShipmentHoldCase, lines: readonly WantedLine[]): { ship: WantedLine[]; drop: WantedLine[] } {
  for (const [index, { line: no, quantity }] of lines.entries()) {
    const waits = waitingLines(found).find((one) => one.line === no);
    if (!waits)
      throw new Refusal('line-unknown', { order: found.order.externalId, line: no }, { pointer: `/lines/${index}/line` });
    if (exceeds(quantity, waits.quantity))
      throw new Refusal(
        'quantity-exceeds',
        { line: no, value: quantity, left: waits.quantity },
        { pointer: `/lines/${index}/quantity` },
      );
  }
  return { ship: [...lines], drop: subtract(waitingLines(found), lines) };
}
