import { defineQuery } from '@temporalio/workflow';
import { isHoldOpen } from '../../domain/orders/order-hold.ts';
import type { HoldAnswer, OrderHoldPlan, SentHoldDecision } from '../../domain/orders/order-hold.ts';
import { decision } from '../platform/decisions.ts';
import { defineProcess, step } from '../platform/process.ts';
import { callActivity, records } from '../platform/proxies.ts';
import { decideOrderHoldUpdate } from './updates.ts';

const decide = decision<OrderHoldPlan, SentHoldDecision | null, HoldAnswer>({
  update: decideOrderHoldUpdate,
  judge: isHoldOpen,
  commit: (id, told, held) =>
    told
      ? callActivity(records.decideOrderHold, { id, decision: told, held }, { summary: `a decision has come: ${told.verdict}` })
      : callActivity(records.decideOrderHold, { id, held }, { summary: 'a decision has come' }),
});

/**
 * An order that was not approved at entry: decided tier by tier by the people policy names, judged again whenever its account has news,
 * given up when it expires.
 */
export const orderHold = defineProcess<OrderHoldPlan>({
  query: defineQuery('orderHoldPlan'),
  reassess: records.recheckHeldOrder,
  decisions: [decide],
  steps: {
    route: step(records.routeHeldOrder),
    warn: step(records.warnOfLapse),
    lapse: step(records.lapseHold),
    close: step(records.recheckHeldOrder),
  },
  stage: { of: (plan) => plan.state },
});
