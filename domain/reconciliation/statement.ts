import type { Instant } from '../platform/calendar.ts';
import type { ProcessPlan } from '../platform/plan.ts';

export const statementStates = ['open', 'agreed', 'disputed', 'silent', 'withdrawn', 'superseded'] as const;
export type StatementState = (typeof statementStates)[number];

/** `confirmed`: as it stands; `disputed`: all but the lines named. */
export const answerVerdicts = ['confirmed', 'disputed'] as const;
export type AnswerVerdict = (typeof answerVerdicts)[number];

/** What a statement of ours depends on. */
export interface StatementFacts {
  answer: AnswerVerdict | null;
  withdrawn: boolean;
  superseded: boolean;
  /** Nobody answered in time, and a person was told. */
  handedOver: boolean;
  respondBy: Instant;
}

export type StatementStep = 'hand-over' | 'close';
export type StatementPlan = ProcessPlan<StatementStep>;
export interface StatementVerdict {
  step: StatementStep;
  at: Instant | null;
  /** Its moment has come. */
  due: boolean;
}

/** How a statement ended; `open`: it waits for its answer. An answer counts whenever it comes. */
export function stateOfStatement({ answer, withdrawn, superseded, handedOver }: StatementFacts): StatementState {
  if (answer !== null) return answer === 'confirmed' ? 'agreed' : 'disputed';
  if (withdrawn) return 'withdrawn';
  if (superseded) return 'superseded';
  return handedOver ? 'silent' : 'open';
}

/** A statement waits for its answer until its deadline; silence is no consent, and becomes work for a person. */
export function planStatement(facts: StatementFacts, now: Instant): StatementVerdict {
  if (stateOfStatement(facts) !== 'open') return { step: 'close', at: null, due: false };
  return { step: 'hand-over', at: facts.respondBy, due: facts.respondBy <= now };
}
