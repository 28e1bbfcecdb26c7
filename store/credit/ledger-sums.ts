import { sql } from 'kysely';
import { addMonths, instantAt } from '../../domain/kernel/calendar.ts';
import type { BusinessDate } from '../../domain/kernel/calendar.ts';
import type { LedgerSums } from '../../domain/credit/ledger-facts.ts';
import type { Database, Tx } from '../database.ts';

/** Fewer orders or invoices than this say nothing about what an ordinary one is. */
const FEWEST_FOR_MEDIAN = 3;

/**
 * What the books of many customers add up to on one day, by one statement; a customer without documents is answered too. Written-off money
 * counts as unpaid, credited and withdrawn money not at all; what is open from before the year counts with its open part.
 */
export async function ledgerSums(
  db: Database | Tx,
  customerIds: readonly string[],
  today: BusinessDate,
  zone: string,
): Promise<Map<string, LedgerSums>> {
  const { rows } = await sql<LedgerSums & { id: string }>`
    with ${windows(today, zone)}, who as (select unnest(${[...customerIds]}::uuid[]) as id),
    ${dueSums}, ${salesSums}, ${medians}, ${counts}
    select who.id,
      coalesce((select jsonb_object_agg(currency, to_jsonb(d) - 'customer_id' - 'currency') from due_sums d where d.customer_id = who.id), '{}') as due,
      coalesce((select jsonb_object_agg(currency, to_jsonb(s) - 'customer_id' - 'currency') from sales_sums s where s.customer_id = who.id), '{}') as sales,
      c.*
    from who join counts c on c.id = who.id`.execute(db);
  return new Map(rows.map(({ id, ...sums }) => [id, sums]));
}

const windows = (today: BusinessDate, zone: string) => {
  const yearAgo = addMonths(today, -12);
  return sql`w as (select ${today}::date as today, ${yearAgo}::date as year_ago, ${addMonths(today, -6)}::date as half_ago,
    ${addMonths(today, -3)}::date as quarter_ago, ${addMonths(today, -24)}::date as two_years_ago, ${instantAt(yearAgo, 1440, zone)}::timestamptz as year_ago_at,
    ${instantAt(addMonths(today, -24), 1440, zone)}::timestamptz as two_years_ago_at)`;
};

/** One row a receivable that fell due in the year, or is open: its whole owed amount, or of older ones the open part. */
const dueSums = sql`
  item as materialized (
    select r.id, r.customer_id, r.currency, r.due_date, r.stage, r.due_date > w.year_ago as within_year, r.due_date < w.today as fallen,
      r.due_date > w.quarter_ago as recent, r.amount_minor - r.credited_minor as owed, r.amount_minor - r.credited_minor - r.paid_minor as unpaid,
      r.amount_minor - r.credited_minor - r.paid_minor - r.written_off_minor as open
    from w, who join receivable r on r.customer_id = who.id
    where r.amount_minor > r.credited_minor
      and (r.due_date > w.year_ago or r.paid_minor + r.credited_minor + r.written_off_minor < r.amount_minor)),
  settled as (
    select i.id, sum(a.amount_minor) filter (where a.value_date <= i.due_date) as on_time,
      sum(a.amount_minor::numeric * greatest(0, a.value_date - i.due_date)) as late_days
    from item i join allocation a on a.receivable_id = i.id
    where i.within_year and i.fallen and a.payment_id is not null and a.reversed_at is null group by i.id),
  judged as (
    select i.*, case when i.within_year then i.owed else i.open end as weight,
      case when i.within_year then coalesce(s.on_time, 0) else 0 end as on_time,
      coalesce(s.late_days, 0) + (case when i.within_year then i.unpaid else i.open end)::numeric * (w.today - i.due_date) as late_days
    from w, item i left join settled s on s.id = i.id),
  due_sums as (
    select customer_id, currency,
      coalesce(sum(weight) filter (where fallen), 0)::text as owed, coalesce(sum(on_time) filter (where fallen), 0)::text as "onTime",
      coalesce(sum(late_days) filter (where fallen), 0)::text as "lateDays",
      coalesce(sum(weight) filter (where fallen and recent), 0)::text as "recentOwed",
      coalesce(sum(late_days) filter (where fallen and recent), 0)::text as "recentLateDays",
      coalesce(sum(weight) filter (where fallen and within_year and not recent), 0)::text as "beforeOwed",
      coalesce(sum(late_days) filter (where fallen and within_year and not recent), 0)::text as "beforeLateDays",
      coalesce(sum(open), 0)::text as open, coalesce(sum(open) filter (where fallen), 0)::text as overdue
    from judged group by customer_id, currency)`;

const salesSums = sql`
  sold as materialized (
    select i.customer_id, i.currency, i.amount_minor, i.issue_date from w, who join invoice i on i.customer_id = who.id
    where i.issue_date > w.year_ago and i.issue_date <= w.today),
  credited as (
    select n.customer_id, n.currency, sum(n.amount_minor) as minor from w, who join credit_note n on n.customer_id = who.id
    where n.issued_on > w.year_ago and n.issued_on <= w.today group by 1, 2),
  invoiced as (
    select customer_id, currency, sum(amount_minor) as minor,
      coalesce(sum(amount_minor) filter (where issue_date > w.half_ago), 0) as last_half,
      coalesce(sum(amount_minor) filter (where issue_date <= w.half_ago), 0) as half_before
    from w, sold group by 1, 2)`;

/** The middle order (the lower of two) of the year, or where there are too few the middle invoice. */
const medians = sql`
  median as (
    select customer_id, currency, (array_agg(minor order by from_orders desc))[1] as minor from (
      select o.customer_id, o.currency, true as from_orders, percentile_disc(0.5) within group (order by o.amount_minor) as minor
      from w, who join sales_order o on o.customer_id = who.id
      where o.created_at >= w.year_ago_at and o.decision <> 'rejected' and o.state <> 'cancelled'
      group by 1, 2 having count(*) >= ${sql.lit(FEWEST_FOR_MEDIAN)}
      union all
      select customer_id, currency, false, percentile_disc(0.5) within group (order by amount_minor)
      from sold group by 1, 2 having count(*) >= ${sql.lit(FEWEST_FOR_MEDIAN)}) m group by 1, 2),
  sales_sums as (
    select customer_id, currency, coalesce(i.minor, 0)::text as invoiced, coalesce(n.minor, 0)::text as credited,
      coalesce(i.last_half, 0)::text as "lastHalf", coalesce(i.half_before, 0)::text as "halfBefore", m.minor::text as median
    from invoiced i full join credited n using (customer_id, currency) full join median m using (customer_id, currency))`;

const counts = sql`
  items as (
    select customer_id, min(due_date) filter (where fallen and open > 0) as oldest,
      max(case stage when 'due' then 1 when 'reminder' then 2 when 'escalation' then 3 when 'legal' then 4 else 0 end) as stage
    from item group by 1),
  promised as (
    select p.customer_id, count(*) filter (where p.state = 'kept') as kept, count(*) filter (where p.state = 'broken') as broken, count(*) as judged
    from w, who join promise p on p.customer_id = who.id
    where p.due_on > w.year_ago and p.state in ('kept', 'part-kept', 'broken') group by 1),
  argued as (
    select d.customer_id, count(*) filter (where d.state <> 'rejected') as upheld, count(*) filter (where d.state = 'rejected') as rejected
    from w, who join dispute d on d.customer_id = who.id
    where d.closed_at >= w.year_ago_at and d.state in ('upheld', 'part-upheld', 'rejected') group by 1),
  sued as (
    select l.customer_id, count(*) as cases from w, who join legal_case l on l.customer_id = who.id
    where l.opened_at >= w.two_years_ago_at group by 1),
  counts as (
    select who.id, items.oldest as "oldestOverdue",
      (array['none', 'due', 'reminder', 'escalation', 'legal'])[coalesce(items.stage, 0) + 1] as "collectionStage",
      coalesce(sued.cases, 0)::int as "legalCases", coalesce(p.kept, 0)::int as "promisesKept", coalesce(p.broken, 0)::int as "promisesBroken",
      coalesce(p.judged, 0)::int as "promisesJudged", coalesce(a.upheld, 0)::int as "disputesUpheld", coalesce(a.rejected, 0)::int as "disputesRejected",
      (select min(issue_date) from invoice where customer_id = who.id) as "firstInvoice",
      (select count(*)::int from sold where sold.customer_id = who.id) as invoices
    from who left join items on items.customer_id = who.id left join promised p on p.customer_id = who.id
      left join argued a on a.customer_id = who.id left join sued on sued.customer_id = who.id)`;
