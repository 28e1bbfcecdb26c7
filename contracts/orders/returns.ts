import { z } from 'zod';
import { returnCredits, returnStates } from '../../domain/orders/returns.ts';
import {
  businessDate,
  currency,
  documentDate,
  externalId,
  instant,
  money,
  ourId,
  pageOf,
  pageQuery,
  reason,
} from '../platform/common.ts';
import { shippedLines } from './orders.ts';

/** Goods of an order that came back. */
export const putReturn = z
  .strictObject({
    order: externalId.meta({ description: "The caller's id of the order.", example: 'SO-1' }),
    lines: shippedLines,
    returnedOn: documentDate,
    reason,
  })
  .meta({
    id: 'PutReturn',
    example: { order: 'SO-1', lines: [{ line: 1, quantity: '1' }], returnedOn: '2026-09-01', reason: 'Damaged on arrival' },
  });

export const withdrawReturn = z
  .strictObject({ reason })
  .meta({ id: 'WithdrawReturn', example: { reason: 'Entered for the wrong order' } });

export const goodsReturn = z
  .strictObject({
    id: ourId,
    externalId,
    order: externalId,
    customer: externalId,
    currency,
    returnedOn: businessDate,
    reason: z.string(),
    state: z.enum(returnStates),
    stateText: z.string().meta({ description: 'The state in the language of the request.' }),
    amount: money.meta({ description: 'What the goods are worth of their order, tax as the order has it.' }),
    delivered: money.meta({ description: 'Of that: was delivered and not invoiced, and is owed no more.' }),
    invoiced: money.meta({ description: 'Of that: was invoiced, so that a credit note is due. The rest counted no more.' }),
    credit: z.enum(returnCredits).meta({
      description:
        'What became of the invoiced part. `conceded`: neither asked for nor overdue until its credit note comes; `waits`: a second person is asked first.',
    }),
    creditText: z.string().meta({ description: 'The same in the language of the request.' }),
    pendingAct: ourId.nullable().meta({ description: 'The act that waits for a second person.' }),
    lines: z.array(
      z.strictObject({
        line: z.int(),
        quantity: z.string(),
        amount: money,
        delivered: money,
        invoices: z.array(z.strictObject({ invoice: externalId, amount: money })),
      }),
    ),
    postedBy: z.string(),
    postedAt: instant,
    withdrawnAt: instant.nullable(),
  })
  .meta({ id: 'GoodsReturn' });
export const goodsReturnPage = pageOf(goodsReturn);

export const returnQuery = z.strictObject({
  ...pageQuery,
  customer: externalId.optional(),
  order: externalId.optional(),
  state: z.enum(returnStates).optional(),
});
