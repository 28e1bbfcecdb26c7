import { z } from 'zod';
import { contactWarnings } from '../../domain/outreach/governor.ts';
import { externalId, instant, instantIn, line, note, ourId, reason } from '../platform/common.ts';

export const contactKinds = ['call', 'visit', 'email', 'other'] as const;

/** A call or visit a person made. */
export const logContact = z
  .strictObject({
    customer: externalId,
    receivable: externalId.optional().meta({ description: 'Our id, or invoice and instalment.', example: 'INV-1:1' }),
    kind: z.enum(contactKinds),
    contact: externalId.optional().meta({ description: 'Who was spoken to.', example: 'c1' }),
    outcome: line(200),
    note: note(4000).default(''),
    at: instantIn.optional().meta({ description: 'Now without it.' }),
    reason: reason.optional(),
  })
  .meta({
    id: 'LogContact',
    example: { customer: 'C-1001', kind: 'call', contact: 'c1', outcome: 'Will pay on Friday', note: '' },
  });
export const logContactAnswer = z
  .strictObject({
    id: ourId,
    at: instant,
    warnings: z
      .array(z.strictObject({ code: z.enum(contactWarnings), text: z.string() }))
      .meta({ description: 'What the contact rules say against it. It is logged, and counts in the caps, all the same.' }),
  })
  .meta({ id: 'LogContactAnswer' });
