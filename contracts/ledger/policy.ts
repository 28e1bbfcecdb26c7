import { z } from 'zod';
import { currency, money } from '../platform/common.ts';
import { firstContactRule } from '../platform/settings.ts';

/** What is asked for, what discounts, promises and corrections one person may grant alone. */
export const collection = z.strictObject({
  minBalance: z.record(currency, money),
  promiseGraceDays: z.int().min(0).max(60),
  promiseBringsForward: z.array(z.enum(['due', 'reminder', 'escalation', 'legal'])).optional(),
  creditNoteDays: z.int().min(0).max(365).optional(),
  dueDoubtDays: z.int().min(0).max(3650).optional(),
  promiseMaxDays: z.int().min(1).max(366).optional(),
  reDatingDays: z.int().min(0).max(366).optional(),
  discountGraceDays: z.int().min(0).max(60).optional(),
  exchangeToleranceBasis: z.int().min(0).max(1000).optional(),
  bookedAlone: z.record(currency, money).optional(),
  newCustomerMonths: z.int().min(0).max(120),
  firstContact: firstContactRule.optional(),
});
