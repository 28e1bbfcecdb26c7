import { stages } from '../ledger/outcome.ts';
import type { DunningStage, Stage } from '../ledger/outcome.ts';

export const rungStates = ['planned', 'requested', 'taken', 'missed', 'skipped', 'before-go-live'] as const;
export type RungState = (typeof rungStates)[number];

/** What a rung does. `notice` and `remind` are contacts, bound by the contact governor; the others are taken at once. */
export const rungActions = ['notice', 'remind', 'work-order', 'escalate', 'legal'] as const;
export type RungAction = (typeof rungActions)[number];

/** One step of a dunning ladder: data, never code. */
export interface Rung {
  id: string;
  stage: DunningStage;
  anchor: 'dueDate' | 'endOfMonth' | 'previousRung';
  /** Calendar days from the anchor; negative is before it. */
  days: number;
  action: RungAction;
  /** Least number of days after the rung taken before this one; 0 counts as 1, since two rungs never share a day. */
  minGapDays: number;
  /** What becomes of it when it is the highest one due, but more than a day late (after an outage): taken all the same, or dropped as missed. */
  ifMissed: 'take' | 'drop';
  /** Template of a contact rung. */
  template?: string;
  /** Kind of the work order that a work-order, escalate or legal rung opens (its role and deadline stand in the work-order policy). */
  workOrder?: string;
}

export interface Ladder {
  id: string;
  rungs: readonly Rung[];
}

/** One row of the strategy matrix: the first whose conditions all hold chooses the ladder. An absent condition always holds. */
export interface StrategyRow {
  when: {
    types?: readonly string[];
    regions?: readonly string[];
    tiers?: readonly string[];
    minTermsDays?: number;
    newCustomer?: boolean;
    /** As last granted; a customer never graded is in no list. */
    grades?: readonly string[];
  };
  ladder: string;
}

export interface StrategySubject {
  type: string;
  region: string | null;
  tier: string | null;
  termsDays: number;
  newCustomer: boolean;
  /** As last granted; null: never graded. */
  grade: string | null;
}

export const isContact = (action: RungAction): boolean => action === 'notice' || action === 'remind';

const rank = (stage: Stage): number => stages.indexOf(stage);

/** The later of two stages; `closed` never takes part. */
export function higherStage(a: Stage, b: Stage): Stage {
  return rank(a) >= rank(b) ? a : b;
}

/** The ladder for a subject: the invoice's own beats the customer's, then the one its grade was granted with, then the company's matrix. */
export function chooseLadder(
  matrix: readonly StrategyRow[],
  subject: StrategySubject,
  own: { invoice?: string | null; customer?: string | null; granted?: string | null },
): string | undefined {
  if (own.invoice) return own.invoice;
  if (own.customer) return own.customer;
  if (own.granted) return own.granted;
  return matrix.find(({ when }) => fits(when, subject))?.ladder;
}

/** Whether a row of the strategy holds for a customer. */
export function fits(when: StrategyRow['when'], subject: StrategySubject): boolean {
  return (
    (when.types?.includes(subject.type) ?? true) &&
    (when.regions?.includes(subject.region ?? '') ?? true) &&
    (when.tiers?.includes(subject.tier ?? '') ?? true) &&
    subject.termsDays >= (when.minTermsDays ?? 0) &&
    (when.newCustomer === undefined || when.newCustomer === subject.newCustomer) &&
    (when.grades === undefined || (subject.grade !== null && when.grades.includes(subject.grade)))
  );
}

export interface LadderFault {
  rung: string;
  fault:
    'first-anchored-to-previous' | 'duplicate-id' | 'stage-order' | 'contact-without-template' | 'task-without-kind' | 'empty';
}

/** The faults of a ladder as data; an empty list means it may be used. */
export function ladderFaults(ladder: Ladder): LadderFault[] {
  if (ladder.rungs.length === 0) return [{ rung: '', fault: 'empty' }];
  const seen = new Set<string>();
  return ladder.rungs.flatMap((rung, position) => {
    const before = ladder.rungs[position - 1];
    const faults: LadderFault['fault'][] = [];
    if (!before && rung.anchor === 'previousRung') faults.push('first-anchored-to-previous');
    if (seen.has(rung.id)) faults.push('duplicate-id');
    if (before && rank(before.stage) > rank(rung.stage)) faults.push('stage-order');
    if (isContact(rung.action) && !rung.template) faults.push('contact-without-template');
    if (!isContact(rung.action) && !rung.workOrder) faults.push('task-without-kind');
    seen.add(rung.id);
    return faults.map((fault) => ({ rung: rung.id, fault }));
  });
}
