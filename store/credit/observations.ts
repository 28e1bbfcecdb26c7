import { sql } from 'kysely';
import { addMonths, endOfMonth } from '../../domain/platform/calendar.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import type { FactName } from '../../domain/credit/facts.ts';
import type { Fact, Facts, FactValue } from '../../domain/credit/profile.ts';
import type { Observation } from '../../domain/credit/scorecard-fit.ts';
import type { Database } from '../platform/database.ts';

export interface History {
  from: BusinessDate;
  until: BusinessDate;
  /** Who pays an instalment this many days late, or not at all, within the months after a day went bad. */
  badDays: number;
  months: number;
}

/** Months' ends at which customers are looked at: what fell due in the months after them must be known by `until`. */
export function observationDays({ from, until, months, badDays }: History): BusinessDate[] {
  const days: BusinessDate[] = [];
  for (let day = endOfMonth(from); addMonths(day, months + Math.ceil(badDays / 30)) <= until; day = endOfMonth(addMonths(day, 1)))
    days.push(day);
  return days;
}

interface Row {
  day: BusinessDate;
  type: string;
  tier: string | null;
  region: string | null;
  daysBeyondTerms: number | null;
  onTimeShare: number | null;
  oldestOverdueDays: number;
  brokenPromises: number;
  disputesUpheld: number;
  disputesRejected: number;
  tradeMonths: number;
  bad: boolean;
}

/**
 * What our books told of each customer on each of these days, and whether it went bad in the months after. Only what was known on the day
 * counts: money that came later is no money. Customers of whom nothing fell due after the day say nothing.
 */
export async function observe(db: Database, history: History): Promise<Observation[]> {
  const observed: Observation[] = [];
  for (const day of observationDays(history)) observed.push(...(await observeOn(db, day, history)));
  return observed;
}

async function observeOn(db: Database, day: BusinessDate, { badDays, months }: History): Promise<Observation[]> {
  const [yearAgo, end] = [addMonths(day, -12), addMonths(day, months)];
  const { rows } = await sql<Row>`
    with item as (
      select r.customer_id, r.due_date, r.amount_minor - r.credited_minor as owed, r.written_off_minor, i.issue_date,
        coalesce(sum(a.amount_minor) filter (where a.value_date <= ${day}::date), 0) as paid,
        coalesce(sum(a.amount_minor) filter (where a.value_date <= r.due_date), 0) as on_time,
        coalesce(sum(a.amount_minor) filter (where a.value_date < r.due_date + ${badDays}::int), 0) as in_time,
        coalesce(sum(a.amount_minor::numeric * greatest(0, a.value_date - r.due_date)) filter (where a.value_date <= ${day}::date), 0) as late_days
      from receivable r join invoice i on i.id = r.invoice_id
        left join allocation a on a.receivable_id = r.id and a.payment_id is not null and a.reversed_at is null
      where r.amount_minor > r.credited_minor and r.due_date > ${yearAgo}::date and r.due_date <= ${end}::date
      group by r.id, i.issue_date),
    past as (
      select customer_id, sum(owed) as owed, sum(on_time) as on_time,
        sum(late_days + (owed - paid)::numeric * (${day}::date - due_date)) as late_days, min(due_date) filter (where paid < owed) as oldest
      from item where due_date < ${day}::date and issue_date <= ${day}::date group by 1),
    future as (
      select customer_id, bool_or(in_time < owed or written_off_minor > 0) as bad from item where due_date > ${day}::date group by 1)
    select ${day}::date as day, c.type, c.tier, c.region, f.bad,
      round(p.late_days / nullif(p.owed, 0), 1)::float as "daysBeyondTerms", round(p.on_time::numeric / nullif(p.owed, 0), 4)::float as "onTimeShare",
      coalesce(${day}::date - p.oldest, 0) as "oldestOverdueDays",
      (select count(*)::int from promise m where m.customer_id = c.id and m.state = 'broken' and m.due_on > ${yearAgo}::date and m.due_on < ${day}::date) as "brokenPromises",
      (select count(*)::int from dispute d where d.customer_id = c.id and d.state in ('upheld', 'part-upheld') and d.return_id is null and d.rest_of is null
        and d.closed_at::date > ${yearAgo}::date and d.closed_at::date <= ${day}::date) as "disputesUpheld",
      (select count(*)::int from dispute d where d.customer_id = c.id and d.state = 'rejected' and d.rest_of is null
        and d.closed_at::date > ${yearAgo}::date and d.closed_at::date <= ${day}::date) as "disputesRejected",
      (select (extract(year from age(${day}::date, min(i.issue_date))) * 12 + extract(month from age(${day}::date, min(i.issue_date))))::int
        from invoice i where i.customer_id = c.id and i.issue_date <= ${day}::date) as "tradeMonths"
    from future f join customer c on c.id = f.customer_id left join past p on p.customer_id = c.id
    where exists (select from invoice i where i.customer_id = c.id and i.issue_date <= ${day}::date)
    order by c.external_id`.execute(db);
  return rows.map(({ day: on, bad, type, ...known }) => ({ day: on, bad, facts: factsOf({ customerType: type, ...known }, on) }));
}

function factsOf(known: Partial<Record<FactName, FactValue | null>>, day: BusinessDate): Facts {
  const facts: Partial<Record<FactName, Fact>> = {};
  for (const [name, value] of Object.entries(known) as [FactName, FactValue | null][])
    if (value !== null) facts[name] = { value, asOf: day, source: 'ledger', evidence: null };
  return facts;
}
