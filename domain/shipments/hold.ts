import type { Instant } from '../platform/calendar.ts';
import type { RouteSeat } from '../credit/application.ts';
import { seatFor } from '../approvals/seats.ts';
import type { Decider, Seat } from '../approvals/seats.ts';
import type { Evidence, HoldGround, MissingPart } from './ground.ts';
import type { Refused } from '../platform/refusal-codes.ts';
import type { ProcessPlan } from '../platform/plan.ts';

export const shipmentHoldStates = ['open', 'shipped', 'reduced', 'rescinded'] as const;
export type ShipmentHoldState = (typeof shipmentHoldStates)[number];

/** What a person may do about a hold: give its ground or the notice, or decide: ship, ship less, end the contract for it, or keep it. */
export const holdActs = ['ground', 'notice', 'ship', 'reduce', 'rescind', 'keep'] as const;
export type HoldAct = (typeof holdActs)[number];

/** tell → notice → wait for an answer → look again from time to time, until it has ended. */
export type ShipmentHoldStep = 'tell' | 'notice' | 'answer' | 'judge' | 'close';

export interface ShipmentHoldWhy {
  code:
    | 'held'
    | 'departments-told'
    | 'ground-wanted'
    | 'notice-due'
    | 'notice-pending'
    | 'notice-by-hand'
    | 'answer-awaited'
    | 'answer-overdue'
    | 'decision-awaited'
    | 'ended';
  params: Record<string, string>;
}

/** A plan as the workflow holds it: also what a decision is judged by before any fact is read. */
export interface ShipmentHoldPlan extends ProcessPlan<ShipmentHoldStep> {
  state: ShipmentHoldState;
  round: number;
  requestedBy: string;
  seats: readonly Seat[];
  /** What stands for a decision to hold on: the ground, who gave it, and what is missing to it. */
  missing: readonly MissingPart[];
  statutory: boolean;
  groundBy: string | null;
  /** Until when the customer may answer; null: no notice was given. */
  respondBy: Instant | null;
  /** Updates carried out: a repeat is let through to its first answer. */
  answered: readonly string[];
}

export interface ShipmentHoldInput {
  by: Decider;
  act: HoldAct;
  reason: string;
  /** Of the account the decider looked at; decisions need it. */
  exposureVersion: number | null;
  ground: HoldGround | null;
  evidence: readonly Evidence[];
  /** Notice given otherwise than by a message of ours, or its arrival. */
  notice: { givenAt: Instant; arrivedAt: Instant | null; how: string } | null;
  /** Of a reduction: what ships. */
  lines: readonly { line: number; quantity: string }[];
}

/** What earlier versions told the process of an act. */
export type SentHoldAct = Pick<ShipmentHoldInput, 'by' | 'act'>;

/** What whoever acted is told. */
export interface ShipmentHoldAnswer {
  state: ShipmentHoldState;
  round: number;
  route: readonly RouteSeat[];
  missing: readonly MissingPart[];
  lines: readonly { line: number; requested: string; allowed: string; dropped: string; waiting: string }[];
}

export const isDecision = (act: HoldAct): boolean => act !== 'ground' && act !== 'notice';

/** Whether the state lets anybody act; who may, our record knows, and not the process. */
export const isShipmentHoldOpen = (
  { state, answered }: Pick<ShipmentHoldPlan, 'state' | 'answered'>,
  updateId: string,
): Refused | null => (answered.includes(updateId) || state === 'open' ? null : { code: 'already-decided', params: {} });

/**
 * Whether somebody may act now, by the plan; null: the facts decide. Whoever keeps goods back needs the law's conditions: a ground, its
 * evidence, the notice; and to end the contract, that the time to answer is over and that another person gave the ground.
 */
export function judgeHoldAct(
  plan: Pick<ShipmentHoldPlan, 'state' | 'requestedBy' | 'seats' | 'answered' | 'missing' | 'statutory' | 'groundBy'>,
  { by, act }: Pick<ShipmentHoldInput, 'by' | 'act'>,
  updateId: string,
): Refused | null {
  if (plan.answered.includes(updateId)) return null;
  const closed = isShipmentHoldOpen(plan, updateId);
  if (closed) return closed;
  if (!isDecision(act)) return null;
  const seated = seatFor(plan.seats, plan.requestedBy, by);
  if ('refused' in seated) return seated.refused;
  if (act === 'ship') return null;
  const [missing] = wantedFor(act, plan);
  if (missing !== undefined) return { code: 'ground-missing', params: { what: missing, pointer: `/${missing}` } };
  return act === 'rescind' && plan.groundBy === by.actor.id ? { code: 'same-eyes', params: {} } : null;
}

/** What an act that keeps goods back lacks: by contract only its clause, unless it ends the contract. */
function wantedFor(
  act: HoldAct,
  { missing, statutory }: Pick<ShipmentHoldPlan, 'missing' | 'statutory'>,
): readonly MissingPart[] {
  if (statutory || act === 'rescind') return missing;
  return missing.filter((part) => part === 'ground');
}
