import { z } from 'zod';
import { instalmentKinds } from '../domain/collection/documents.ts';
import { outcomes, rungActions, rungStates, stages } from '../domain/collection/ladder.ts';
import { disputeCategories, disputeStates, promiseStates } from '../domain/collection/receivable.ts';
import { amount, businessDate, currency, externalId, instant, money, note, ourId, pageOf, pageQuery, reason } from './common.ts';

export const receivableQuery = z.strictObject({
  ...pageQuery,
  customer: externalId.optional(),
  invoice: externalId.optional(),
  stage: z.enum(stages).optional(),
  outcome: z
    .enum([...outcomes, 'none'])
    .optional()
    .meta({ description: 'How it ended; `none`: it is open.' }),
  dueFrom: businessDate.optional(),
  dueTo: businessDate.optional(),
  sort: z.enum(['dueDate', '-dueDate']).default('dueDate'),
});

export const planSteps = ['wait', ...rungActions, 'close'] as const;

const shape = {
  id: ourId,
  customer: externalId,
  invoice: externalId,
  instalment: z.int(),
  kind: z.enum(instalmentKinds),
  dueDate: businessDate,
  currency,
  amount: money,
  open: money,
  disputed: money,
  stage: z.enum(stages),
  outcome: z.enum(outcomes).nullable(),
  withdrawn: z.boolean().meta({ description: 'Taken out of its invoice by a correction.' }),
  ladder: z.string(),
  policyVersion: z.int(),
  plan: z.strictObject({
    step: z.enum(planSteps),
    rung: z.string().nullable(),
    at: instant.nullable().meta({ description: 'Null: nothing until news arrives.' }),
    why: z.string().meta({ description: 'In the language of the request.' }),
    code: z.string().meta({ description: 'The reason as a code that never changes.', example: 'rung-planned' }),
  }),
  rungs: z.array(
    z.strictObject({ id: z.string(), state: z.enum(rungStates), at: instant.nullable(), reason: z.string().nullable() }),
  ),
  limitation: z.strictObject({
    expiresOn: businessDate,
    restartedBy: z.string().nullable(),
    article: z.string().meta({ example: '民法典 188、189、201' }),
  }),
};

export const receivableRow = z.strictObject(shape).meta({ id: 'ReceivableRow' });
export const receivablePage = pageOf(receivableRow);

export const receivableAnswer = z
  .strictObject({
    ...shape,
    allocations: z.array(
      z.strictObject({
        id: ourId,
        payment: externalId.nullable(),
        creditNote: externalId.nullable(),
        amount: money,
        valueDate: businessDate,
        reversedAt: instant.nullable(),
      }),
    ),
    disputes: z.array(
      z.strictObject({
        id: ourId,
        amount: money,
        category: z.enum(disputeCategories),
        note: z.string(),
        state: z.enum(disputeStates),
        openedAt: instant,
        closedAt: instant.nullable(),
        resolution: z.string().nullable(),
      }),
    ),
    promises: z.array(
      z.strictObject({
        id: ourId,
        amount: money,
        on: businessDate,
        by: z.string().nullable(),
        note: z.string(),
        state: z.enum(promiseStates),
        madeAt: instant,
      }),
    ),
    messages: z.array(
      z.strictObject({
        id: ourId,
        channel: z.string(),
        template: z.string(),
        class: z.string(),
        state: z.string(),
        rungs: z.array(z.string()),
        at: instant,
      }),
    ),
  })
  .meta({ id: 'Receivable' });

export const openDispute = z
  .strictObject({
    amount: amount.meta({ description: 'At most what is open and undisputed.' }),
    category: z.enum(disputeCategories),
    note: note(2000),
    reason: reason.optional(),
  })
  .meta({ id: 'OpenDispute', example: { amount: '500.00', category: 'quality', note: 'Two probes arrived broken' } });
export const disputeAnswer = z.strictObject({ id: ourId, state: z.enum(disputeStates) }).meta({ id: 'DisputeAnswer' });

export const resolveDispute = z
  .strictObject({
    state: z.enum(['upheld', 'part-upheld', 'rejected', 'withdrawn']),
    note: note(2000),
    reason: reason.optional(),
  })
  .meta({ id: 'ResolveDispute', example: { state: 'rejected', note: 'Delivery note signed without remark' } });

export const recordPromise = z
  .strictObject({
    amount: amount.meta({ description: 'At most what is open and undisputed.' }),
    on: businessDate,
    by: externalId.meta({ description: "The customer's contact who promised.", example: 'c1' }),
    note: note(2000),
    reason: reason.optional(),
  })
  .meta({ id: 'RecordPromise', example: { amount: '6000.00', on: '2026-11-30', by: 'c1', note: 'After the budget meeting' } });
export const promiseAnswer = z.strictObject({ id: ourId, state: z.enum(promiseStates) }).meta({ id: 'PromiseAnswer' });

export const cancelPromise = z
  .strictObject({ reason })
  .meta({ id: 'CancelPromise', example: { reason: 'The customer withdrew it by phone' } });

export const writeOff = z
  .strictObject({ amount: amount.optional().meta({ description: 'Without it: all that is open.' }), reason })
  .meta({ id: 'WriteOff', example: { reason: 'Insolvency closed without assets' } });
export const writeOffAnswer = z.strictObject({ id: ourId, writtenOff: money, open: money }).meta({ id: 'WriteOffAnswer' });
