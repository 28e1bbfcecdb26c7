import { z } from 'zod';
import { actKinds } from '../../domain/approvals/act.ts';
import { connectorNames, dimensions, enterable, factNames, factSources, factTable } from '../../domain/credit/facts.ts';
import type { FactName } from '../../domain/credit/facts.ts';
import type { FactValue } from '../../domain/credit/profile.ts';
import { datesInFact, factShape, readFactValue } from '../../domain/credit/fact-values.ts';
import { findingKinds } from '../../domain/credit/quality.ts';
import { warningEffects, warningKinds } from '../../domain/credit/policy.ts';
import { formatAmount, isCurrency } from '../../domain/platform/money.ts';
import { boundDate } from '../platform/dates.ts';
import {
  businessDate,
  currency,
  documentDate,
  instant,
  line,
  money,
  ourId,
  pageOf,
  pageQuery,
  reason,
  refused,
} from '../platform/common.ts';
import { evidence, factValue } from '../customers/master-facts.ts';

/** A fact's value in an answer. */
export function valueOut(name: FactName, value: FactValue): unknown {
  if (factTable[name].type !== 'amounts' || typeof value !== 'object') return value;
  return Object.entries(value as Record<string, number>)
    .filter(([code]) => isCurrency(code))
    .map(([code, minor]) => ({ currency: code, amount: formatAmount(minor, code) }));
}

/** One of the same for each dimension of a profile. */
const byDimension = <T extends z.ZodType>(each: T) =>
  Object.fromEntries(dimensions.map((name) => [name, each])) as Record<(typeof dimensions)[number], T>;

/** Facts that fit their definitions, read; each that does not is named by its place. */
function factsRead<T extends { name: FactName; value?: unknown }>(
  facts: readonly T[],
  context: z.RefinementCtx,
  at: (i: number) => (string | number)[],
) {
  return facts.map((fact, i) => {
    const read = readFactValue(fact.name, fact.value);
    if (read === undefined)
      context.addIssue({
        code: 'custom',
        path: [...at(i), 'value'],
        ...refused('fact-value', { ...factShape(fact.name) }),
      });
    else for (const date of datesInFact(fact.name, read)) boundDate('since', context, date, [...at(i), 'value']);
    return { ...fact, value: read ?? '' };
  });
}

/** Facts a person or an ERP tells. */
export const tellFacts = z
  .strictObject({
    facts: z
      .array(z.strictObject({ name: z.enum(enterable), value: factValue, asOf: documentDate, evidence: evidence.optional() }))
      .min(1)
      .max(50)
      .transform((facts, context) => factsRead(facts, context, (i) => [i])),
    reason: reason.optional(),
  })
  .meta({
    id: 'TellFacts',
    example: {
      facts: [
        { name: 'ownership', value: 'public', asOf: '2026-08-01', evidence: { reference: 'https://example.com/register/1' } },
      ],
    },
  });
export const tellFactsAnswer = z
  .strictObject({
    changed: z.boolean(),
    facts: z.array(z.enum(factNames)),
    pending: z.array(z.strictObject({ act: ourId, kind: z.enum(actKinds) })).meta({
      description:
        'What of the customer waits for a second person: that it is off a list is not known until the act is approved.',
    }),
  })
  .meta({ id: 'TellFactsAnswer' });

const factAnswer = z.strictObject({
  name: z.enum(factNames),
  label: z.string().meta({ description: 'In the language of the request.' }),
  unit: z.string().nullable(),
  value: factValue,
  asOf: businessDate,
  ageDays: z.int(),
  source: z.enum(factSources),
  evidence: z.record(z.string(), z.unknown()).nullable(),
  fresh: z.boolean(),
  freshUntil: businessDate.nullable(),
});

const warning = z.strictObject({
  id: ourId,
  customer: z.string(),
  kind: z.enum(warningKinds),
  severity: z.enum(['notice', 'warning', 'alarm']),
  words: z.string(),
  detail: z.record(z.string(), z.unknown()),
  effects: z.array(z.enum(warningEffects)),
  policyVersion: z.string(),
  raisedAt: instant,
  closedAt: instant.nullable(),
});

export const profileAnswer = z
  .strictObject({
    customer: z.strictObject({ id: ourId, externalId: z.string(), name: z.string() }),
    asOf: businessDate,
    dimensions: z.strictObject(byDimension(z.array(factAnswer))),
    stale: z.array(
      z.strictObject({
        name: z.enum(factNames),
        asOf: businessDate.nullable(),
        limitDays: z.int().nullable(),
        connector: z.enum(connectorNames).nullable(),
      }),
    ),
    connectors: z
      .array(
        z.strictObject({
          connector: z.enum(connectorNames),
          state: z.enum(['asked', 'answered', 'failed', 'unavailable']),
          words: z.string().nullable(),
          askedAt: instant,
          answeredAt: instant.nullable(),
        }),
      )
      .meta({ description: 'The newest call of each connector.' }),
    warnings: z.array(warning),
    score: z.int().nullable(),
    grade: z.string().nullable(),
    gradedAt: instant.nullable(),
    validUntil: businessDate.nullable(),
    reviewOn: businessDate.nullable(),
    maxTermsDays: z.int().nullable(),
    reasons: z.record(z.string(), z.unknown()).nullable().meta({ description: 'Of the newest assessment.' }),
    accounts: z.array(
      z.strictObject({
        currency,
        limit: money.nullable(),
        limitUntil: businessDate.nullable(),
        buckets: z.strictObject({
          reserved: money,
          ordered: money,
          delivered: money,
          open: money,
          bills: money,
          deposits: money,
        }),
        version: z.int(),
      }),
    ),
  })
  .meta({ id: 'Profile' });

export const factParams = z.strictObject({
  id: z.string().min(1).max(120),
  name: z.enum(factNames).meta({ example: 'ownership' }),
});
export const factHistoryPage = z
  .strictObject({
    data: z.array(
      z.strictObject({
        value: factValue,
        asOf: businessDate,
        source: z.enum(factSources),
        evidence: z.record(z.string(), z.unknown()).nullable(),
        recordedAt: instant,
        recordedBy: z.string(),
        current: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'FactHistory' });

export const refreshProfileBody = z.strictObject({ reason: reason.optional() }).meta({ id: 'RefreshProfile' });
export const refreshProfileAnswer = z
  .strictObject({
    asked: z
      .array(z.enum(connectorNames))
      .meta({ description: 'Connectors that are asked now; GET the profile to see what they told.' }),
    unanswerable: z
      .array(z.enum(factNames))
      .meta({ description: 'Stale or untold facts that no register connected here can tell: enter them with evidence.' }),
  })
  .meta({ id: 'RefreshProfileAnswer' });

export const warningQuery = z.strictObject({
  ...pageQuery,
  customer: line(120).optional(),
  kind: z.enum(warningKinds).optional(),
  open: z.enum(['true', 'false']).optional().meta({ description: 'true: only those whose cause still stands.' }),
});
export const warningPage = pageOf(warning.meta({ id: 'Warning' }));

export const findingQuery = z.strictObject({
  ...pageQuery,
  customer: line(120).optional(),
  kind: z.enum(findingKinds).optional(),
  open: z.enum(['true', 'false']).optional(),
});
export const findingPage = pageOf(
  z
    .strictObject({
      id: ourId,
      customer: z.string(),
      kind: z.enum(findingKinds),
      words: z.string(),
      detail: z.record(z.string(), z.unknown()),
      foundAt: instant,
      clearedAt: instant.nullable(),
    })
    .meta({ id: 'DataFinding' }),
);
