import { defineQuery } from '@temporalio/workflow';
import type { ComparisonPlan } from '../../domain/reconciliation/process.ts';
import { defineProcess, step } from '../platform/process.ts';
import { records } from '../platform/proxies.ts';

const compare = step(records.compareBooks);

/** A statement of the customer's that does not agree yet: compared again with every document that comes, until nothing of it is open. */
export const reconciliation = defineProcess<ComparisonPlan>({
  query: defineQuery('reconciliationPlan'),
  reassess: records.compareBooks,
  steps: { wait: compare, look: compare, close: compare },
});
