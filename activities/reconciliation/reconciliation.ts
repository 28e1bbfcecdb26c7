import type { ComparisonPlan } from '../../domain/reconciliation/process.ts';

/** What the activity of a comparison needs of the store. */
export interface ReconciliationBook {
  compare(input: { id: string; seq: number | null }): Promise<ComparisonPlan>;
}

/** The one step of a comparison: both books are held against one another as they are now. */
export function reconciliationActivities(book: ReconciliationBook) {
  return {
    compareBooks: (input: { id: string; seq: number | null }): Promise<ComparisonPlan> => book.compare(input),
  };
}
