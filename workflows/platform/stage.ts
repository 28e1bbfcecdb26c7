import { upsertSearchAttributes } from '@temporalio/workflow';
import { stageKey } from './attributes.ts';

/** Shows a new stage to whoever searches running processes; a run that closes says so by closing. */
export function showStage(before: string, after: string): void {
  if (before !== after && after !== 'closed') upsertSearchAttributes([{ key: stageKey, value: after }]);
}
