import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';

/**
 * Records: facts read and written in our own database. Bounded per attempt only: while Postgres is away they go on trying, and
 * /readyz and a metric tell. Local, one at a time, so that a step costs one workflow task.
 */
export const records = proxyLocalActivities<Activities>({
  startToCloseTimeout: '15 seconds',
  localRetryThreshold: '30 seconds',
  retry: { initialInterval: '250 milliseconds', backoffCoefficient: 2, maximumInterval: '15 seconds' },
});

/** Gateways: calls to other companies' systems. Bounded in total: what cannot be delivered within a day becomes work for a person. */
export const gateways = proxyActivities<Activities>({
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '1 day',
  retry: { initialInterval: '2 seconds', backoffCoefficient: 3, maximumInterval: '30 minutes' },
});

/**
 * Connectors: registers that are asked about a customer. Asking may be repeated, and somebody waits for the answer, so it is given up
 * soon; the last try ends the call as unavailable.
 */
export const connectors = proxyActivities<Activities>({
  startToCloseTimeout: '20 seconds',
  scheduleToCloseTimeout: '2 minutes',
  retry: { initialInterval: '500 milliseconds', backoffCoefficient: 3, maximumInterval: '30 seconds', maximumAttempts: 4 },
});

/** An activity that can be called with a summary. */
export interface CallableActivity<Input, Result> {
  executeWithOptions(options: { summary: string }, args: [Input]): Promise<Result>;
}

/** Calls an activity with the reason beside it in the history, in plain words. */
export function callActivity<Input, Result>(
  activity: CallableActivity<Input, Result>,
  input: Input,
  { summary }: { summary: string },
): Promise<Result> {
  return activity.executeWithOptions({ summary }, [input]);
}
