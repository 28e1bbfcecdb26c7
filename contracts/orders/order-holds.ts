import { z } from 'zod';
import { holdVerdicts, orderHoldStates } from '../../domain/orders/order-hold.ts';
import { amount, currency, externalId, instant, money, ourId, pageOf, pageQuery, reason } from '../platform/common.ts';
import { fault } from '../platform/faults.ts';
import { linesOnce, quantity } from '../platform/lines.ts';
import { orderReason } from './orders.ts';
import { seat } from '../approvals/route-seats.ts';

export const orderHoldQuery = z.strictObject({
  ...pageQuery,
  customer: externalId.optional(),
  state: z.enum(orderHoldStates).optional(),
});

const listed = {
  id: ourId,
  order: z.string().meta({ description: "The caller's id of the order." }),
  orderId: ourId,
  customer: z.string(),
  customerName: z.string(),
  state: z.enum(orderHoldStates),
  stateText: z.string().meta({ description: 'The state in the language of the request.' }),
  currency,
  amount: money,
  held: money.meta({ description: 'What of the order is held now.' }),
  forced: z.boolean().meta({ description: 'Only a decision can release it: no room that is made does.' }),
  reasons: z.array(orderReason),
  requestedBy: z.string().meta({ description: 'The user who asked for what is decided, by our id: does not decide.' }),
  round: z
    .int()
    .meta({ description: 'Rises when the order is changed while it is held; approvals of an earlier round do not count.' }),
  openedAt: instant,
  expiresAt: instant,
  closedAt: instant.nullable(),
  plan: z.strictObject({ step: z.string(), at: instant.nullable(), code: z.string(), why: z.string() }),
};
export const orderHoldListed = z.strictObject(listed).meta({ id: 'OrderHoldListed' });
export const orderHoldPage = pageOf(orderHoldListed);

const offer = z.strictObject({
  as: z.enum(['reserved', 'prepaid']),
  lines: z
    .array(z.strictObject({ line: z.int(), amount: money }))
    .nullable()
    .meta({ description: 'Null: all that is held.' }),
});

export const orderHoldAnswer = z
  .strictObject({
    ...listed,
    lines: z.array(
      z.strictObject({
        line: z.int(),
        item: z.string(),
        quantity: z.string(),
        shippedQuantity: z.string(),
        amount: money,
        held: money,
      }),
    ),
    offer: offer.meta({ description: 'The current proposal: all that is held, or less as an earlier tier decided.' }),
    route: z.array(seat),
    earlierRounds: z.array(seat.extend({ round: z.int() })),
    exposureVersion: z.int().meta({ description: 'To be sent back with a decision.' }),
    policyVersion: z.string().nullable().meta({ example: 'approval-matrix/1' }),
    outcome: z.record(z.string(), z.unknown()).nullable(),
    dossierHash: z.string().nullable().meta({ description: 'Of the credit file that was decided on last.' }),
    dossier: z.record(z.string(), z.unknown()).meta({
      description:
        'Profile, exposure, open and overdue items, trades, reconciliation, contacts, promises, disputes, assessment, order and path.',
    }),
  })
  .meta({ id: 'OrderHold' });

const line = z
  .strictObject({
    line: z.int().min(1).max(99_999),
    quantity: quantity.optional(),
    amount: amount.optional(),
  })
  .refine((one) => (one.quantity === undefined) !== (one.amount === undefined), fault('one'))
  .meta({ description: 'How much of a line may go: of its quantity, or as an amount.' });

export const orderHoldDecision = z
  .strictObject({
    verdict: z.enum(holdVerdicts).meta({
      description:
        '`release`: all of the current proposal; `part`: the lines named; `prepay`: all or the lines named, against money paid before; `reject`: nothing.',
    }),
    lines: z.array(line).min(1).max(1000).refine(linesOnce, fault('duplicate')).optional(),
    reason,
    exposureVersion: z.int().min(0).meta({ description: 'As shown with the credit file.', example: 3 }),
    round: z
      .int()
      .min(1)
      .optional()
      .meta({ description: 'As shown; needed once the order was changed while it was held.', example: 1 }),
  })
  .superRefine(({ verdict, lines }, context) => {
    const named = lines !== undefined;
    if (verdict === 'part' && !named) context.addIssue({ code: 'custom', path: ['lines'], ...fault('lines-missing') });
    if ((verdict === 'release' || verdict === 'reject') && named)
      context.addIssue({ code: 'custom', path: ['lines'], ...fault('lines-given') });
  })
  .meta({
    id: 'OrderHoldDecision',
    example: {
      verdict: 'part',
      lines: [{ line: 1, quantity: '1' }],
      reason: 'Payment promised for Friday, half of it can go',
      exposureVersion: 3,
    },
  });
export const orderHoldDecided = z
  .strictObject({ state: z.enum(orderHoldStates), round: z.int(), route: z.array(seat) })
  .meta({ id: 'OrderHoldDecided' });
