import { z } from 'zod';
import { businessDate, currency, externalId, instant, money, ourId, pageOf, pageQuery } from '../platform/common.ts';

export const legalStates = ['demand', 'path', 'waiting', 'closed'] as const;

export const legalQuery = z.strictObject({
  ...pageQuery,
  state: z.enum(legalStates).optional(),
  customer: externalId.optional(),
});

export const legalAnswer = z
  .strictObject({
    id: ourId,
    customer: externalId,
    customerName: z.string(),
    currency,
    state: z.enum(legalStates),
    open: money,
    openedAt: instant,
    closedAt: instant.nullable(),
    receivables: z.array(
      z.strictObject({
        id: ourId,
        invoice: externalId,
        instalment: z.int(),
        dueDate: businessDate,
        open: money,
        joinedAt: instant,
      }),
    ),
    tasks: z.array(z.strictObject({ id: ourId, kind: z.string(), state: z.string(), role: z.string(), dueAt: instant })),
  })
  .meta({ id: 'LegalCase' });
export const legalPage = pageOf(legalAnswer);
