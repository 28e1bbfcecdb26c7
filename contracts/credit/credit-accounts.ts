import { z } from 'zod';
import { buckets } from '../../domain/credit/exposure.ts';
import {
  amount,
  amountOrZero,
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
  rate,
  reason,
  toMinor,
  untilDate,
} from '../platform/common.ts';
import { filterFrom } from '../platform/dates.ts';
import { fault, written } from '../platform/faults.ts';

const on = z.enum(['payer', 'group']).meta({ description: "The account of the customer's payer, or that of its group." });
const limitKind = z.enum(['standing', 'temporary']);
const inOrder = ({
  validFrom,
  validUntil,
}: {
  validFrom?: string | undefined;
  validUntil?: string | null | undefined;
}): boolean => validFrom === undefined || validUntil === undefined || validUntil === null || validFrom <= validUntil;

/** A limit brought along when going live; later ones are applied for. */
export const postLimit = z
  .strictObject({
    externalId,
    customer: externalId,
    on: on.default('payer'),
    kind: limitKind.default('standing'),
    amount: amountOrZero.meta({ description: 'Zero: nothing more on credit, from that day on.' }),
    currency,
    validFrom: documentDate.optional(),
    validUntil: untilDate.optional(),
    reason,
  })
  .superRefine(amountsIn('amount'))
  .refine(inOrder, fault('order'))
  .meta({
    id: 'PostLimit',
    example: {
      externalId: 'CL-1',
      customer: 'C-1001',
      amount: '500000.00',
      currency: 'CNY',
      validUntil: '2027-08-31',
      reason: 'Brought along from the old system',
    },
  });

/** The opening limit a body stands for. */
export function limitDocument({ amount: text, validFrom, validUntil, ...limit }: z.output<typeof postLimit>) {
  const amountMinor = toMinor(text, limit.currency, '/amount');
  return { ...limit, amountMinor, validUntil: validUntil ?? null, ...(validFrom !== undefined && { validFrom }) };
}

export const postLimitAnswer = z
  .strictObject({
    id: ourId,
    externalId,
    over: money.meta({ description: 'What the account could owe beyond the limit now in force.' }),
  })
  .meta({ id: 'PostLimitAnswer' });

export const endLimit = z.strictObject({ reason }).meta({ id: 'EndLimit', example: { reason: 'The tender is over' } });
export const endLimitAnswer = z.strictObject({ id: ourId, changed: z.boolean() }).meta({ id: 'EndLimitAnswer' });

export const byCustomerQuery = z.strictObject({ ...pageQuery, customer: externalId });
export const limitAnswer = z
  .strictObject({
    id: ourId,
    externalId: externalId.nullable(),
    on,
    account: externalId,
    kind: limitKind,
    amount: money,
    currency,
    validFrom: businessDate,
    validUntil: businessDate.nullable(),
    applicationId: ourId.nullable(),
    setBy: z.string(),
    reason: z.string(),
    setAt: instant,
    revokedAt: instant.nullable(),
  })
  .meta({ id: 'CreditLimit' });
export const limitPage = pageOf(limitAnswer);

const securityKind = z.enum(['guarantee', 'deposit', 'insurance', 'mortgage', 'letter-of-credit', 'other']);
const effect = z
  .enum(['raises-limit', 'lowers-exposure'])
  .meta({ description: 'Raises the limit by value × share, or lowers the exposure by it; never both.' });

export const putSecurity = z
  .strictObject({
    customer: externalId,
    kind: securityKind,
    effect,
    value: amount,
    currency,
    share: rate.meta({
      description: 'What of the value counts: the percentage that raises the limit, or 1 − haircut.',
      example: '0.5',
    }),
    validFrom: documentDate,
    validUntil: untilDate.optional(),
    evidence: z.record(z.string().max(60), line(500)).optional(),
    reason: reason.optional(),
  })
  .superRefine(amountsIn('value'))
  .refine(inOrder, fault('order'))
  .meta({
    id: 'PutSecurity',
    example: {
      customer: 'C-1001',
      kind: 'guarantee',
      effect: 'raises-limit',
      value: '50000.00',
      currency: 'CNY',
      share: '0.5',
      validFrom: '2026-01-01',
      validUntil: '2027-12-31',
      evidence: { document: 'G-2026-17' },
    },
  });

/** The security a body stands for; why it is recorded stands apart. */
export function securityDocument(id: string, body: z.output<typeof putSecurity>) {
  const { customer, kind, share, validFrom } = body;
  return {
    ...{ externalId: id, customer, kind, share, validFrom },
    effect: body.effect,
    valueMinor: toMinor(body.value, body.currency, '/value'),
    currency: body.currency,
    validUntil: body.validUntil ?? null,
    evidence: body.evidence ?? null,
  };
}

export const putSecurityAnswer = z
  .strictObject({ id: ourId, externalId, changed: z.boolean() })
  .meta({ id: 'PutSecurityAnswer' });
export const releaseSecurity = z.strictObject({ reason }).meta({ id: 'ReleaseSecurity' });
export const releaseSecurityAnswer = z.strictObject({ id: ourId, changed: z.boolean() }).meta({ id: 'ReleaseSecurityAnswer' });
export const securityAnswer = z
  .strictObject({
    id: ourId,
    externalId,
    account: externalId,
    kind: securityKind,
    effect,
    value: money,
    currency,
    share: z.string(),
    validFrom: businessDate,
    validUntil: businessDate.nullable(),
    evidence: z.record(z.string(), z.unknown()).nullable(),
    releasedAt: instant.nullable(),
  })
  .meta({ id: 'Security' });
export const securityPage = pageOf(securityAnswer);

const exchange = z
  .string()
  .max(30)
  .regex(written(/^(?:0|[1-9]\d{0,8})(?:\.\d{1,10})?$/, 'exchange-rate'))
  .refine((text) => /[1-9]/.test(text), fault('exchange-rate'))
  .meta({ description: 'One unit of the base in the quote currency; at most ten decimals.', example: '7.1234' });
export const postRate = z
  .strictObject({
    base: currency,
    quote: currency,
    on: documentDate.meta({ description: 'It counts from this day until a newer one is on file.' }),
    rate: exchange,
    source: line(120),
    reason: reason.optional(),
  })
  .refine(({ base, quote }) => base !== quote, { ...fault('two-currencies'), path: ['quote'] })
  .meta({
    id: 'PostRate',
    example: { base: 'USD', quote: 'CNY', on: '2026-08-31', rate: '7.1234', source: 'PBOC central parity' },
  });
export const postRateAnswer = z.strictObject({ changed: z.boolean() }).meta({ id: 'PostRateAnswer' });
export const rateQuery = z.strictObject({ ...pageQuery, base: currency.optional(), quote: currency.optional() });
export const rateAnswer = z
  .strictObject({
    base: currency,
    quote: currency,
    on: businessDate,
    rate: z.string(),
    source: z.string(),
    recordedBy: z.string(),
    recordedAt: instant,
  })
  .meta({ id: 'ExchangeRate' });
export const ratePage = pageOf(rateAnswer);

const position = z
  .strictObject({
    account: externalId,
    currency,
    version: z.int(),
    exposure: money.meta({ description: 'What counts today, of all accounts judged by this limit.' }),
    limit: money
      .nullable()
      .meta({ description: 'With what guarantees add; 0 when every limit has expired; null: none on file.' }),
    limitKind: limitKind.nullable(),
    raised: money,
    expiredOn: businessDate.nullable(),
    headroom: money.nullable(),
    unconverted: z
      .array(z.strictObject({ currency, amount: money }))
      .meta({ description: 'What has no rate on file: it is owed all the same, and counts when there is one.' }),
  })
  .meta({ id: 'Position' });
const bucket = z.enum(buckets);
const parts = { reserved: money, ordered: money, delivered: money, open: money, bills: money, deposits: money };

export const exposureQuery = z.strictObject({
  currency: currency.optional().meta({ description: "Of the orders to be judged; the customer's own without it." }),
  asOf: filterFrom.optional().meta({ description: 'A day of the past: as the accounts stood at its end; now without it.' }),
});
export const exposureAnswer = z
  .strictObject({
    customer: externalId,
    asOf: businessDate,
    horizon: businessDate.meta({ description: 'Orders that ship later do not count yet.' }),
    payer: position.nullable().meta({ description: 'Null: no limit, order or security so far.' }),
    group: position.nullable(),
    accounts: z.array(
      z.strictObject({
        on,
        account: externalId,
        currency,
        version: z.int(),
        counted: money,
        buckets: z.strictObject(parts),
        dated: z
          .array(z.strictObject({ bucket, on: businessDate, amount: money }))
          .meta({ description: 'By ship, due or clearing date.' }),
        limits: z.array(
          z.strictObject({ kind: limitKind, amount: money, validFrom: businessDate, validUntil: businessDate.nullable() }),
        ),
        securities: z.array(
          z.strictObject({
            effect,
            value: money,
            share: z.string(),
            counts: money,
            validFrom: businessDate,
            validUntil: businessDate.nullable(),
          }),
        ),
      }),
    ),
    documents: z
      .array(
        z.strictObject({
          bucket,
          document: z.enum(['order', 'invoice', 'payment', 'credit-note']),
          externalId,
          customer: externalId,
          on: businessDate.nullable(),
          amount: money,
          currency,
        }),
      )
      .meta({ description: "What the payer's buckets are made of, the largest first, at most 500; none of a past day." }),
  })
  .meta({ id: 'Exposure' });
