import { z } from 'zod';
import { channels } from '../domain/collection/governor.ts';
import { instant, line, pageOf, pageQuery } from './common.ts';

export const messageClasses = ['notice', 'reminder', 'demand', 'statement', 'neutral'] as const;

export const templateQuery = z.strictObject({
  ...pageQuery,
  id: line(60).optional(),
  language: z.enum(['zh', 'en']).optional(),
  channel: z.enum(channels).optional(),
});

export const templatePage = pageOf(
  z
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
      author: z.string(),
      createdAt: instant,
    })
    .meta({ id: 'Template' }),
);
