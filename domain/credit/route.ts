import type { Role } from '../platform/actor.ts';
import type { Assessment, AssessmentInput, CreditTerms } from './assess.ts';
import type { Words } from '../platform/words.ts';
import type { ApprovalMatrix, RouteKind, RouteRow } from '../approvals/policy.ts';

/** What must be decided, and by whom is asked. */
export interface RouteQuestion {
  kind: RouteKind;
  customerType: string;
  grade: string | null;
  firstTime: boolean;
  /** Of an application what is asked for, or else proposed; of a hold the amount to release. Null: none, or unknown. */
  amountMinor: number | null;
  termsDays: number | null;
  /** One unit of the matrix in minor units of the amount's currency; null: the policy has none for it. */
  unitMinor: number | null;
  withinProposal: boolean;
  withinStanding: boolean;
  factsComplete: boolean;
}

/** A seat of a tier. Seats of one tier decide side by side, tiers one after another. */
export interface RouteStep {
  tier: number;
  role: Role;
  deadlineWorkingDays: number;
}

export interface Route {
  row: string;
  title: Words;
  /** High limits and long terms are decided by hand, whatever the rows say. */
  byHand: boolean;
  /** The proposal is taken as it is. */
  automatic: boolean;
  seats: readonly RouteStep[];
}

/** The way to a decision: the first row that holds. What must be decided by hand passes over rows without tiers. */
export function routeOf(question: RouteQuestion, matrix: ApprovalMatrix): Route {
  const byHand = isByHand(question, matrix);
  const row = rowFor(question, matrix);
  if (!row) throw new Error('policy approval-matrix: no row holds');
  const seats = row.tiers.flatMap(({ roles, deadlineWorkingDays }, at) =>
    roles.map((role) => ({ tier: at + 1, role, deadlineWorkingDays })),
  );
  return { row: row.id, title: row.title, byHand, automatic: seats.length === 0, seats };
}

function isByHand({ amountMinor, unitMinor, termsDays }: RouteQuestion, { byHandFrom }: ApprovalMatrix): boolean {
  const large = amountMinor !== null && (unitMinor === null || amountMinor >= byHandFrom.units * unitMinor);
  return large || (termsDays !== null && termsDays >= byHandFrom.termsDays);
}

/** The row that a question goes by; undefined: none holds. */
export function rowFor(question: RouteQuestion, matrix: ApprovalMatrix): RouteRow | undefined {
  const byHand = isByHand(question, matrix);
  return matrix.rows.find((one) => holdsFor(one, question) && !(byHand && one.tiers.length === 0));
}

/** The matrix as held orders, held shipments and acts are asked of it: rows without tiers are passed over. */
export const decidedByPeople = (matrix: ApprovalMatrix): ApprovalMatrix => ({
  ...matrix,
  rows: matrix.rows.filter(({ tiers }) => tiers.length > 0),
});

/** The way to a decision on a held order or shipment. It is held because the check would not: rows without tiers are passed over. */
export const routeOfHold = (question: RouteQuestion, matrix: ApprovalMatrix): Route => routeOf(question, decidedByPeople(matrix));

function holdsFor({ when }: RouteRow, of: RouteQuestion): boolean {
  const within = (bound: number | undefined, amount: number | null, unit: number | null): boolean =>
    bound === undefined || amount === null || (unit !== null && amount <= bound * unit);
  const same = (wanted: boolean | undefined, is: boolean): boolean => wanted === undefined || wanted === is;
  return (
    (when.kinds?.includes(of.kind) ?? true) &&
    (when.types?.includes(of.customerType) ?? true) &&
    (when.grades === undefined || (of.grade !== null && when.grades.includes(of.grade))) &&
    same(when.firstTime, of.firstTime) &&
    within(when.maxUnits, of.amountMinor, of.unitMinor) &&
    within(when.maxTermsDays, of.termsDays, 1) &&
    same(when.withinProposal, of.withinProposal) &&
    same(when.withinStanding, of.withinStanding) &&
    same(when.factsComplete, of.factsComplete)
  );
}

/** What an application asks of the approval matrix: what is asked for; where nothing is, what is proposed. */
export function questionOf(
  { asked, standing, facts }: Pick<AssessmentInput, 'asked' | 'standing' | 'facts'>,
  assessment: Assessment,
  unitMinor: number | null,
): RouteQuestion {
  const { proposal, grade, firstTime, lines, stale } = assessment;
  const review = asked.kind === 'review' && asked.limitMinor === null && asked.termsDays === null;
  const wanted = review ? proposal : asked;
  return {
    kind: asked.kind,
    customerType: String(facts.customerType?.value ?? 'other'),
    grade,
    firstTime,
    amountMinor: wanted.limitMinor,
    termsDays: wanted.termsDays,
    unitMinor,
    withinProposal: atMost(wanted, proposal),
    withinStanding: atMost(wanted, standing),
    // A fact whose absence costs nothing is optional.
    factsComplete: stale.length === 0 && lines.every((line) => line.bin !== null || line.points >= 0),
  };
}

const atMost = (wanted: CreditTerms, bound: CreditTerms): boolean =>
  (wanted.limitMinor === null || (bound.limitMinor !== null && wanted.limitMinor <= bound.limitMinor)) &&
  (wanted.termsDays === null || (bound.termsDays !== null && wanted.termsDays <= bound.termsDays));
