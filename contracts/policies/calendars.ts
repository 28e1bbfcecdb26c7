import { z } from 'zod';
import { documentDate, line, reason, wholeNumber } from '../platform/common.ts';

const day = z.strictObject({
  name: line(60).meta({ description: 'The holiday it belongs to.', example: '元旦' }),
  date: documentDate,
  isOffDay: z.boolean().meta({ description: 'True: free. False: a weekend day that is worked instead.' }),
});

export const calendarYearParams = z.strictObject({ year: wholeNumber(2000, 2199).meta({ example: 2027 }) });

/** A year's holiday notice, as in policies/calendar. */
export const putCalendarYear = z
  .strictObject({
    days: z.array(day).min(1).max(120),
    source: line(300).meta({ description: 'Number or address of the notice.', example: '国办发明电〔2026〕7号' }),
    reason: reason.optional(),
  })
  .meta({
    id: 'PutCalendarYear',
    example: { days: [{ name: '元旦', date: '2027-01-01', isOffDay: true }], source: '国办发明电' },
  });
export const putCalendarYearAnswer = z
  .strictObject({
    year: z.int(),
    changed: z.boolean(),
    redated: z.int().meta({ description: 'Receivables whose due date by our terms moved.' }),
    asked: z.int().meta({ description: 'Processes that had planned into the year and look again.' }),
  })
  .meta({ id: 'PutCalendarYearAnswer' });

export const calendarYear = z
  .strictObject({
    year: z.int(),
    published: z.boolean().meta({ description: 'False: the notice is not loaded; only the days fixed by law are known.' }),
    source: z.string().nullable(),
    days: z.array(z.strictObject({ name: z.string(), date: z.string(), isOffDay: z.boolean() })),
  })
  .meta({ id: 'CalendarYear' });
