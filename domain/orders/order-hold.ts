import type { Instant } from '../platform/calendar.ts';
import type { RouteSeat } from '../credit/application.ts';
import type { OrderDecision } from './check.ts';
import type { OrderState } from './order.ts';
import { isOpenSeat, seatFor } from '../approvals/seats.ts';
import type { Decider, Seat } from '../approvals/seats.ts';
import type { Refused } from '../platform/refusal-codes.ts';
import type { ProcessPlan } from '../platform/plan.ts';

export const orderHoldStates = ['open', 'released', 'part-released', 'rejected', 'lapsed'] as const;
export type OrderHoldState = (typeof orderHoldStates)[number];

/** `release`: what lies on the table; `part`: some of it; `prepay`: against money paid before; `reject`: nothing. */
export const holdVerdicts = ['release', 'part', 'prepay', 'reject'] as const;
export type HoldVerdict = (typeof holdVerdicts)[number];

/** route → decide by tier; warned before it expires; judged anew whenever the account has news. */
export type OrderHoldStep = 'route' | 'warn' | 'lapse' | 'close';

export interface OrderHoldWhy {
  code: 'held' | 'to-route' | 'awaits-tier' | 'expiring' | 'ended';
  params: Record<string, string>;
}

/** A plan as the workflow holds it: also what a decision is judged by before any fact is read. */
export interface OrderHoldPlan extends ProcessPlan<OrderHoldStep> {
  state: OrderHoldState;
  round: number;
  requestedBy: string;
  seats: readonly Seat[];
  /** Updates carried out: a repeat is let through to its first answer. */
  answered: readonly string[];
}

/** How much of a line may go: of its quantity, or in minor units. */
export interface AskedLine {
  line: number;
  quantity: string | null;
  amountMinor: number | null;
}

export interface HoldDecisionInput {
  by: Decider;
  verdict: HoldVerdict;
  /** Null: all that lies on the table. */
  lines: readonly AskedLine[] | null;
  reason: string;
  exposureVersion: number;
  /** The round that was looked at; null: the only one. */
  round: number | null;
}

/** What earlier versions told the process of a decision. */
export type SentHoldDecision = Pick<HoldDecisionInput, 'by' | 'verdict' | 'round'>;

/** What whoever decided is told. */
export interface HoldAnswer {
  state: OrderHoldState;
  round: number;
  route: readonly RouteSeat[];
}

/** What the hold of an order depends on. */
export interface OrderHoldFacts {
  state: OrderHoldState;
  orderState: OrderState;
  decision: OrderDecision;
  /** What of the order is still held. */
  heldMinor: number;
  /** The way to a decision is laid for the order as it is now. */
  routed: boolean;
  seats: readonly Seat[];
  warnAt: Instant;
  warned: boolean;
  expiresAt: Instant;
}

export interface OrderHoldVerdict {
  step: OrderHoldStep;
  at: Instant | null;
  /** Its moment has come. */
  due: boolean;
  why: OrderHoldWhy;
}

/** What an open hold calls for at a moment; one whose order holds nothing any more is over. */
export function planOrderHold(facts: OrderHoldFacts, now: Instant): OrderHoldVerdict {
  const { state, heldMinor, expiresAt, warnAt, warned, seats } = facts;
  if (state !== 'open' || heldMinor === 0)
    return { step: 'close', at: null, due: false, why: { code: 'ended', params: { state } } };
  const plan = (step: OrderHoldStep, at: Instant, why: OrderHoldWhy): OrderHoldVerdict => ({ step, at, due: at <= now, why });
  if (expiresAt <= now) return plan('lapse', expiresAt, { code: 'expiring', params: { on: expiresAt } });
  if (!facts.routed) return plan('route', now, { code: 'to-route', params: {} });
  const open = seats.filter(isOpenSeat);
  const params = { tier: String(open[0]?.tier ?? ''), roles: open.map(({ role }) => role).join(', ') };
  return plan(warned ? 'lapse' : 'warn', warned ? expiresAt : warnAt, { code: 'awaits-tier', params });
}

/** How an open hold ended by itself whose order holds nothing any more; null: it goes on. */
export function endOfHold({ state, orderState, decision, heldMinor }: OrderHoldFacts): Exclude<OrderHoldState, 'open'> | null {
  if (state !== 'open' || heldMinor > 0) return null;
  if (decision === 'rejected') return 'rejected';
  return decision === 'approved' && orderState === 'open' ? 'released' : 'lapsed';
}

/** Whether the state lets anybody decide; who may, our record knows, and not the process. */
export function isHoldOpen({ state, answered }: Pick<OrderHoldPlan, 'state' | 'answered'>, updateId: string): Refused | null {
  if (answered.includes(updateId) || state === 'open') return null;
  return state === 'lapsed' ? { code: 'not-open', params: { state } } : { code: 'already-decided', params: {} };
}

/** Whether a person may decide now, by state, round and seats; null: the other facts decide. */
export function judgeHoldDecision(
  plan: Pick<OrderHoldPlan, 'state' | 'round' | 'requestedBy' | 'seats' | 'answered'>,
  { by, round }: Pick<HoldDecisionInput, 'by' | 'round'>,
  updateId: string,
): Refused | null {
  const { seats } = plan;
  if (plan.answered.includes(updateId)) return null;
  const closed = isHoldOpen(plan, updateId);
  if (closed) return closed;
  if ((round ?? 1) !== plan.round) return { code: 'conflict', params: { what: 'order' } };
  if (seats.length === 0) return null;
  const seated = seatFor(seats, plan.requestedBy, by);
  return 'refused' in seated ? seated.refused : null;
}
