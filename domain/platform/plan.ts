import type { Instant } from './calendar.ts';

/** Why, by its code and figures: the words are made when it is read, in the reader's language. */
export interface PlanReason {
  code: string;
  params: Readonly<Record<string, string>>;
}

/**
 * A plan as its workflow holds it: plain JSON that stands in the history, so that an auditor reads why.
 * `seq` counts the plans of a subject: a step is taken only for the plan that is stored.
 */
export interface ProcessPlan<Step extends string> {
  seq: number;
  step: Step;
  /** Business instant of the step, as planned. */
  at: Instant | null;
  /** Real milliseconds until then; 0: due now; null: nothing until the bell. */
  waitMs: number | null;
  /** Why, in plain words of English: it stands on timers and steps in the engine's own pages. */
  why: string;
  /** Absent in the histories of older versions, and of kinds whose step says all. */
  reason?: PlanReason;
}
