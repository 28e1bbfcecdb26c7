import { z } from 'zod';
import { flipKinds } from '../../domain/credit/simulation.ts';
import { currency, filterFrom, filterTo, instant, money, ourId } from '../platform/common.ts';
import { fault } from '../platform/faults.ts';

/** Days of the recorded verdicts to judge anew; all of them without. */
export const simulatePolicy = z
  .strictObject({ from: filterFrom.optional(), until: filterTo.optional() })
  .refine(({ from, until }) => from === undefined || until === undefined || from <= until, { ...fault('order'), path: ['until'] })
  .meta({ id: 'SimulatePolicy' });

const outcome = {
  fallenDue: z.int().meta({ description: 'Instalments invoiced in the year after the verdict that have fallen due.' }),
  paidLate: z.int().meta({ description: 'Of these: paid after the due date, or still open.' }),
  mostDaysLate: z.int(),
  disputed: z.int(),
  brokenPromises: z.int(),
  writtenOff: z.int(),
};
const became = z.strictObject(outcome);
const group = z.strictObject({ assessments: z.int(), ...outcome });
const judged = z.strictObject({
  grade: z.string(),
  score: z.int(),
  limit: money.nullable(),
  termsDays: z.int(),
  row: z.string().meta({ description: 'Row of the approval matrix.' }),
  seats: z.string().meta({
    description: 'Tier and role of each approver slot; empty: by policy alone.',
    example: '1 credit_officer, 2 credit_manager',
  }),
});

export const policySimulation = z
  .strictObject({
    kind: z.string(),
    version: z.int(),
    considered: z.int().meta({ description: 'Recorded verdicts judged anew.' }),
    flipped: z.int(),
    flips: z.strictObject(Object.fromEntries(flipKinds.map((kind) => [kind, z.int()]))),
    gradeMoves: z.array(z.strictObject({ from: z.string(), to: z.string(), count: z.int() })),
    limits: z.array(z.strictObject({ currency, before: money, after: money })),
    became: z
      .strictObject({ stricter: group, milder: group, same: group })
      .meta({ description: 'What became of the customers, by the way their verdicts move.' }),
    examples: z.array(
      z.strictObject({
        assessmentId: ourId,
        customer: z.string(),
        at: instant,
        currency,
        flips: z.array(z.enum(flipKinds)),
        direction: z.enum(['stricter', 'milder', 'same']),
        before: judged,
        after: judged,
        became,
      }),
    ),
  })
  .meta({ id: 'PolicySimulation' });
