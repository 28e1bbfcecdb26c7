import { z } from 'zod';
import { rungActions } from '../../domain/dunning/ladder.ts';
import { customerTypes } from '../../domain/customers/customer.ts';
import { line } from '../platform/common.ts';
import { policyKey } from '../policies/policies.ts';

const days = z.int().min(-365).max(3650);

const rung = z.strictObject({
  id: policyKey,
  stage: z.enum(['due', 'reminder', 'escalation', 'legal']),
  anchor: z.enum(['dueDate', 'endOfMonth', 'previousRung']),
  days,
  action: z.enum(rungActions),
  minGapDays: z.int().min(0).max(365),
  ifMissed: z.enum(['take', 'drop']),
  template: policyKey.optional(),
  workOrder: policyKey.optional(),
});

/** Dunning procedures, and the strategy that chooses between them. */
export const ladders = z.strictObject({
  ladders: z
    .array(z.strictObject({ id: policyKey, rungs: z.array(rung).min(1).max(40) }))
    .min(1)
    .max(100),
  strategy: z
    .array(
      z.strictObject({
        when: z.strictObject({
          types: z.array(z.enum(customerTypes)).optional(),
          regions: z.array(line(40)).optional(),
          tiers: z.array(line(40)).optional(),
          minTermsDays: z.int().min(0).max(720).optional(),
          newCustomer: z.boolean().optional(),
          grades: z.array(line(10)).min(1).optional(),
        }),
        ladder: policyKey,
      }),
    )
    .min(1)
    .max(500),
});
