import { z } from 'zod';
import { filterFrom, filterTo } from '../platform/dates.ts';
import {
  amount,
  businessDate,
  currency,
  externalId,
  instant,
  money,
  ourId,
  pageOf,
  pageQuery,
  reason,
} from '../platform/common.ts';

export const writeOff = z
  .strictObject({ amount: amount.optional().meta({ description: 'Without it: all that is open.' }), reason })
  .meta({ id: 'WriteOff', example: { reason: 'Insolvency closed without assets' } });
export const reverseWriteOff = z
  .strictObject({ reason })
  .meta({ id: 'ReverseWriteOff', example: { reason: 'The administrator announced a dividend' } });

export const writeOffQuery = z.strictObject({
  ...pageQuery,
  customer: externalId.optional(),
  from: filterFrom.optional(),
  to: filterTo.optional(),
});

export const writeOffRow = z
  .strictObject({
    id: ourId,
    receivableId: ourId,
    invoice: externalId,
    instalment: z.int(),
    customer: externalId,
    currency,
    amount: money,
    writtenOffOn: businessDate,
    reason: z.string(),
    by: z.string(),
    reversedOn: businessDate.nullable(),
    reversalReason: z.string().nullable(),
    postedAt: instant,
  })
  .meta({ id: 'WriteOffRow' });
export const writeOffPage = pageOf(writeOffRow);

export const writeOffFiguresQuery = z.strictObject({
  customer: externalId.optional(),
  from: filterFrom,
  to: filterFrom.meta({ description: 'Last day.' }),
});

/** Net bad debt is what was written off, less what was taken back and recovered. */
export const writeOffFigures = z
  .strictObject({
    from: businessDate,
    to: businessDate,
    figures: z.array(
      z.strictObject({
        currency,
        writtenOff: money,
        takenBack: money,
        recovered: money.meta({ description: 'By value date, less what went back.' }),
        net: money.meta({ description: 'Written off, less taken back, less recovered.' }),
      }),
    ),
  })
  .meta({ id: 'WriteOffFigures' });
