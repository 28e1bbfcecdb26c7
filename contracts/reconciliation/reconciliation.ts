import { z } from 'zod';
import { formatAmount, sumMinor } from '../../domain/platform/money.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { adjustmentKinds, adjustmentStates } from '../../domain/reconciliation/adjustment.ts';
import { lineKinds } from '../../domain/reconciliation/classify.ts';
import { differenceKinds, differenceStates } from '../../domain/reconciliation/difference.ts';
import { matchRules } from '../../domain/reconciliation/match.ts';
import {
  amount,
  amountsIn,
  businessDate,
  currency,
  documentDate,
  externalId,
  idParams,
  instant,
  line,
  money,
  ourId,
  pageOf,
  pageQuery,
  reason,
  toMinor,
} from '../platform/common.ts';
import { fault } from '../platform/faults.ts';
import { quantity } from '../platform/lines.ts';

export const differenceKind = z.enum(differenceKinds);
const gap = money.meta({ description: "The customer's books less ours." });

// ---- Their statements ----

const theirLine = z.strictObject({
  kind: z.enum(lineKinds).meta({ description: '`return`: goods sent back for which a credit is expected.' }),
  number: line(120).optional().meta({ description: 'Number of the document, as the customer has it.', example: 'INV-1' }),
  date: documentDate,
  amount: amount.meta({ description: 'Above zero: the kind says which way it goes.' }),
  quantity: quantity.optional(),
});
type Lines = z.output<typeof theirLine>[];

/** Each line stands once: the same document of the same day and amount again is a fault of the file. */
function linesFit(
  { lines, asOf, from }: { lines: Lines; asOf: string; from?: string | undefined },
  context: z.RefinementCtx,
): void {
  const seen = new Set<string>();
  lines.forEach(({ kind, number, date, amount: text }, place) => {
    const key = JSON.stringify([kind, number, date, text]);
    if (number !== undefined && seen.has(key))
      context.addIssue({ code: 'custom', path: ['lines', place], ...fault('duplicate') });
    seen.add(key);
    if (date > asOf || (from !== undefined && date < from))
      context.addIssue({ code: 'custom', path: ['lines', place, 'date'], ...fault('outside-statement') });
  });
}

const basis = z
  .enum(['open-items', 'movements'])
  .meta({ description: 'What is open on the day, or every document between two days at its whole amount.' });

/** A statement of the customer's own books. */
export const postCustomerStatement = z
  .strictObject({
    externalId,
    customer: externalId,
    currency,
    basis: basis.default('open-items'),
    from: documentDate.optional().meta({ description: 'First day of a statement of movements.' }),
    asOf: documentDate,
    total: money.max(40).optional().meta({
      description: 'What the customer owes by it; held against the lines. Payments, credits and returns are taken off.',
    }),
    lines: z.array(theirLine).max(2000),
    reason: reason.optional(),
  })
  .refine(({ basis: kind, from }) => (kind === 'movements') === (from !== undefined), {
    ...fault('movements-from'),
    path: ['from'],
  })
  .refine(({ from, asOf }) => from === undefined || from <= asOf, { ...fault('order'), path: ['from'] })
  .superRefine(amountsIn('lines.*.amount'))
  .superRefine(linesFit)
  .meta({
    id: 'PostCustomerStatement',
    example: {
      externalId: 'CS-1',
      customer: 'C-1001',
      currency: 'CNY',
      basis: 'open-items',
      asOf: '2026-08-31',
      total: '5500.00',
      lines: [
        { kind: 'invoice', number: 'INV-1', date: '2026-08-01', amount: '6000.00' },
        { kind: 'return', number: 'R-7', date: '2026-08-12', amount: '500.00' },
      ],
    },
  });

/** The document a body stands for. Throws Refusal where an amount does not fit its currency, or the lines do not add up to the total. */
export function customerStatementDocument(body: z.output<typeof postCustomerStatement>) {
  const { externalId: id, customer, currency: code, basis: kind, from = null, asOf, total } = body;
  const lines = body.lines.map((one, place) => {
    const minor = toMinor(one.amount, code, `/lines/${place}/amount`);
    return {
      kind: one.kind,
      number: one.number ?? null,
      on: one.date,
      quantity: one.quantity ?? null,
      amountMinor: one.kind === 'invoice' ? minor : -minor,
    };
  });
  const sum = totalOf(lines.map((one) => one.amountMinor));
  if (total !== undefined && toMinor(total, code, '/total') !== sum)
    throw new Refusal('statement-sum', { sum: formatAmount(sum, code), total, currency: code }, { pointer: '/total' });
  return { externalId: id, customer, currency: code, basis: kind, from, asOf, lines };
}

function totalOf(amounts: readonly number[]): number {
  const sizes = amounts.reduce((sum, one) => sum + Math.abs(one), 0);
  if (!Number.isSafeInteger(sizes)) throw new Refusal('amount-too-large', {}, { pointer: '/lines' });
  return sumMinor(amounts);
}

const states = z.enum(['open', 'settled', 'superseded', 'withdrawn']);
export const customerStatementQuery = z.strictObject({
  ...pageQuery,
  customer: externalId.optional(),
  state: states.optional(),
});

const theirShape = {
  id: ourId,
  externalId,
  customer: externalId,
  currency,
  basis,
  from: businessDate.nullable(),
  asOf: businessDate,
  total: money,
  state: states.meta({ description: '`settled`: nothing of it is open any more.' }),
  receivedAt: instant,
  receivedBy: z.string(),
};
export const customerStatementPage = pageOf(z.strictObject(theirShape).meta({ id: 'CustomerStatementRow' }));

const adjustment = z
  .strictObject({
    id: ourId,
    kind: z.enum(adjustmentKinds),
    state: z.enum(adjustmentStates),
    amount: gap,
    proposedBy: z.string(),
    proposedAt: instant,
    reason: z.string(),
    decidedBy: z.string().nullable(),
    decidedAt: instant.nullable(),
    decisionReason: z.string().nullable(),
  })
  .meta({ id: 'Adjustment' });

export const differenceAnswer = z
  .strictObject({
    id: ourId,
    customer: externalId,
    statementId: ourId.nullable().meta({ description: 'The statement of ours it was found on.' }),
    customerStatementId: ourId.nullable().meta({ description: "The statement of the customer's it was found on." }),
    kind: differenceKind,
    currency,
    amount: gap,
    number: z.string().nullable(),
    date: businessDate,
    receivableId: ourId.nullable(),
    payment: externalId.nullable().meta({ description: 'The payment of ours that would settle it.' }),
    state: z.enum(differenceStates),
    openedAt: instant,
    closedAt: instant.nullable(),
    closedBy: z.string().nullable(),
    reason: z.string().nullable(),
    adjustments: z.array(adjustment),
  })
  .meta({ id: 'Difference' });

export const customerStatementAnswer = z
  .strictObject({
    ...theirShape,
    lines: z.array(
      z.strictObject({
        line: z.int(),
        kind: z.enum(lineKinds),
        number: z.string().nullable(),
        date: businessDate,
        quantity: z.string().nullable(),
        amount: money,
      }),
    ),
    matches: z.array(
      z.strictObject({
        id: ourId,
        rule: z.enum(matchRules),
        confidence: z.int().meta({ description: 'Percent.' }),
        state: z.enum(['taken', 'proposed', 'accepted', 'rejected']).meta({ description: '`proposed`: a person decides.' }),
        ours: z.array(z.strictObject({ id: z.string(), number: z.string().nullable(), date: businessDate, amount: money })),
        lines: z.array(z.int()),
        difference: gap,
        decidedBy: z.string().nullable(),
        reason: z.string().nullable(),
      }),
    ),
    differences: z.array(differenceAnswer),
  })
  .meta({ id: 'CustomerStatement' });

export const rematch = z.strictObject({ reason: reason.optional() }).meta({ id: 'Rematch' });
export const matchParams = idParams.extend({ match: ourId });
export const decideMatch = z
  .strictObject({ verdict: z.enum(['accept', 'reject']), reason })
  .meta({ id: 'DecideMatch', example: { verdict: 'accept', reason: 'Confirmed by their finance office' } });

// ---- Differences and what is done about them ----

export const differenceQuery = z.strictObject({
  ...pageQuery,
  customer: externalId.optional(),
  state: z.enum(differenceStates).optional(),
  kind: differenceKind.optional(),
});
export const differencePage = pageOf(differenceAnswer);

export const proposeAdjustment = z
  .strictObject({
    kind: z.enum(adjustmentKinds),
    receivable: externalId
      .optional()
      .meta({ description: 'The instalment a credit goes to, where the difference does not say it.' }),
    payment: externalId.optional().meta({ description: 'The payment to lay, where the difference does not say it.' }),
    reason: reason.meta({ description: 'The cause; kept with the record.' }),
  })
  .meta({ id: 'ProposeAdjustment', example: { kind: 'accept-theirs', reason: 'Tender price of August was not in our list' } });
export const decideAdjustment = z
  .strictObject({ verdict: z.enum(['approve', 'decline']), reason })
  .meta({ id: 'DecideAdjustment', example: { verdict: 'approve', reason: 'Price list checked' } });
export const adjustmentAnswer = z
  .strictObject({ id: ourId, differenceId: ourId, state: z.enum(adjustmentStates) })
  .meta({ id: 'AdjustmentAnswer' });

// ---- The standing ----

export const standingAnswer = z
  .strictObject({
    customer: externalId,
    mode: z.enum(['normal', 'strict']).meta({ description: 'The rule of policy `credit-rules` that holds for this customer.' }),
    stated: z.boolean().meta({ description: "Whether a statement was ever exchanged, ours or the customer's." }),
    unconfirmedSince: businessDate
      .nullable()
      .meta({ description: 'Day of the first statement since the last answer that waits for one; null: none does.' }),
    lastConfirmedOn: businessDate.nullable(),
    lastAgreedOn: businessDate.nullable().meta({ description: "Date of the last statement of the customer's own that agrees." }),
    openDifferences: z.array(
      z.strictObject({
        id: ourId,
        kind: differenceKind,
        amount: gap,
        currency,
        number: z.string().nullable(),
        since: businessDate,
      }),
    ),
    doubtful: z
      .array(z.strictObject({ currency, amount: money }))
      .meta({ description: 'Sizes of the open differences, added up; what is only on its way is left out.' }),
  })
  .meta({ id: 'ReconciliationStanding' });
