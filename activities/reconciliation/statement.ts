import type { StatementPlan } from '../../domain/reconciliation/statement.ts';

/** What the activities of a statement need of the store. */
export interface StatementBook {
  reassess(input: { id: string; seq: number | null }): Promise<StatementPlan>;
  handOver(input: { id: string; seq: number | null }): Promise<StatementPlan>;
}

/** The steps of a statement that waits for its answer. */
export function statementActivities(book: StatementBook) {
  return {
    reassessStatement: (input: { id: string; seq: number | null }): Promise<StatementPlan> => book.reassess(input),
    handOverStatement: (input: { id: string; seq: number | null }): Promise<StatementPlan> => book.handOver(input),
  };
}
