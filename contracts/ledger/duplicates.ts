import { z } from 'zod';
import { externalId, ourId, reason } from '../platform/common.ts';

/** What is in doubt of a document that looks like another one; null: nothing. */
export const duplicateView = z
  .strictObject({
    of: externalId.meta({ description: 'The document that came before it and looks the same.' }),
    state: z.enum(['suspected', 'both-right', 'duplicate']),
    reason: z.string().nullable(),
  })
  .nullable()
  .meta({ description: 'Set: the same document is here under another key, and what a person said of it.' });

/** What a person says of two documents that look the same, with the reason. */
export const sayOfDuplicate = z
  .strictObject({ reason })
  .meta({ id: 'SayOfDuplicate', example: { reason: 'Two deliveries of one day, each with its own invoice' } });

export const bothRightAnswer = z
  .strictObject({ id: ourId, externalId, duplicate: duplicateView })
  .meta({ id: 'BothRightAnswer' });
