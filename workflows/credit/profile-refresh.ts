import { defineQuery } from '@temporalio/workflow';
import type { RefreshPlan } from '../../domain/credit/watch.ts';
import { askConnectors } from './ask-connectors.ts';
import { defineProcess, step } from '../platform/process.ts';
import { callActivity, records } from '../platform/proxies.ts';

async function askAll(id: string, { seq, connectors }: RefreshPlan): Promise<RefreshPlan> {
  await askConnectors(id, connectors, null);
  return callActivity(records.planRefresh, { id, seq }, { summary: 'what was told is read' });
}

/** A refresh of what is known of a customer: asks the registers that were called for, until none is left. */
export const profileRefresh = defineProcess<RefreshPlan>({
  query: defineQuery('refreshPlan'),
  reassess: records.planRefresh,
  steps: { ask: askAll, close: step(records.planRefresh) },
});
