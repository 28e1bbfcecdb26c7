import { z } from 'zod';
import { differenceKinds } from '../domain/reconciliation/difference.ts';
import { businessDate, currency, externalId, money, ourId } from './common.ts';

export const differenceKind = z.enum(differenceKinds);
export const difference = money.meta({ description: "The customer's books less ours." });

export const standingAnswer = z
  .strictObject({
    customer: externalId,
    mode: z.enum(['normal', 'strict']).meta({ description: 'The rule of policy `credit-rules` that holds for this customer.' }),
    unconfirmedSince: businessDate
      .nullable()
      .meta({ description: 'Day of the first statement since the last answer that waits for one; null: none does.' }),
    lastConfirmedOn: businessDate.nullable(),
    lastAgreedOn: businessDate.nullable().meta({ description: "Date of the last statement of the customer's own that agrees." }),
    openDifferences: z.array(
      z.strictObject({
        id: ourId,
        kind: differenceKind,
        amount: difference,
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
