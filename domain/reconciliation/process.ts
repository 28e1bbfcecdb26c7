import { addDays } from '../platform/calendar.ts';
import type { BusinessDate } from '../platform/calendar.ts';
import type { ProcessPlan } from '../platform/plan.ts';

/** What a comparison with a statement of the customer's depends on. */
export interface ComparisonFacts {
  /** Nothing of it is open, or it no longer stands. */
  ended: boolean;
  /** Something is only on its way so far. */
  hasTiming: boolean;
  asOf: BusinessDate;
  transitDays: number;
}

export type ComparisonStep = 'wait' | 'look' | 'close';
export type ComparisonPlan = ProcessPlan<ComparisonStep>;
export interface ComparisonVerdict {
  step: ComparisonStep;
  /** The day on which it looks by itself. */
  on: BusinessDate | null;
}

/** While something is open it waits for documents; what is on its way is looked at again on the day it should have arrived. */
export function planComparison({ ended, hasTiming, asOf, transitDays }: ComparisonFacts): ComparisonVerdict {
  if (ended) return { step: 'close', on: null };
  return hasTiming ? { step: 'look', on: addDays(asOf, transitDays + 1) } : { step: 'wait', on: null };
}
