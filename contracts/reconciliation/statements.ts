import { z } from 'zod';
import { movementKinds } from '../../domain/reconciliation/movement.ts';
import { answerVerdicts, statementStates } from '../../domain/reconciliation/statement.ts';
import {
  amount,
  businessDate,
  currency,
  cursor,
  documentDate,
  externalId,
  instant,
  money,
  note,
  ourId,
  pageOf,
  pageQuery,
  reason,
  toMinor,
} from '../platform/common.ts';
import { filterFrom } from '../platform/dates.ts';
import { fault } from '../platform/faults.ts';
import { linesOnce } from '../platform/lines.ts';
import { evidence } from '../customers/master-facts.ts';
import { differenceKind } from './reconciliation.ts';
import { disputeCategories } from '../../domain/ledger/claims.ts';

/** Asks for a statement of what a customer owes. */
export const issueStatement = z
  .strictObject({
    customer: externalId.meta({ description: "The caller's id of the customer.", example: 'C-1001' }),
    currency: currency.optional().meta({ description: "Without it: the customer's currency. One statement a currency." }),
    asOf: documentDate.optional().meta({ description: 'Today without it.' }),
    respondBy: documentDate
      .optional()
      .meta({ description: 'Last day for the answer; without it as policy `reconciliation` says.' }),
    reason: reason.optional(),
  })
  .meta({ id: 'IssueStatement', example: { customer: 'C-1001', asOf: '2026-08-31' } });

export const takeBack = z.strictObject({ reason }).meta({ id: 'TakeBack', example: { reason: 'Sent to the wrong office' } });

export const statementQuery = z.strictObject({
  ...pageQuery,
  customer: externalId.optional(),
  state: z.enum(statementStates).optional(),
});

const shape = {
  id: ourId,
  customer: externalId,
  currency,
  asOf: businessDate,
  total: money,
  state: z.enum(statementStates),
  issuedAt: instant,
  issuedBy: z.string(),
  respondBy: instant,
  contentHash: z.string().meta({ description: 'SHA-256 of what the statement says.' }),
  supersededBy: ourId.nullable(),
};
const statementRow = z.strictObject(shape).meta({ id: 'StatementRow' });
export const statementPage = pageOf(statementRow);

const channel = z.enum(['letter', 'email', 'wecom', 'phone', 'meeting', 'other']);
export const statementAnswer = z
  .strictObject({
    ...shape,
    lines: z.array(
      z.strictObject({
        line: z.int(),
        kind: z.enum(['receivable', 'payment', 'credit-note']),
        receivableId: ourId.nullable(),
        number: z.string(),
        date: businessDate,
        dueDate: businessDate.nullable(),
        amount: money.meta({ description: 'Open on the day; what the customer has to its credit is negative.' }),
      }),
    ),
    answer: z
      .strictObject({
        verdict: z.enum(answerVerdicts),
        answeredOn: businessDate,
        by: z.string(),
        channel,
        evidence: z.record(z.string(), z.string()).nullable(),
        disputed: z.array(z.strictObject({ line: z.int(), amount: money, category: z.string(), note: z.string() })),
        note: z.string(),
        recordedAt: instant,
        recordedBy: z.string(),
      })
      .nullable(),
  })
  .meta({ id: 'Statement' });

const disputedLine = z.strictObject({
  line: z.int().min(1).max(99_999),
  amount: amount.optional().meta({ description: 'What their own books say of the line; without it: nothing.' }),
  category: z.enum(disputeCategories),
  note: note(2000),
});
/** What the customer says of a statement. */
export const answerStatement = z
  .strictObject({
    verdict: z.enum(answerVerdicts).meta({ description: '`disputed`: all but the lines named is confirmed.' }),
    answeredOn: documentDate,
    by: externalId.meta({ description: "The customer's contact who answered.", example: 'c1' }),
    channel,
    evidence: evidence.optional().meta({ description: 'A confirmation counts only with it: it is consent to the debt.' }),
    disputed: z.array(disputedLine).max(5000).refine(linesOnce, fault('duplicate')).default([]),
    note: note(2000).default(''),
    reason: reason.optional(),
  })
  .refine(({ verdict, disputed }) => (verdict === 'disputed') === disputed.length > 0, {
    ...fault('disputed-lines'),
    path: ['disputed'],
  })
  .meta({
    id: 'AnswerStatement',
    example: {
      verdict: 'disputed',
      answeredOn: '2026-09-01',
      by: 'c1',
      channel: 'email',
      disputed: [{ line: 1, amount: '5500.00', category: 'price', note: 'Price of the tender' }],
    },
  });

/** The answer as the store takes it, once the statement's currency is known. Throws Refusal where an amount does not fit it. */
export const answerOf = (body: z.output<typeof answerStatement>) => (code: string) => {
  const { verdict, answeredOn, by, channel: way, evidence: shown = null, note: words, disputed } = body;
  const lines = disputed.map(({ line, amount: theirs, category, note: why }, place) => ({
    line,
    theirsMinor: theirs === undefined ? 0 : toMinor(theirs, code, `/disputed/${place}/amount`),
    category,
    note: why,
  }));
  return { verdict, answeredOn, by, channel: way, evidence: shown, note: words, disputed: lines };
};

export const answeredStatement = z
  .strictObject({
    id: ourId,
    statementId: ourId,
    verdict: z.enum(answerVerdicts),
    lines: z
      .array(z.strictObject({ line: z.int(), dispute: ourId.nullable(), difference: differenceKind.nullable() }))
      .meta({ description: 'What each disputed line came to; neither when it was settled meanwhile.' }),
  })
  .meta({ id: 'AnsweredStatement' });

export const movementQuery = z
  .strictObject({
    ...pageQuery,
    currency: currency.optional().meta({ description: "Without it: the customer's currency." }),
    from: filterFrom.optional().meta({ description: 'First day; without it the first of the month of the last.' }),
    to: filterFrom.optional().meta({ description: 'Last day; today without it.' }),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, { ...fault('order'), path: ['to'] });

export const movementPage = z
  .strictObject({
    customer: externalId,
    currency,
    from: businessDate,
    to: businessDate,
    opening: money.meta({
      description: 'Total of the statement of the day before the first; what the customer has to its credit is negative.',
    }),
    closing: money.meta({ description: 'Total of the statement of the last day: the opening and all lines.' }),
    data: z.array(
      z
        .strictObject({
          date: businessDate,
          kind: z.enum(movementKinds),
          takenBack: z.boolean().meta({ description: 'Reversed, or sent back: it goes the other way than its kind.' }),
          number: z.string(),
          amount: money.meta({ description: 'What it adds to the balance.' }),
          balance: money.meta({ description: 'After this line.' }),
        })
        .meta({ id: 'Movement' }),
    ),
    nextCursor: cursor.nullable().meta({ description: 'Null on the last page.' }),
  })
  .meta({ id: 'MovementPage' });
