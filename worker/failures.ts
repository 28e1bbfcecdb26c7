import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInterceptors } from '@temporalio/worker';
import type { Context } from '@temporalio/activity';
import { errorFacts } from '../domain/kernel/error-facts.ts';

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

/** Makes every failed attempt of an activity visible: counted, and logged with its process and attempt, never with its data. */
export function watchFailures(counts: FailureCounts, log: FailureLog): (context: Context) => ActivityInterceptors {
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
              { err: errorFacts(error), activity: activityType, attempt, process: workflowExecution?.workflowId },
              'an activity failed; it is tried again',
            );
          }
          throw error;
        }
      },
    },
  });
}
