import { z } from 'zod';
import { applicationStates, verdicts } from '../../domain/credit/application.ts';
import {
  amount,
  amountsIn,
  businessDate,
  currency,
  documentDate,
  externalId,
  instant,
  line,
  money,
  ourId,
  pageOf,
  pageQuery,
  reason,
} from '../platform/common.ts';
import { seat } from '../approvals/route-seats.ts';
import { applicationKinds } from '../../domain/approvals/policy.ts';

const termsDays = z.int().min(0).max(720).meta({ description: 'Days until payment is due.', example: 90 });

const requested = z
  .strictObject({
    limit: amount.optional(),
    currency: currency.optional().meta({ description: "The customer's own without it." }),
    termsDays: termsDays.optional(),
    validUntil: documentDate.optional(),
  })
  .superRefine(amountsIn('limit'))
  .meta({ description: 'new, raise, temporary need a limit; temporary also validUntil; terms needs termsDays.' });

export const newApplication = z
  .strictObject({ externalId, customer: externalId, kind: z.enum(applicationKinds), requested, reason })
  .meta({
    id: 'NewCreditApplication',
    example: {
      externalId: 'CA-1',
      customer: 'C-1001',
      kind: 'raise',
      requested: { limit: '500000.00', currency: 'CNY', termsDays: 90 },
      reason: 'Framework contract for the coming year',
    },
  });
export const submittedApplication = z.strictObject({ id: ourId, workflowId: z.string(), state: z.enum(applicationStates) });

export const applicationQuery = z.strictObject({
  ...pageQuery,
  customer: externalId.optional(),
  kind: z.enum(applicationKinds).optional(),
  state: z
    .enum([...applicationStates, 'active'])
    .optional()
    .meta({ description: '`active`: assessing, awaiting-decision and returned.' }),
});

const offer = z.strictObject({
  limit: money.nullable(),
  currency: z.string(),
  termsDays: z.int().nullable(),
  validUntil: businessDate.nullable(),
});
const listed = {
  id: ourId,
  externalId: z.string(),
  customer: z.string(),
  customerName: z.string(),
  kind: z.enum(applicationKinds),
  state: z.enum(applicationStates),
  stateText: z.string().meta({ description: 'The state in the language of the request.' }),
  requested: offer,
  offer: offer.meta({ description: 'The current proposal: as asked for, or lowered by counter-proposals.' }),
  grade: z.string().nullable(),
  score: z.int().nullable(),
  reason: z.string().meta({ description: 'As given when it was first asked for.' }),
  requestedBy: z.string(),
  round: z.int().meta({ description: 'Rises with every answer to a question.' }),
  submittedAt: instant,
  expiresAt: instant,
  decidedAt: instant.nullable(),
  why: z.strictObject({ code: z.string(), text: z.string() }).meta({ description: 'What it waits for.' }),
  waitingFor: z
    .strictObject({
      code: z.string(),
      facts: z.array(z.string()),
      connectors: z.array(z.string()),
      since: instant,
      tries: z.int().optional().meta({ description: 'How often it was tried again since.' }),
      tryAgainAt: instant,
    })
    .nullable()
    .meta({ description: 'Facts without which it is not judged, and who could not tell them.' }),
};
export const applicationListed = z.strictObject(listed).meta({ id: 'CreditApplicationListed' });
export const applicationPage = pageOf(applicationListed);

const reasonText = z.strictObject({ side: z.enum(['for', 'against', 'note']), code: z.string(), message: z.string() });

export const applicationAnswer = z
  .strictObject({
    ...listed,
    proposal: z.strictObject({ limit: money.nullable(), currency: z.string(), termsDays: z.int().nullable() }).nullable(),
    reasons: z.array(reasonText).meta({ description: 'For and against, in the language of the request.' }),
    route: z.array(seat),
    earlierRounds: z.array(seat.extend({ round: z.int() })),
    exposureVersion: z.int().meta({ description: 'To be sent back with a decision; 0 while the customer has no account.' }),
    policyVersion: z.string().nullable(),
    given: z
      .array(
        z.strictObject({
          act: z.enum(['submitted', 'returned', 'resubmitted', 'withdrawn']),
          reason: z.string(),
          by: z.string(),
          at: instant,
        }),
      )
      .meta({ description: 'Every reason given by who asked and who asked back, the first first.' }),
    granted: z.record(z.string(), z.unknown()).nullable(),
    dossierHash: z.string().nullable().meta({ description: 'Of the credit file that was decided on last.' }),
    dossier: z
      .record(z.string(), z.unknown())
      .meta({ description: 'Profile, trades, reconciliation, contacts, exposure, assessment and path.' }),
  })
  .meta({ id: 'CreditApplication' });

export const decision = z
  .strictObject({
    verdict: z.enum(verdicts),
    limit: amount.optional().meta({ description: 'Of a counter-proposal: lower than the current proposal.' }),
    termsDays: termsDays.optional(),
    reason,
    exposureVersion: z.int().min(0).meta({ description: 'As shown beside the credit file.', example: 3 }),
  })
  .meta({
    id: 'CreditDecision',
    example: { verdict: 'approve', reason: 'Pays on time, limit within the proposal', exposureVersion: 3 },
  });
export const decided = z
  .strictObject({ state: z.enum(applicationStates), round: z.int(), route: z.array(seat) })
  .meta({ id: 'CreditDecided' });

export const withdrawal = z.strictObject({ reason }).meta({ id: 'Withdrawal' });
export const resubmission = z
  .strictObject({
    requested: z
      .strictObject({ limit: amount.optional(), termsDays: termsDays.optional(), validUntil: documentDate.optional() })
      .optional(),
    reason: line(500).meta({ description: 'The answer to what was asked.', example: 'Balance sheet attached to the contract' }),
  })
  .meta({ id: 'Resubmission', example: { reason: 'The hospital confirmed the statement' } });
