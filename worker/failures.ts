import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInterceptors } from '@temporalio/worker';
import type { Context } from '@temporalio/activity';
import { isDatabaseDown } from '../store/platform/database.ts';
import type { ProcessFailure } from '../store/tasks/failing-processes.ts';

export interface FailureLog {
  warn(fields: object, message: string): void;
}

/** Failed attempts of activities since the process started, by activity; a local activity that always fails shows nowhere else, so `/metrics` tells. */
export class FailureCounts {
  readonly byActivity = new Map<string, number>();

  add(activity: string): void {
    this.byActivity.set(activity, (this.byActivity.get(activity) ?? 0) + 1);
  }
}

/** After so many attempts in a row (some ten seconds) it is no weather: whoever runs the system gets a task. */
const STUCK_ATTEMPTS = 6;

/** Told once a process that fails again and again is one for an operator; a database that is away fails everybody, and is told elsewhere. */
export type TellStuck = (failure: ProcessFailure) => Promise<unknown>;

function tellWhenStuck(
  tell: TellStuck,
  log: FailureLog,
  { attempt, activityType, workflowExecution }: Context['info'],
  error: unknown,
): void {
  if (attempt < STUCK_ATTEMPTS || attempt % STUCK_ATTEMPTS !== 0 || workflowExecution === undefined || isDatabaseDown(error))
    return;
  const { name, code } = error instanceof Error ? (error as Error & { code?: unknown }) : { name: typeof error, code: null };
  const failure = { process: workflowExecution.workflowId, activity: activityType, attempts: attempt };
  tell({ ...failure, error: { name, code: typeof code === 'string' ? code : null } }).catch((failed: unknown) =>
    log.warn({ err: failed, process: failure.process }, 'no task could be opened about a process that fails'),
  );
}

/** Makes every failed attempt of an activity visible: counted, and logged with its process and attempt, never with its data. */
export function watchFailures(
  counts: FailureCounts,
  log: FailureLog,
  tell: TellStuck,
): (context: Context) => ActivityInterceptors {
  return (context) => ({
    inbound: {
      async execute(input, next) {
        try {
          return await next(input);
        } catch (error) {
          const { activityType, attempt, workflowExecution } = context.info;
          counts.add(activityType);
          if (!(error instanceof ApplicationFailure && error.nonRetryable)) {
            log.warn(
              { err: error, activity: activityType, attempt, process: workflowExecution?.workflowId },
              'an activity failed; it is tried again',
            );
            tellWhenStuck(tell, log, context.info, error);
          }
          throw error;
        }
      },
    },
  });
}
