import { z } from 'zod';
import { taskEffects, taskHarms } from '../../domain/tasks/policy.ts';
import { line } from '../platform/common.ts';
import { policyKey } from '../policies/policies.ts';

/** Kinds of tasks: whose they are, and by when. */
export const workOrders = z.strictObject({
  kinds: z.record(
    policyKey,
    z.strictObject({
      role: line(40),
      deadlineWorkingDays: z.int().min(1).max(250),
      warnWorkingDays: z.int().min(0).max(250),
      escalateTo: z.array(line(40)).max(10),
      escalateWorkingDays: z.int().min(1).max(250),
      title: z.strictObject({ en: line(120), zh: line(120) }),
      effects: z.array(z.enum(taskEffects)).max(4).optional(),
      harm: z.enum(taskHarms).optional(),
      perCustomer: z.boolean().optional(),
    }),
  ),
});
