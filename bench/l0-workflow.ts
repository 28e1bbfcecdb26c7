import { condition, defineSignal, proxyLocalActivities, setHandler } from '@temporalio/workflow';
import type { L0Activities } from './l0-worker.ts';

export const settledSignal = defineSignal('settled');

const { record } = proxyLocalActivities<L0Activities>({ startToCloseTimeout: '15 seconds', localRetryThreshold: '30 seconds' });

/** The bare lifecycle that bounds ours: a delayed start, one local activity that inserts one row, one signal. */
export async function l0({ id }: { id: string }): Promise<void> {
  let settled = false;
  setHandler(settledSignal, () => {
    settled = true;
  });
  await record({ id, early: settled });
  await condition(() => settled);
}
