import {
  calendarYear,
  calendarYearParams,
  putCalendarYear,
  putCalendarYearAnswer,
} from '../../../contracts/policies/calendars.ts';
import { loadNotice, readYear } from '../../../store/ledger/calendars.ts';
import { route } from '../../route.ts';
import type { RouteSpec } from '../../route.ts';
import type { Services } from '../../services.ts';

/** Public holidays, year by year. */
export function calendarRoutes({ store }: Services): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/v1/calendar-years/{year}',
      verb: 'signed-in',
      tag: 'System',
      summary: 'What is known of a year: its notice, or the days fixed by law',
      params: calendarYearParams,
      answers: { 200: { description: 'The days that differ from the week.', schema: calendarYear } },
      async handle({ params }) {
        return { status: 200, body: await readYear(store.db, params.year) };
      },
    }),
    route({
      method: 'put',
      path: '/v1/calendar-years/{year}',
      verb: 'calendar.write',
      tag: 'System',
      summary: "Load a year's holiday notice: due dates by our terms and all that is planned into the year are found anew",
      params: calendarYearParams,
      body: putCalendarYear,
      answers: { 200: { description: 'Loaded, or the same as before.', schema: putCalendarYearAnswer } },
      async handle({ actor, params, body }) {
        const { days, source, reason = null } = body;
        return { status: 200, body: await loadNotice(store, actor, { year: params.year, days, source }, reason) };
      },
    }),
  ];
}
