import type {
  ApplicationAnswer,
  ApplicationPlan,
  ApplicationStep,
  SentAnswer,
  SentDecision,
} from '../../domain/credit/application.ts';
import type { Refused } from '../../domain/platform/refusal-codes.ts';

interface Held {
  seq: number;
  updateId: string;
}
interface Deciding {
  id: string;
  held: Held;
  /** As versions before told it; nobody heeds it. */
  decision?: SentDecision;
  withdrawal?: SentAnswer;
  resubmission?: SentAnswer;
}
interface Decided {
  plan: ApplicationPlan;
  outcome: { answer: ApplicationAnswer } | { refused: Refused };
}
type Input = { id: string; seq: number };

/** What the activities of an application for credit need of the store. */
export interface ApplicationBook {
  reassess(input: { id: string; seq: number | null }): Promise<ApplicationPlan>;
  take(step: ApplicationStep, input: Input): Promise<ApplicationPlan>;
  decide(input: Deciding): Promise<Decided>;
  withdraw(input: Deciding): Promise<Decided>;
  resubmit(input: Deciding): Promise<Decided>;
}

/** The steps of an application, by the names the credit manual gives them. Each takes what the stored plan says, under lock. */
export function applicationActivities(book: ApplicationBook) {
  const take =
    (step: ApplicationStep) =>
    (input: Input): Promise<ApplicationPlan> =>
      book.take(step, input);
  return {
    reassessApplication: (input: { id: string; seq: number | null }): Promise<ApplicationPlan> => book.reassess(input),
    gatherFacts: take('gather'),
    scoreCustomer: take('score'),
    routeApplication: take('route'),
    grantByPolicy: take('grant'),
    warnOfExpiry: take('warn'),
    expireApplication: take('expire'),
    decideApplication: (input: Deciding): Promise<Decided> => book.decide(input),
    withdrawApplication: (input: Deciding): Promise<Decided> => book.withdraw(input),
    resubmitApplication: (input: Deciding): Promise<Decided> => book.resubmit(input),
  };
}
