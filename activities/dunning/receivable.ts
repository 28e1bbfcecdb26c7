import type { ReceivablePlan } from '../../domain/dunning/process.ts';

/** What the receivable's activities need of the store. */
export interface ReceivableBook {
  reassess(input: { id: string; seq: number | null }): Promise<ReceivablePlan>;
  take(input: { id: string; seq: number | null }): Promise<ReceivablePlan>;
}

type Input = { id: string; seq: number };

/**
 * The steps of a receivable. All of them take what the stored plan says, under lock and only if the facts still call for it; they bear
 * their own names so that the history reads like the credit manual.
 */
export function receivableActivities(book: ReceivableBook) {
  const take = (input: Input): Promise<ReceivablePlan> => book.take(input);
  return {
    reassessReceivable: (input: { id: string; seq: number | null }): Promise<ReceivablePlan> => book.reassess(input),
    judgePromise: take,
    requestNotice: take,
    requestReminder: take,
    openWorkOrder: take,
    escalate: take,
    openLegalCase: take,
  };
}
