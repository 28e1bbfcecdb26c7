import { z } from 'zod';
import { channels } from '../../domain/outreach/governor.ts';
import { externalId, instant, reason } from '../platform/common.ts';

/** One way to one person: the customer's contact and a channel. */
const way = {
  contact: externalId.meta({ description: "The customer's contact, by the caller's id.", example: 'c1' }),
  channel: z.enum(channels),
};

export const changeOptOut = z
  .strictObject({ ...way, reason })
  .meta({ id: 'ChangeOptOut', example: { contact: 'c1', channel: 'email', reason: 'Asked by phone' } });

export const optOut = z
  .strictObject({
    ...way,
    at: instant,
    source: z.string().meta({ description: 'Where it came from: the provider, a reply, a person.' }),
    liftedAt: instant.nullable().meta({ description: 'Null: it stands, nothing is sent this way.' }),
  })
  .meta({ id: 'OptOut' });
export const optOuts = z.strictObject({ data: z.array(optOut) });
