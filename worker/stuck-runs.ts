import type { Connection } from '@temporalio/client';
import { tellFailing } from '../store/tasks/failing-processes.ts';
import type { Store } from '../store/platform/transaction.ts';
import { rungUnanswered } from '../store/platform/wakes.ts';

/** Runs looked at in one round of the watchdog, those that were rung longest ago first. */
const LOOKS = 20;
/** A task of the workflow's own code that failed so often fails each time: the first retries follow at once, the next ones later and later. */
const STUCK_ATTEMPTS = 3;
const CALL_MS = 5_000;

export interface StuckRunsOptions {
  store: Store;
  connection: Connection;
  namespace: string;
}

/**
 * Opens a task for whoever runs the system about each process whose workflow code (rather than an activity) fails: its run never answers
 * the bell, and the engine knows how often its task was tried. Answers how many are new.
 */
export async function tellStuckRuns({ store, connection, namespace }: StuckRunsOptions): Promise<number> {
  let told = 0;
  for (const process of await rungUnanswered(store.db, LOOKS)) {
    const attempts = await connection
      .withDeadline(Date.now() + CALL_MS, () =>
        connection.workflowService.describeWorkflowExecution({ namespace, execution: { workflowId: process } }),
      )
      .then(
        ({ pendingWorkflowTask }) => pendingWorkflowTask?.attempt ?? 0,
        () => 0,
      );
    if (attempts < STUCK_ATTEMPTS) continue;
    const failure = { process, activity: 'workflow', attempts, error: { name: 'WorkflowTaskFailed', code: null } };
    if (await tellFailing(store, failure)) told += 1;
  }
  return told;
}
