import { z } from 'zod';
import { written } from '../platform/faults.ts';

/** What is true of a decision nobody has answered yet. */
export const decisionPending = z
  .strictObject({
    outcome: z.literal('not-known-yet'),
    ask: z.string().meta({ description: 'Path at which the outcome is told.' }),
    detail: z.string(),
  })
  .meta({ id: 'DecisionPending' });

export const decisionOutcome = z
  .strictObject({
    outcome: z.enum(['carried-out', 'refused', 'not-carried-out', 'not-known-yet']).meta({
      description:
        '`not-known-yet`: it is handed to its process until it has an outcome, for 15 minutes; then it is `refused` as lapsed. `not-carried-out`: ' +
        'nothing is known of it here; the same request sent again hears why, or is carried out.',
    }),
    answer: z.record(z.string(), z.unknown()).nullable().meta({ description: 'As the decision itself would have answered.' }),
    refusal: z
      .strictObject({
        code: z.string(),
        detail: z.string(),
        pointer: z.string().optional().meta({ description: 'The place of the decision that does not fit, where it is one.' }),
      })
      .nullable(),
  })
  .meta({ id: 'DecisionOutcome' });

export const decisionParams = z.strictObject({
  workflowId: z
    .string()
    .max(80)
    .regex(written(/^[a-z-]+-[0-9a-f-]{36}$/, 'process'))
    .meta({ example: 'credit-application-01980a3e-7c1e-7000-8000-000000000001' }),
  id: z
    .string()
    .regex(written(/^[0-9a-f-]{36,64}$/, 'process'))
    .meta({ example: '01980a3e-7c1e-7000-8000-000000000002' }),
});
