import type { PlanStep } from '../../domain/dunning/receivable.ts';
import type { ReceivablePlan } from '../../domain/dunning/process.ts';

/** What the receivable's activities need of the store. */
export interface ReceivableBook {
  reassess(input: { id: string; seq: number | null }): Promise<ReceivablePlan>;
  take(step: PlanStep, input: { id: string; seq: number | null }): Promise<ReceivablePlan>;
}

type Input = { id: string; seq: number };

/**
 * The steps of a receivable. Each is taken under lock, and only if the facts still call for that very step; they bear their own names so that
 * the history reads like the credit manual.
 */
export function receivableActivities(book: ReceivableBook) {
  const take =
    (step: PlanStep) =>
    (input: Input): Promise<ReceivablePlan> =>
      book.take(step, input);
  return {
    reassessReceivable: (input: { id: string; seq: number | null }): Promise<ReceivablePlan> => book.reassess(input),
    judgePromise: take('wait'),
    requestNotice: take('notice'),
    requestReminder: take('remind'),
    openWorkOrder: take('work-order'),
    escalate: take('escalate'),
    openLegalCase: take('legal'),
  };
}
