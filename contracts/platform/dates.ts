import { z } from 'zod';
import { brokenBounds, NO_END } from '../../domain/platform/date-bounds.ts';
import type { DateKind } from '../../domain/platform/date-bounds.ts';
import { dateOf, isBusinessDate, parseInstant } from '../../domain/platform/calendar.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { fault, refused } from './faults.ts';

/** The business day by which the request at hand is read; null outside of one. */
let dayAtHand: BusinessDate | null = null;

/** Reads something by its schema (at once, not later) with its dates bounded as seen from this business day. */
export function readOn<T>(today: BusinessDate | null, read: () => T): T {
  const before = dayAtHand;
  dayAtHand = today;
  try {
    return read();
  } finally {
    dayAtHand = before;
  }
}

/** A day in an answer, in the seller's zone: whatever the record holds. */
export const businessDate = z
  .string()
  .max(10)
  .refine(isBusinessDate, fault('date'))
  .meta({ id: 'BusinessDate', format: 'date', description: "A day in the seller's zone.", example: '2026-09-01' });

/** The bounds that a date breaks, as an issue; dates outside them never come in, so that nothing has to count with them. */
export function boundDate(kind: DateKind, context: z.RefinementCtx, date: unknown, path: (string | number)[] = []): void {
  if (typeof date !== 'string' || !isBusinessDate(date)) return;
  const bounds = brokenBounds(kind, date, dayAtHand);
  if (bounds) context.addIssue({ code: 'custom', path, ...refused('date-out-of-bounds', { date, ...bounds }) });
}

const bounded = (kind: DateKind, description: string) =>
  z
    .string()
    .max(10)
    .refine(isBusinessDate, fault('date'))
    .superRefine((date, context) => boundDate(kind, context, date))
    .meta({ format: 'date', description, example: '2026-09-01' });

/** A day in a document: at most 30 years before or after the business day. */
export const documentDate = bounded('document', "A day in the seller's zone, at most 30 years from today.");

/** A day of long ago, such as a founding: from 1800 on. */
export const sinceDate = bounded('since', "A day in the seller's zone, from 1800-01-01 on.");

/** The last day of a validity. Null, or the ERP's usual 9999-12-31, says that there is none: read as null. */
export const untilDate = z
  .string()
  .max(10)
  .refine(isBusinessDate, fault('date'))
  .superRefine((date, context) => boundDate('document', context, date === NO_END ? null : date))
  .transform((date) => (date === NO_END ? null : date))
  .nullable()
  .meta({
    format: 'date',
    description: 'Last day, at most 30 years from today. Null or 9999-12-31: no end.',
    example: '2027-12-31',
  });

/** First day of a search. */
export const filterFrom = bounded('filter', 'First day, from 1800-01-01 on.');

/** Last day of a search; 9999-12-31 says that there is none. */
export const filterTo = z
  .string()
  .max(10)
  .refine(isBusinessDate, fault('date'))
  .superRefine((date, context) => boundDate('filter', context, date === NO_END ? null : date))
  .transform((date) => (date === NO_END ? undefined : date))
  .meta({ format: 'date', description: 'Last day. 9999-12-31: no end.', example: '2026-12-31' });

/** A moment in an answer: RFC 3339 in UTC with milliseconds. */
export const instant = z
  .string()
  .refine((text) => parseInstant(text) === text, fault('instant'))
  .meta({ id: 'Instant', format: 'date-time', description: 'RFC 3339, UTC.', example: '2026-12-31T10:00:00.000Z' });

/** A moment in a request: any RFC 3339 time with an offset, at most 30 years from today, read as the house's instant in UTC. */
export const instantIn = z
  .string()
  .max(40)
  .transform((text, context) => {
    const parsed = parseInstant(text);
    if (parsed === undefined) {
      context.addIssue({ code: 'custom', ...fault('instant') });
      return z.NEVER;
    }
    boundDate('document', context, dateOf(parsed, 'UTC'));
    return parsed;
  })
  .meta({ format: 'date-time', description: 'RFC 3339 with an offset.', example: '2026-12-31T18:00:00+08:00' });
