import { z } from 'zod';
import { channels } from '../../domain/outreach/governor.ts';
import { messageStates } from '../../domain/outreach/message.ts';
import { externalId, instant, ourId, pageOf, pageQuery } from '../platform/common.ts';

export const messageQuery = z.strictObject({
  ...pageQuery,
  customer: externalId.optional(),
  receivable: externalId.optional(),
  channel: z.enum(channels).optional(),
  state: z.enum(messageStates).optional(),
});

const shape = {
  id: ourId,
  customer: externalId,
  receivables: z.array(ourId),
  rungs: z.array(z.string()),
  contact: z.string().nullable().meta({ description: "The customer's contact, by the caller's id." }),
  channel: z.enum(channels),
  template: z.string(),
  class: z.string(),
  language: z.enum(['zh', 'en']),
  state: z.enum(messageStates),
  stateText: z
    .string()
    .meta({ description: 'The state in the language of the request; of one that is kept here: that it was not sent.' }),
  reason: z.string().nullable(),
  reasonText: z.string().nullable().meta({ description: 'The reason in the language of the request.' }),
  outbox: z.boolean().meta({ description: 'Kept here, and final: `reason` says why nothing left.' }),
  subject: z.string().nullable(),
  at: instant,
  sentAt: instant.nullable().meta({ description: 'When a provider took it; null while none has, and of one that is kept here.' }),
  deliveredAt: instant.nullable(),
};

export const messagePage = pageOf(z.strictObject(shape).meta({ id: 'MessageRow' }));
export const messageAnswer = z
  .strictObject({
    ...shape,
    body: z.string(),
    fallbackOf: ourId.nullable(),
    receipts: z.array(z.strictObject({ status: z.string(), code: z.string().nullable(), at: instant })),
  })
  .meta({ id: 'Message' });
