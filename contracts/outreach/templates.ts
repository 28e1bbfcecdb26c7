import { z } from 'zod';
import { channels } from '../../domain/outreach/governor.ts';
import { businessDate, documentDate } from '../platform/dates.ts';
import { flag, instant, line, note, pageOf, pageQuery, reason, wholeNumber } from '../platform/common.ts';
import { fault, written } from '../platform/faults.ts';

export const messageClasses = ['notice', 'reminder', 'demand', 'statement', 'neutral'] as const;

export const templateQuery = z.strictObject({
  ...pageQuery,
  id: line(60).optional(),
  language: z.enum(['zh', 'en']).optional(),
  channel: z.enum(channels).optional(),
  proposed: flag
    .optional()
    .meta({ description: 'true: versions that wait for a second person, in the place of those in force.' }),
});

const doubtful = z.array(z.string()).meta({
  description:
    'Sentences that are nearer to what no letter may say (threats, shame, third parties, untrue law, jargon) than to what letters say, for the approver to read.',
});

const template = z
  .strictObject({
    id: z.string(),
    language: z.enum(['zh', 'en']),
    channel: z.enum(channels),
    version: z.int(),
    class: z.enum(messageClasses),
    tone: z.string(),
    subject: z.string().nullable(),
    body: z.string().meta({ description: 'Liquid.' }),
    providerTemplate: z.string().nullable(),
    current: z.boolean().meta({ description: 'In force today.' }),
    effectiveFrom: businessDate,
    author: z.string(),
    approvedBy: z.string().nullable().meta({ description: 'Null: it waits for a second person.' }),
    createdAt: instant,
    doubtful,
  })
  .meta({ id: 'Template' });
export const templatePage = pageOf(template);
export const templateVersions = z
  .strictObject({ data: z.array(template) })
  .meta({ description: 'All versions, the newest first.' });

const templateId = z
  .string()
  .max(60)
  .regex(written(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'key'))
  .meta({ example: 'overdue-first' });
export const templateParams = z.strictObject({
  id: templateId,
  language: z.enum(['zh', 'en']).meta({ example: 'en' }),
  channel: z.enum(channels).meta({ example: 'email' }),
});

export const newTemplate = z
  .strictObject({
    ...templateParams.shape,
    class: z
      .enum(messageClasses)
      .meta({ description: 'The same for all languages and channels of an id; SMS carries `neutral` only.' }),
    tone: z.enum(['neutral', 'soft', 'firm']).default('neutral'),
    subject: line(400).optional().meta({ description: 'Liquid; not for SMS.' }),
    body: note(20_000)
      .refine((text) => text.trim() !== '', fault('text'))
      .meta({ description: 'Liquid, in strict mode.' }),
    providerTemplate: line(120).optional().meta({ description: "The provider's id of the approved text." }),
    effectiveFrom: documentDate
      .optional()
      .meta({ description: 'The first day it is in force, once approved; today when it is left out.' }),
    reason,
  })
  .meta({
    id: 'NewTemplate',
    example: {
      id: 'overdue-first',
      language: 'en',
      channel: 'email',
      class: 'reminder',
      subject: 'A friendly reminder from {{ seller.name }}',
      body: 'Dear {{ contact.name }}, {{ count }} item(s) are still open. Please call us if anything is unclear.',
      reason: 'Shorter',
    },
  });
const templateVersion = templateParams.extend({ version: z.int() });
export const newTemplateAnswer = templateVersion.extend({ doubtful }).meta({ id: 'NewTemplateAnswer' });

export const templateVersionParams = templateParams.extend({ version: wholeNumber(1, 1_000_000) });
export const approveTemplate = z.strictObject({ reason: reason.optional() }).meta({ id: 'ApproveTemplate' });
export const approveTemplateAnswer = templateVersion
  .extend({ effectiveFrom: businessDate, approvedBy: z.string() })
  .meta({ id: 'ApproveTemplateAnswer' });
