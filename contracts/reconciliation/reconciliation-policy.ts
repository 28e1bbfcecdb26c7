import { z } from 'zod';
import { mostSumItems } from '../../domain/reconciliation/sums.ts';
import { currency, money } from '../platform/common.ts';
import { written } from '../platform/faults.ts';

const days = z.int().min(0).max(365);
const percent = z.int().min(0).max(100);
const workOrder = z
  .string()
  .max(60)
  .regex(written(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'key'))
  .nullable();

/** The shape of policy `reconciliation`. */
export const reconciliationRules = z.strictObject({
  match: z.strictObject({
    windowDays: days,
    sumWindowDays: days,
    sumItems: z.int().min(2).max(mostSumItems),
    rounding: z.record(currency, money),
  }),
  confidence: z.strictObject({
    threshold: percent,
    number: percent,
    similarNumber: percent,
    amountDate: percent,
    perDay: percent,
    otherNumber: percent,
    sum: percent,
    perItem: percent,
  }),
  transitDays: days,
  answerDays: z.int().min(1).max(365),
  workOrders: z.strictObject({
    timing: workOrder,
    price: workOrder,
    quantity: workOrder,
    'unrecorded-return': workOrder,
    'unallocated-payment': workOrder,
    'unknown-document': workOrder,
  }),
});
