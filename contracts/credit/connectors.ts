import { z } from 'zod';
import { lists } from '../../domain/credit/facts.ts';
import { isCurrency } from '../../domain/platform/money.ts';
import { documentDate, sinceDate, untilDate } from '../platform/common.ts';

/**
 * What registers answer, as docs/connectors.md has it. Fields beyond these are let pass and not read, so that a register may grow; those
 * here must fit. Null and absent mean the same: not known.
 */
const envelope = { taxId: z.string().min(1).max(40), asOf: documentDate };

const amount = z.object({
  currency: z.string().refine(isCurrency),
  minor: z.int(),
});

export const bureauAnswer = z.object({
  ...envelope,
  registeredOn: sinceDate.nullish(),
  registrationState: z.enum(['active', 'abnormal', 'suspended', 'revoked', 'cancelled', 'unknown']),
  ownership: z.enum(['public', 'state', 'private', 'foreign', 'mixed']).nullish(),
  registeredCapital: amount.nullish(),
  netAssets: amount.nullish(),
  taxCreditRating: z.enum(['A', 'B', 'M', 'C', 'D']).nullish(),
  score: z.int().min(0).max(1000).nullish(),
});
export type BureauAnswer = z.output<typeof bureauAnswer>;

export const licencesAnswer = z.object({
  ...envelope,
  licences: z
    .array(
      z.object({
        number: z.string().min(1).max(80),
        state: z.enum(['valid', 'suspended', 'revoked', 'expired']),
        validUntil: untilDate,
      }),
    )
    .max(100),
});
export type LicencesAnswer = z.output<typeof licencesAnswer>;

export const courtListAnswer = z.object({
  ...envelope,
  entries: z
    .array(
      z.object({
        list: z.enum(lists),
        since: sinceDate.nullish(),
        reference: z.string().min(1).max(200).nullish(),
      }),
    )
    .max(100),
  openCases: z.int().min(0).max(1_000_000),
});
