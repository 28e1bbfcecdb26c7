import { z } from 'zod';
import { channels } from '../../domain/outreach/governor.ts';
import { documentDate, line, reason } from '../platform/common.ts';
import { written } from '../platform/faults.ts';
import { messageClasses } from './templates.ts';

const time = z.string().regex(written(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, 'clock-time'));

/** Hours, caps and channels of customer contact. */
export const contactRules = z.strictObject({
  zone: line(60),
  quietFrom: time,
  quietTo: time,
  windowFrom: time,
  windowTo: time,
  perDay: z.int().min(1).max(20),
  perWeek: z.int().min(1).max(50),
  minutesPerSlot: z.int().min(1).max(1440),
  gatherSeconds: z.int().min(0).max(86_400),
  receiptHours: z.int().min(1).max(720),
  legalPassesOptOut: z.boolean().optional(),
  fallback: z
    .strictObject({ fromStage: z.enum(['due', 'reminder', 'escalation', 'legal']), perWeek: z.int().min(1).max(50) })
    .optional(),
  enforcementOff: z.strictObject({ reason, until: documentDate }).optional(),
  channels: z.record(z.enum(messageClasses), z.array(z.enum(channels)).min(1)),
});
