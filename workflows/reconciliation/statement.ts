import { defineQuery } from '@temporalio/workflow';
import type { StatementPlan } from '../../domain/reconciliation/statement.ts';
import { defineProcess, step } from '../platform/process.ts';
import { records } from '../platform/proxies.ts';

/** A statement of ours: waits until the customer answers it or its deadline has passed; silence becomes work for a person. */
export const statement = defineProcess<StatementPlan>({
  query: defineQuery('statementPlan'),
  reassess: records.reassessStatement,
  steps: {
    'hand-over': step(records.handOverStatement),
    close: step(records.reassessStatement),
  },
});
