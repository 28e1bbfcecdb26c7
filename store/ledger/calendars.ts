import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { AuditFact } from '../../domain/platform/audit.ts';
import { addDays } from '../../domain/platform/calendar.ts';
import type { BusinessDate, Calendar } from '../../domain/platform/calendar.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { statutoryDays } from '../../domain/platform/statutory.ts';
import { receivableWorkflowId } from '../../domain/platform/subject.ts';
import { dueBy } from '../../domain/ledger/documents.ts';
import type { Terms } from '../../domain/ledger/documents.ts';
import { askPlanned, daysOf, lunarYears, readCalendar, replaceYear } from '../policies/calendar-rows.ts';
import type { Day } from '../policies/calendar-rows.ts';
import type { Database, Tx } from '../platform/database.ts';
import { redateDiscounts } from './discounts.ts';
import { lockReceivables } from './receivable-facts.ts';
import { recordset } from '../platform/rows.ts';
import { write } from '../platform/transaction.ts';
import type { Ask, Store } from '../platform/transaction.ts';
import { cancelWorkOrders } from '../tasks/work-orders.ts';

/** A year's notice as somebody brings it. */
export interface Notice {
  year: number;
  days: readonly Day[];
  /** Where the notice stands: its number, its address. */
  source: string;
}

/** What loading a notice changed. */
export interface LoadedNotice {
  year: number;
  changed: boolean;
  /** Receivables whose due date by our terms moved. */
  redated: number;
  /** Processes that had planned into the year and look again. */
  asked: number;
}

/**
 * Loads a year's notice: it takes the place of what was known of the year, due dates by our terms are found anew, and every process that
 * planned into it looks again. The same notice again changes nothing. Throws Refusal `calendar-unfit` at the days that cannot be.
 */
export async function loadNotice(store: Store, actor: Actor, notice: Notice, reason: string | null): Promise<LoadedNotice> {
  const { year, source } = notice;
  const days = notice.days.toSorted((a, b) => (a.date < b.date ? -1 : 1));
  const loaded = await write<LoadedNotice>(store, actor, async (work) => {
    const { tx } = work;
    // One notice at a time, and nobody reads the version of the calendar between its days and its number.
    await sql`select from clock for update`.execute(tx);
    await judgeNotice(year, notice.days);
    const before = await daysOf(tx, year);
    if (before.published && JSON.stringify(before.days) === JSON.stringify(days))
      return { value: { year, changed: false, redated: 0, asked: 0 }, audit: null };
    const { zone } = store;
    const old = await readCalendar(tx, zone);
    await replaceYear(tx, year, days, source, true);
    await sql`update clock set calendar_version = calendar_version + 1`.execute(tx);
    const redated = await redate(tx, year, old, await readCalendar(tx, zone));
    const asked = await askPlanned(tx, year);
    const ended = await cancelWorkOrders(work, { keys: [`calendar/${year}`] }, 'loaded');
    const after = { year, source, days: days.length, redated: redated.audit.length, asked };
    const audit = {
      action: 'calendar.loaded',
      subjectKind: 'calendar',
      subjectId: String(year),
      reason,
      before: { days: before.days },
      after,
    };
    return {
      value: { year, changed: true, redated: redated.audit.length, asked },
      audit: [audit, ...redated.audit, ...ended.audit],
      asks: [...redated.asks, ...ended.asks],
      events: [{ kind: 'calendar.loaded', subjectKind: 'calendar', subjectId: String(year), data: { year } }, ...ended.events],
    };
  });
  store.policies.refresh();
  return loaded;
}

/** A notice names days of its year or of the December before, each once, and leaves free what the law makes free. */
async function judgeNotice(year: number, days: readonly Day[]): Promise<void> {
  const seen = new Set<string>();
  for (const [place, { date }] of days.entries()) {
    const outside = date < `${year - 1}-12-01` || date > `${year}-12-31`;
    if (outside || seen.has(date)) throw new Refusal('calendar-unfit', { year, date }, { pointer: `/days/${place}/date` });
    seen.add(date);
  }
  const of = (await lunarYears()).find((one) => one.year === year);
  const free = new Set(days.filter((day) => day.isOffDay).map((day) => day.date));
  const missing = of && statutoryDays(of).find(({ date }) => !free.has(date));
  if (missing) throw new Refusal('calendar-unfit', { year, date: missing.date }, { pointer: '/days' });
  if (days.length === 0) throw new Refusal('calendar-unfit', { year }, { pointer: '/days' });
}

/** A year as it is known. Throws Refusal `not-found` for one nothing is known of. */
export async function readYear(
  db: Database,
  year: number,
): Promise<{ year: number; published: boolean; source: string | null; days: Day[] }> {
  const found = await daysOf(db, year);
  if (found.days.length === 0) throw new Refusal('not-found', { id: String(year) });
  return { year, ...found };
}

interface ByTerms {
  id: string;
  customerId: string;
  dueDate: BusinessDate;
  issueDate: BusinessDate;
  deliveredOn: BusinessDate | null;
  terms: Terms;
}

/** Open receivables due in the year by our terms: those that stood where the old calendar put them go where the new one does. */
async function redate(tx: Tx, year: number, old: Calendar, now: Calendar): Promise<{ audit: AuditFact[]; asks: Ask[] }> {
  const { rows } = await sql<ByTerms>`
    select r.id, r.customer_id as "customerId", r.due_date as "dueDate", i.issue_date as "issueDate", i.delivered_on as "deliveredOn",
      coalesce(i.terms_rule, jsonb_build_object('days', i.terms_days, 'from', i.terms_from)) as terms
    from receivable r join invoice i on i.id = r.invoice_id
    where i.terms_days is not null and r.stage <> 'closed' and not r.withdrawn
      and r.due_date between ${addDays(`${year}-01-01`, -31)}::date and ${addDays(`${year}-12-31`, 31)}::date order by r.id`.execute(
    tx,
  );
  await redateDiscounts(tx, year, old, now);
  const moved = rows.flatMap((row) => {
    if (dueBy(row.terms, row.issueDate, row.deliveredOn, old) !== row.dueDate) return [];
    const to = dueBy(row.terms, row.issueDate, row.deliveredOn, now);
    return to === row.dueDate ? [] : [{ ...row, to }];
  });
  await lockReceivables(
    tx,
    moved.map((row) => row.id),
  );
  if (moved.length > 0)
    await sql`update receivable r set due_date = x.due from ${recordset(
      moved.map(({ id, to }) => ({ id, due: to })),
      'id uuid, due date',
    )} where r.id = x.id`.execute(tx);
  return {
    audit: moved.map(({ id, customerId, dueDate, to }) => {
      const about = { subjectKind: 'receivable', subjectId: id, customerId };
      return { ...about, action: 'receivable.redated', reason: 'calendar.loaded', before: { dueDate }, after: { dueDate: to } };
    }),
    asks: moved.map(({ id }): Ask => ({ subject: receivableWorkflowId(id), kind: 'receivable' })),
  };
}
