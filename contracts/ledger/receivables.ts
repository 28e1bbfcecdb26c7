import { z } from 'zod';
import { instalmentKinds } from '../../domain/ledger/documents.ts';
import { allocationBases } from '../../domain/ledger/allocation.ts';
import { rungActions, rungStates } from '../../domain/dunning/ladder.ts';
import {
  amount,
  businessDate,
  currency,
  documentDate,
  externalId,
  faulty,
  filterFrom,
  filterTo,
  instant,
  line,
  money,
  note,
  ourId,
  pageOf,
  pageQuery,
  reason,
} from '../platform/common.ts';
import { outcomes, stages } from '../../domain/ledger/outcome.ts';
import { questions, disputeCategories, disputeStates, promiseStates } from '../../domain/ledger/claims.ts';

/** Whose task a dispute is: of a role until its deadline, then of the next one. */
const disputeOwner = {
  role: z
    .string()
    .nullable()
    .meta({ description: 'Role whose task it is; null: it was resolved at once, or is older than its tasks.' }),
  owner: z.string().nullable().meta({ description: 'Login it is given to; null: anybody of the role.' }),
  deadline: instant.nullable(),
};

export const receivableQuery = z.strictObject({
  ...pageQuery,
  customer: externalId.optional(),
  invoice: externalId.optional(),
  stage: z.enum(stages).optional(),
  outcome: z
    .enum([...outcomes, 'none'])
    .optional()
    .meta({ description: 'How it ended; `none`: it is open.' }),
  dueFrom: filterFrom.optional(),
  dueTo: filterTo.optional(),
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
  faulty,
  currency,
  amount: money,
  open: money,
  disputed: money,
  writtenOff: money.meta({ description: 'Written off and not taken back, recovered or not.' }),
  recovered: money.meta({ description: 'What of it has come in since: it opens nothing, and is no credit for new orders.' }),
  stage: z.enum(stages),
  outcome: z.enum(outcomes).nullable(),
  withdrawn: z.boolean().meta({ description: 'Taken out of its invoice by a correction.' }),
  question: z
    .enum(questions)
    .nullable()
    .meta({ description: 'Why a person must look before it is asked for, or held against orders.' }),
  discount: z
    .strictObject({ amount: money, until: businessDate, granted: money })
    .nullable()
    .meta({ description: 'What is let off when the money comes by that day, and what of it is granted.' }),
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
    expiresOn: businessDate.nullable().meta({ description: 'Null: it cannot be told from a due date that is out of bounds.' }),
    restartedBy: z.string().nullable(),
    article: z.string().meta({ example: 'Civil Code, arts. 188, 189 and 201' }),
  }),
};

/** What a person says of a discount that was taken too late. */
export const sayOfDiscount = z
  .strictObject({ reason })
  .meta({ id: 'SayOfDiscount', example: { reason: 'The bank was closed on the last day' } });
export const discountClaimAnswer = z.strictObject({ id: ourId, open: money, currency }).meta({ id: 'DiscountClaimAnswer' });

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
        recovered: money.meta({ description: 'Of the amount, on what had been written off.' }),
        basis: z
          .enum(allocationBases)
          .nullable()
          .meta({ description: 'What decided it: the debtor, the reference, the exact amount, the law.' }),
        valueDate: businessDate,
        reversedAt: instant.nullable(),
      }),
    ),
    writeOffs: z.array(
      z.strictObject({
        id: ourId,
        amount: money,
        on: businessDate,
        reason: z.string(),
        reversedOn: businessDate.nullable(),
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
        ...disputeOwner,
      }),
    ),
    promises: z.array(
      z.strictObject({
        id: ourId,
        amount: money,
        on: businessDate,
        faulty,
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
        outbox: z.boolean().meta({ description: 'Kept here: nothing left by this channel.' }),
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
    owner: line(120)
      .optional()
      .meta({ description: 'Login of the user who is to settle it; without it, any user of the role that policy names.' }),
    reason: reason.optional(),
  })
  .meta({ id: 'OpenDispute', example: { amount: '500.00', category: 'quality', note: 'Two probes arrived broken' } });
export const disputeAnswer = z.strictObject({ id: ourId, state: z.enum(disputeStates) }).meta({ id: 'DisputeAnswer' });
export const openedDispute = disputeAnswer.extend(disputeOwner).meta({ id: 'OpenedDispute' });

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
    on: documentDate,
    by: externalId.meta({ description: "The customer's contact who promised.", example: 'c1' }),
    note: note(2000),
    reason: reason.optional(),
  })
  .meta({ id: 'RecordPromise', example: { amount: '6000.00', on: '2026-11-30', by: 'c1', note: 'After the budget meeting' } });
export const askExtension = z
  .strictObject({
    dueDate: documentDate,
    by: externalId.meta({ description: "The customer's contact it was agreed with.", example: 'c1' }),
    note: note(2000).meta({ description: "The customer's difficulty, and what was agreed." }),
    reason,
  })
  .meta({
    id: 'AskExtension',
    example: { dueDate: '2026-12-31', by: 'c1', note: 'Budget is released in December', reason: 'Agreed in writing' },
  });
export const promiseAnswer = z.strictObject({ id: ourId, state: z.enum(promiseStates) }).meta({ id: 'PromiseAnswer' });

export const confirmDueDate = z
  .strictObject({ reason })
  .meta({ id: 'ConfirmDueDate', example: { reason: 'Terms ran from the delivery in January 2025' } });
export const dueDateAnswer = z.strictObject({ id: ourId, dueDate: businessDate }).meta({ id: 'DueDateAnswer' });

export const cancelPromise = z
  .strictObject({ reason })
  .meta({ id: 'CancelPromise', example: { reason: 'The customer withdrew it by phone' } });
