import { defineQuery } from '@temporalio/workflow';
import type { ReceivablePlan } from '../../domain/dunning/process.ts';
import { defineProcess, step } from '../platform/process.ts';
import { records } from '../platform/proxies.ts';

/** One receivable from its posting until nothing is owed: due, reminder, escalation, legal. The facts decide, under lock, whether a step is still called for. */
export const receivable = defineProcess<ReceivablePlan>({
  query: defineQuery('receivablePlan'),
  reassess: records.reassessReceivable,
  steps: {
    wait: step(records.judgePromise),
    notice: step(records.requestNotice),
    remind: step(records.requestReminder),
    'work-order': step(records.openWorkOrder),
    escalate: step(records.escalate),
    legal: step(records.openLegalCase),
    close: step(records.reassessReceivable),
  },
  stage: { of: (plan) => plan.stage, first: 'scheduled' },
});
