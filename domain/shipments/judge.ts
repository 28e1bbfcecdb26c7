import { addDays, daysBetween } from '../platform/dates.ts';
import type { BusinessDate } from '../platform/calendar.ts';
import { expiredGroup, isForced, isSanctioned, lateReasons, minorOf } from '../orders/check.ts';
import type { CheckRules, Figures, StandingFacts } from '../orders/check.ts';
import { exceeds, largestPart, partAmount } from '../orders/order.ts';
import type { OrderState } from '../orders/order.ts';
import type { CreditRules } from '../credit/policy.ts';
import type { ShipmentReasonCode } from '../credit/hold-clause.ts';

export const shipmentDecisions = ['ship', 'reduce', 'hold'] as const;
export type ShipmentDecision = (typeof shipmentDecisions)[number];

/** Figures of a reason: `…Minor` are minor units of the order's currency, or of the `…Currency` beside them. */
export interface ShipmentReason {
  code: ShipmentReasonCode;
  figures: Figures;
}

/** The policy `credit-rules` as shipments are judged by it. */
export interface ShipmentRules extends Pick<
  CheckRules,
  'version' | 'limit' | 'smallMinor' | 'overdueMinor' | 'oldestOverdueDays' | 'licenceGraceDays' | 'listed' | 'heldGrades'
> {
  unconfirmedDays: number;
  toleranceMinor: Readonly<Record<string, number>>;
  beforeStatementMinor: Readonly<Record<string, number>>;
  /** What a difference of the books does: goods worth as much stay here, or nothing ships. */
  onDifference: 'reduce' | 'hold';
}

/** How a payer or group stands towards a shipment: `beforeMinor` is what it is committed to, `afterMinor` with the shipment. */
export interface ShipmentStanding extends StandingFacts {
  /** What of the shipment's value still fits, in the order's currency. */
  roomMinor: number;
}

export interface ShipmentLine {
  line: number;
  /** Of the order's line; and what of it went, or may go, before this. */
  quantity: string;
  before: string;
  requested: string;
  amountMinor: number;
  /** What of the line is not committed yet, so that shipping takes room of the limit. */
  reservedMinor: number;
}

/** All a shipment is judged by. */
export interface ShipmentFacts {
  today: BusinessDate;
  currency: string;
  order: { decision: 'approved' | 'held' | 'rejected'; state: OrderState };
  /** Paid for before it leaves; and the unused money that names it, beside the worth of what went or may go and is not invoiced. */
  prepaid: boolean;
  boundMinor: number;
  spokenForMinor: number;
  grade: string | null;
  lines: readonly ShipmentLine[];
  payer: ShipmentStanding | null;
  group: ShipmentStanding | null;
  overdue: readonly { currency: string; amountMinor: number; since: BusinessDate }[];
  /** Since when a step of dunning holds the payer's orders and shipments. */
  dunnedSince: BusinessDate | null;
  licenceUntil: BusinessDate | null;
  listed: readonly string[];
  /** How the customer's books stand to ours: a statement that waits for an answer since, and what is in doubt by currency. */
  books: {
    unconfirmedSince: BusinessDate | null;
    doubtfulMinor: Readonly<Record<string, number>>;
    /** Whether any statement was exchanged; and what of this customer is out in the order's currency: owed, delivered or let go. */
    stated: boolean;
    outMinor: number;
  };
  /** Worth of goods that stay here already because the books differ. */
  withheldMinor: number;
  /** Caller's id of an earlier request of this customer of which nothing may ship. */
  heldBy: string | null;
  /** Reasons a person had in sight when they released the order, while that release still holds. */
  decided: readonly string[];
}

export interface ShipmentVerdict {
  decision: ShipmentDecision;
  /** It never ships by itself. */
  forced: boolean;
  lines: readonly { line: number; requested: string; allowed: string }[];
  reasons: readonly ShipmentReason[];
  /** Worth of what stays here. */
  withheldMinor: number;
}

/** The rules of one version for customers whose books are reconciled so. */
export function shipmentRulesOf(check: CheckRules, rules: CreditRules, books: 'normal' | 'strict'): ShipmentRules {
  const { unconfirmedDays, tolerance, beforeFirstStatement } = rules.reconciliation[books];
  const beforeStatementMinor = minorOf(beforeFirstStatement ?? {});
  const { onDifference } = rules.shipments;
  return { ...check, unconfirmedDays, toleranceMinor: minorOf(tolerance), beforeStatementMinor, onDifference };
}

/**
 * May it ship? All of it, what fits in line order, or nothing yet; with every reason. Some reasons stop it as a whole; a limit and a
 * difference of the books leave what fits. Goods paid for before take no credit, and are stopped by law and licence alone.
 */
export function judgeShipment(facts: ShipmentFacts, rules: ShipmentRules): ShipmentVerdict {
  const stops = stopReasons(facts, rules);
  const bounds = facts.prepaid ? [] : boundsOf(facts, rules);
  const reasons = [...stops, ...bounds.map(({ reason }) => reason)].filter(
    ({ code }) => !facts.decided.includes(code) || (code === 'listed' && isSanctioned(facts.listed)),
  );
  const stopped = reasons.some(({ code }) => stops.some((stop) => stop.code === code));
  const inForce = bounds.filter(({ reason }) => reasons.includes(reason));
  const lines = stopped
    ? facts.lines.map(({ line, requested }) => ({ line, requested, allowed: '0' }))
    : allot(facts.lines, {
        roomMinor: Math.min(Infinity, ...inForce.map(({ roomMinor }) => roomMinor)),
        worthMinor: Math.min(Infinity, ...inForce.map(({ worthMinor }) => worthMinor)),
      });
  const withheldMinor = lines.reduce((sum, { allowed }, at) => {
    const line = facts.lines[at];
    return line ? sum + worthOf(line, line.requested) - worthOf(line, allowed) : sum;
  }, 0);
  const whole = lines.every(({ requested, allowed }) => !exceeds(requested, allowed));
  const decision = whole ? 'ship' : lines.some(({ allowed }) => exceeds(allowed, '0')) ? 'reduce' : 'hold';
  const forced = !whole && isForced(facts.listed) && reasons.some(({ code }) => code === 'listed');
  return { decision, forced, lines, reasons: whole ? [] : reasons, withheldMinor };
}

const worthOf = (line: ShipmentLine, quantity: string): number => partAmount(line, line.before, quantity);
/** Room of the limit that shipping so much takes: nothing for what is owed already. */
const takesOf = (line: ShipmentLine, quantity: string): number => Math.min(worthOf(line, quantity), line.reservedMinor);

/** What fits, line after line. */
function allot(
  lines: readonly ShipmentLine[],
  { roomMinor, worthMinor }: { roomMinor: number; worthMinor: number },
): ShipmentVerdict['lines'] {
  let [room, worth] = [roomMinor, worthMinor];
  return lines.map((line) => {
    const fits = (part: string): boolean => takesOf(line, part) <= room && worthOf(line, part) <= worth;
    const allowed = largestPart(line.requested, fits);
    room -= takesOf(line, allowed);
    worth -= worthOf(line, allowed);
    return { line: line.line, requested: line.requested, allowed };
  });
}

/** Reasons for which nothing ships. */
function stopReasons(facts: ShipmentFacts, rules: ShipmentRules): ShipmentReason[] {
  const { order, licenceUntil, listed, heldBy, today, prepaid } = facts;
  const reasons: ShipmentReason[] = [];
  if (order.decision !== 'approved' || order.state !== 'open')
    reasons.push({ code: 'order-not-approved', figures: { state: order.state === 'open' ? order.decision : order.state } });
  reasons.push(...(prepaid ? prepaidStops(facts) : creditStops(facts, rules)));
  const { licenceGraceDays } = rules;
  if (licenceUntil !== null && licenceGraceDays !== null && today > addDays(licenceUntil, licenceGraceDays))
    reasons.push({ code: 'licence-expired', figures: { until: licenceUntil } });
  if (listed.length > 0 && rules.listed !== null) reasons.push({ code: 'listed', figures: { lists: listed } });
  if (heldBy !== null) reasons.push({ code: 'hold-open', figures: { request: heldBy } });
  return reasons;
}

/** Goods that are to be paid for first leave when the money is there. */
function prepaidStops({ lines, boundMinor, spokenForMinor }: ShipmentFacts): ShipmentReason[] {
  const amountMinor = spokenForMinor + lines.reduce((sum, line) => sum + worthOf(line, line.requested), 0);
  if (amountMinor <= boundMinor) return [];
  const figures = { amountMinor, receivedMinor: boundMinor, missingMinor: amountMinor - boundMinor };
  return [{ code: 'prepayment-missing', figures }];
}

function creditStops(facts: ShipmentFacts, rules: ShipmentRules): ShipmentReason[] {
  const { payer, group, books, currency, today } = facts;
  const reasons: ShipmentReason[] = [];
  const takes = facts.lines.reduce((sum, line) => sum + takesOf(line, line.requested), 0);
  if (rules.limit && takes > 0) {
    if (!payer?.known || (!payer.valid && payer.expiredOn === null))
      reasons.push({ code: 'no-limit', figures: { amountMinor: takes } });
    else if (!payer.valid) reasons.push({ code: 'limit-expired', figures: { expiredOn: payer.expiredOn } });
    const ofGroup = expiredGroup(group);
    if (ofGroup) reasons.push(ofGroup);
  }
  reasons.push(...lateReasons(facts, rules));
  if (facts.dunnedSince !== null) reasons.push({ code: 'dunning-hold', figures: { since: facts.dunnedSince } });
  if (facts.grade !== null && rules.heldGrades.includes(facts.grade))
    reasons.push({ code: 'grade-held', figures: { grade: facts.grade } });
  const since = books.unconfirmedSince;
  if (since !== null && daysBetween(since, today) > rules.unconfirmedDays)
    reasons.push({
      code: 'statement-unconfirmed',
      figures: { since, days: daysBetween(since, today), maximumDays: rules.unconfirmedDays },
    });
  for (const [other, amountMinor] of Object.entries(books.doubtfulMinor)) {
    const toleranceMinor = rules.toleranceMinor[other];
    const stops = rules.onDifference === 'hold' || other !== currency;
    if (stops && toleranceMinor !== undefined && amountMinor > toleranceMinor)
      reasons.push({
        code: 'books-differ',
        figures: { differenceMinor: amountMinor, toleranceMinor, booksCurrency: other },
      });
  }
  return reasons;
}

interface Bound {
  reason: ShipmentReason;
  /** Of the limit, and of the goods themselves, in the order's currency. */
  roomMinor: number;
  worthMinor: number;
}

/** Reasons that leave what fits. */
function boundsOf(facts: ShipmentFacts, rules: ShipmentRules): Bound[] {
  const { payer, group, lines, books, currency, withheldMinor } = facts;
  const bounds: Bound[] = [];
  const over = (code: 'limit-exceeded' | 'group-limit-exceeded', standing: ShipmentStanding | null): void => {
    if (!rules.limit || !standing?.valid || standing.limitMinor === null || standing.afterMinor <= standing.limitMinor) return;
    const { limitMinor, beforeMinor, afterMinor, roomMinor } = standing;
    const figures = { limitMinor, beforeMinor, afterMinor, overMinor: afterMinor - limitMinor, limitCurrency: standing.currency };
    bounds.push({ reason: { code, figures }, roomMinor, worthMinor: Infinity });
  };
  over('limit-exceeded', payer);
  over('group-limit-exceeded', group);
  const beforeMinor = rules.beforeStatementMinor[currency];
  const worth = lines.reduce((sum, line) => sum + worthOf(line, line.requested), 0);
  if (!books.stated && beforeMinor !== undefined && books.outMinor + worth > beforeMinor) {
    const figures = { outMinor: books.outMinor, amountMinor: worth, maximumMinor: beforeMinor };
    const worthMinor = Math.max(0, beforeMinor - books.outMinor);
    bounds.push({ reason: { code: 'statement-never', figures }, roomMinor: Infinity, worthMinor });
  }
  const differenceMinor = books.doubtfulMinor[currency] ?? 0;
  const toleranceMinor = rules.toleranceMinor[currency];
  if (rules.onDifference === 'reduce' && toleranceMinor !== undefined && differenceMinor > toleranceMinor) {
    const staysMinor = Math.max(0, differenceMinor - withheldMinor);
    const figures = { differenceMinor, toleranceMinor, booksCurrency: currency };
    if (staysMinor > 0)
      bounds.push({
        reason: { code: 'books-differ', figures },
        roomMinor: Infinity,
        worthMinor: Math.max(0, worth - staysMinor),
      });
  }
  return bounds;
}
