import type { BusinessDate, Instant } from '../platform/calendar.ts';
import type { Role } from '../platform/actor.ts';
import type { ConnectorName } from './facts.ts';
import { isOpenSeat, seatFor } from '../approvals/seats.ts';
import type { Decider, Seat, TierState } from '../approvals/seats.ts';
import type { Refused } from '../platform/refusal-codes.ts';
import type { applicationKinds } from '../approvals/policy.ts';
import type { ProcessPlan } from '../platform/plan.ts';

export type ApplicationKind = (typeof applicationKinds)[number];

export const applicationStates = [
  'assessing',
  'awaiting-decision',
  'returned',
  'approved',
  'declined',
  'withdrawn',
  'expired',
] as const;
export type ApplicationState = (typeof applicationStates)[number];

export const verdicts = ['approve', 'decline', 'return', 'counter'] as const;
export type DecisionVerdict = (typeof verdicts)[number];

/** gather → score → route → decide by tier → grant; `ask` is a call to whoever can tell what is missing. */
export type ApplicationStep = 'gather' | 'ask' | 'score' | 'route' | 'grant' | 'warn' | 'expire' | 'close';

/** What lies on the table: what was asked for, as lowered by counter-proposals. */
export interface Offer {
  limitMinor: number | null;
  currency: string;
  termsDays: number | null;
  validUntil: BusinessDate | null;
}

/** Why an application does not go on by itself. */
export interface WaitingFor {
  code: 'facts';
  /** Names of the facts that are stale or were never told, and the connectors that could not tell them. */
  facts: readonly string[];
  connectors: readonly string[];
  since: Instant;
  /** How often it was tried again since; each retry is a figure, not an entry of the record. */
  tries?: number;
  tryAgainAt: Instant;
}

export interface ApplicationWhy {
  code:
    | 'submitted'
    | 'facts-gathered'
    | 'facts-asked'
    | 'facts-wanted'
    | 'facts-fresh'
    | 'scored'
    | 'by-policy'
    | 'awaits-tier'
    | 'awaits-applicant'
    | 'expiring'
    | 'ended';
  params: Record<string, string>;
}

/** A plan as the workflow holds it: also what a decision is judged by before any fact is read. */
export interface ApplicationPlan extends ProcessPlan<ApplicationStep> {
  customerId: string;
  state: ApplicationState;
  round: number;
  requestedBy: string;
  seats: readonly Seat[];
  /** Updates carried out: a repeat is let through to its first answer. */
  answered: readonly string[];
  /** Connectors to be asked by step `ask`. */
  connectors: readonly ConnectorName[];
}

export interface DecisionInput {
  by: Decider;
  verdict: DecisionVerdict;
  /** Of a counter-proposal: in the application's currency. */
  limitMinor: number | null;
  termsDays: number | null;
  reason: string;
  exposureVersion: number;
}

/** What earlier versions told the process of a decision. Today it is told nothing: the decision stands in our record alone. */
export type SentDecision = Pick<DecisionInput, 'by' | 'verdict'>;

export interface WithdrawalInput {
  by: Decider;
  reason: string;
}

export interface ResubmissionInput {
  by: Decider;
  /** What is asked for now; null: as before. */
  requested: Partial<Pick<Offer, 'limitMinor' | 'termsDays' | 'validUntil'>> | null;
  reason: string;
}
/** What earlier versions told the process of a withdrawal or an answer. */
export type SentAnswer = Pick<WithdrawalInput | ResubmissionInput, 'by'>;

/** A seat of the route as people see it. */
export interface RouteSeat {
  tier: number;
  role: Role;
  state: TierState;
  deadline: Instant | null;
  decidedBy: string | null;
  onBehalfOf: string | null;
  at: Instant | null;
  reason: string | null;
  /** Hash of the credit file that was decided on, where it is read with the way. */
  creditFile?: string | null;
}

/** What whoever decided, withdrew or answered is told. */
export interface ApplicationAnswer {
  state: ApplicationState;
  round: number;
  route: readonly RouteSeat[];
}

export const isClosed = (state: ApplicationState): boolean =>
  state === 'approved' || state === 'declined' || state === 'withdrawn' || state === 'expired';

/** Whether the state lets anybody decide; who may, our record knows, and not the process. */
export function awaitsDecision(
  { answered, state }: Pick<ApplicationPlan, 'state' | 'answered'>,
  updateId: string,
): Refused | null {
  if (answered.includes(updateId)) return null;
  if (state === 'approved' || state === 'declined') return { code: 'already-decided', params: {} };
  return state === 'awaiting-decision' ? null : { code: 'not-open', params: { state } };
}

/** Whether a person may decide now, by state and seats; null: the other facts decide. */
export function judgeDecision(
  plan: Pick<ApplicationPlan, 'state' | 'requestedBy' | 'seats' | 'answered'>,
  { by }: Pick<DecisionInput, 'by'>,
  updateId: string,
): Refused | null {
  if (plan.answered.includes(updateId)) return null;
  const closed = awaitsDecision(plan, updateId);
  if (closed) return closed;
  const seated = seatFor(plan.seats, plan.requestedBy, by);
  return 'refused' in seated ? seated.refused : null;
}

/** Whoever asked may take it back while nothing is final; so may those who decide on credit. */
export function judgeWithdrawal(plan: ApplicationPlan, updateId: string): Refused | null {
  if (plan.answered.includes(updateId)) return null;
  return isClosed(plan.state) ? { code: 'not-open', params: { state: plan.state } } : null;
}

/** Only what was returned can be answered. */
export function judgeResubmission(plan: ApplicationPlan, updateId: string): Refused | null {
  if (plan.answered.includes(updateId)) return null;
  return plan.state === 'returned' ? null : { code: 'not-open', params: { state: plan.state } };
}

export interface ApplicationFacts {
  state: ApplicationState;
  expiresAt: Instant;
  /** The warning before it expires has been given. */
  warnAt: Instant;
  warned: boolean;
  /** Of this round: the facts were read, judged, and the way to a decision laid. */
  gathered: boolean;
  scored: boolean;
  routed: boolean;
  waitingFor: WaitingFor | null;
  seats: readonly Seat[];
}

export interface ApplicationVerdict {
  step: ApplicationStep;
  due: boolean;
  at: Instant | null;
  why: ApplicationWhy;
}

/** What the facts of an application call for at a moment. */
export function planApplication(facts: ApplicationFacts, now: Instant): ApplicationVerdict {
  const { state } = facts;
  if (isClosed(state)) return { step: 'close', due: false, at: null, why: { code: 'ended', params: { state } } };
  if (facts.expiresAt <= now) return at(facts.expiresAt, 'expire', { code: 'expiring', params: { on: facts.expiresAt } }, now);
  const own = ownStep(facts, now);
  const deadline = facts.warned ? facts.expiresAt : facts.warnAt;
  const limit = at(deadline, facts.warned ? 'expire' : 'warn', own.why, now);
  return own.at === null || deadline < own.at ? limit : own;
}

function ownStep(facts: ApplicationFacts, now: Instant): ApplicationVerdict {
  const { state, waitingFor, seats } = facts;
  if (state === 'returned') return { step: 'warn', due: false, at: null, why: { code: 'awaits-applicant', params: {} } };
  if (state === 'awaiting-decision') {
    const open = seats.filter(isOpenSeat);
    const [next] = open;
    const roles = open.map(({ role }) => role).join(', ');
    const why: ApplicationWhy = { code: 'awaits-tier', params: { tier: String(next?.tier ?? ''), roles } };
    return { step: 'warn', due: false, at: null, why };
  }
  if (waitingFor && !facts.gathered) {
    const params = { facts: waitingFor.facts.join(', '), connectors: waitingFor.connectors.join(', ') };
    return at(waitingFor.tryAgainAt, 'gather', { code: 'facts-wanted', params }, now);
  }
  if (!facts.gathered) return at(now, 'gather', { code: 'facts-gathered', params: {} }, now);
  if (!facts.scored) return at(now, 'score', { code: 'facts-fresh', params: {} }, now);
  if (!facts.routed) return at(now, 'route', { code: 'scored', params: {} }, now);
  return at(now, 'grant', { code: 'by-policy', params: {} }, now);
}

const at = (when: Instant, step: ApplicationStep, why: ApplicationWhy, now: Instant): ApplicationVerdict => ({
  step,
  due: when <= now,
  at: when,
  why,
});

/** What is missing for a kind of application, as a pointer into `requested`; null: nothing. */
export function missingFor(kind: ApplicationKind, asked: Pick<Offer, 'limitMinor' | 'termsDays' | 'validUntil'>): string | null {
  if (kind === 'terms') return asked.termsDays === null ? 'termsDays' : null;
  if (kind === 'review') return null;
  if (asked.limitMinor === null) return 'limit';
  return kind === 'temporary' && asked.validUntil === null ? 'validUntil' : null;
}

/**
 * A counter-proposal may only lower what lies on the table, so that all who approved have approved at least as much. The first field that
 * does not, or null.
 */
export function counterFault(
  offer: Offer,
  counter: Pick<DecisionInput, 'limitMinor' | 'termsDays'>,
): 'limit' | 'termsDays' | null {
  const { limitMinor, termsDays } = counter;
  if (limitMinor === null && termsDays === null) return 'limit';
  if (limitMinor !== null && (offer.limitMinor === null || limitMinor > offer.limitMinor)) return 'limit';
  if (termsDays !== null && offer.termsDays !== null && termsDays > offer.termsDays) return 'termsDays';
  const same = (limitMinor ?? offer.limitMinor) === offer.limitMinor && (termsDays ?? offer.termsDays) === offer.termsDays;
  return same ? 'limit' : null;
}

/** What lies on the table after a counter-proposal. */
export const counterOffer = (
  offer: Offer,
  { limitMinor, termsDays }: Pick<DecisionInput, 'limitMinor' | 'termsDays'>,
): Offer => ({
  ...offer,
  limitMinor: limitMinor ?? offer.limitMinor,
  termsDays: termsDays ?? offer.termsDays,
});
