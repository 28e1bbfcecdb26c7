import type { ApplicationBook } from '../activities/credit/credit-application.ts';
import { resubmitApplication, withdrawApplication } from '../store/credit/application-answers.ts';
import { reassessApplication, takeApplicationStep } from '../store/credit/application-book.ts';
import { decideApplication } from '../store/credit/application-decisions.ts';
import type { ApplicationDesk } from '../store/credit/application-facts.ts';

/** The book of applications over a store and a judge. */
export function applicationBookOf(desk: ApplicationDesk): ApplicationBook {
  return {
    reassess: (input) => reassessApplication(desk, input),
    take: (step, input) => takeApplicationStep(desk, step, input),
    decide: (input) => decideApplication(desk, input),
    withdraw: (input) => withdrawApplication(desk, input),
    resubmit: (input) => resubmitApplication(desk, input),
  };
}
