import { defineSignal } from '@temporalio/workflow';

/** The wake-up: some fact of the subject has changed. It carries nothing; whoever gets it reads the facts. */
export const factsChangedSignal = defineSignal('factsChanged');

/** Input of every process: our own id, and the plan it goes on from; null: read the facts first. Also the state of continue-as-new. */
export interface ProcessInput<Plan> {
  id: string;
  plan: Plan | null;
}
