import type { ApplicationAnswer, ApplicationPlan } from '../../domain/credit/application.ts';
import type { DecisionAct } from '../../domain/approvals/seats.ts';
import type { Tx } from '../platform/database.ts';
import type { Work } from '../platform/transaction.ts';
import { routeOfSeats } from '../approvals/approvals.ts';
import { reassessApplication } from './application-book.ts';
import { lockApplication, processOf, settle } from './application-facts.ts';
import type { ApplicationCase, ApplicationDesk } from './application-facts.ts';
import { answerOnce, unheard } from '../approvals/decision-update.ts';
import type { AskedDecision } from '../approvals/intents.ts';
import type { Change, DecidedProcess, HeldUpdate } from '../approvals/decision-update.ts';

export type DecidedApplication = DecidedProcess<ApplicationPlan, ApplicationAnswer>;

/** One update of an application, once. */
export function answering<Input extends AskedDecision>(
  desk: ApplicationDesk,
  id: string,
  act: DecisionAct,
  held: HeldUpdate,
  judge: (work: Work, found: ApplicationCase, asked: Input) => Promise<Change>,
): Promise<DecidedApplication> {
  const book = {
    store: desk.store,
    process: processOf(id),
    act,
    lock: async (tx: Tx) => unheard(await lockApplication(tx, id)),
    answerOf: ({ state, round, seats }: ApplicationCase): ApplicationAnswer => ({ state, round, route: routeOfSeats(seats) }),
    settle: (work: Work, before: ApplicationCase, change: Change) => settle(work, id, before, change),
    reassess: () => reassessApplication(desk, { id, seq: null }),
  };
  return answerOnce(book, held, judge);
}
