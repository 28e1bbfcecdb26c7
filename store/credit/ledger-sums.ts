import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { addMonths, instantAt } from '../../domain/platform/calendar.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import type { LedgerSums } from '../../domain/credit/ledger-facts.ts';
import type { Database, Tx } from '../platform/database.ts';

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
  const array = sql`${[...customerIds]}::uuid[]`;
  const ids = sql`any(${array})`;
  const { rows } = await sql<LedgerSums & { id: string }>`
    with ${windows(today, zone)}, ${dueSums(ids)}, ${salesSums(ids)}, ${medians(ids)}, ${counts(ids, array)}
    select c.*, coalesce(d.due, '{}') as due, coalesce(s.sales, '{}') as sales
    from counts c
      left join (select customer_id, jsonb_object_agg(currency, to_jsonb(x) - 'customer_id' - 'currency') as due from due_sums x group by 1) d
        on d.customer_id = c.id
      left join (select customer_id, jsonb_object_agg(currency, to_jsonb(x) - 'customer_id' - 'currency') as sales from sales_sums x group by 1) s
        on s.customer_id = c.id`.execute(db);
  return new Map(rows.map(({ id, ...sums }) => [id, sums]));
}

/** Every table is entered by its index of customers; what is used later is materialized, or it would be run once for each of them. */
type Ids = RawBuilder<unknown>;

const windows = (today: BusinessDate, zone: string) => {
  const yearAgo = addMonths(today, -12);
  return sql`w as (select ${today}::date as today, ${yearAgo}::date as year_ago, ${addMonths(today, -6)}::date as half_ago,
    ${addMonths(today, -3)}::date as quarter_ago, ${addMonths(today, -24)}::date as two_years_ago, ${instantAt(yearAgo, 1440, zone)}::timestamptz as year_ago_at,
    ${instantAt(addMonths(today, -24), 1440, zone)}::timestamptz as two_years_ago_at)`;
};

/** One row a receivable that fell due in the year, or is open: its whole owed amount, or of older ones the open part. */
const dueSums = (ids: Ids) => sql`
  item as materialized (
    select r.id, r.customer_id, r.currency, r.due_date, r.stage, r.due_date > w.year_ago as within_year, r.due_date < w.today as fallen,
      r.due_date > w.quarter_ago as recent, r.amount_minor - r.credited_minor as owed, r.amount_minor - r.credited_minor - r.paid_minor as unpaid,
      r.amount_minor - r.credited_minor - r.paid_minor - r.written_off_minor as open
    from w, receivable r
    where r.customer_id = ${ids} and r.amount_minor > r.credited_minor
      and (r.due_date > w.year_ago or r.paid_minor + r.credited_minor + r.written_off_minor < r.amount_minor)),
  settled as materialized (
    select i.id, sum(a.amount_minor) filter (where a.value_date <= i.due_date) as on_time,
      sum(a.amount_minor::numeric * greatest(0, a.value_date - i.due_date)) as late_days
    from item i join allocation a on a.receivable_id = i.id
    where i.within_year and i.fallen and a.payment_id is not null and a.reversed_at is null group by i.id),
  judged as (
    select i.*, case when i.within_year then i.owed else i.open end as weight,
      case when i.within_year then coalesce(s.on_time, 0) else 0 end as on_time,
      coalesce(s.late_days, 0) + (case when i.within_year then i.unpaid else i.open end)::numeric * (w.today - i.due_date) as late_days
    from w, item i left join settled s on s.id = i.id),
  due_sums as materialized (
    select customer_id, currency,
      coalesce(sum(weight) filter (where fallen), 0)::text as owed, coalesce(sum(on_time) filter (where fallen), 0)::text as "onTime",
      coalesce(sum(late_days) filter (where fallen), 0)::text as "lateDays",
      coalesce(sum(weight) filter (where fallen and recent), 0)::text as "recentOwed",
      coalesce(sum(late_days) filter (where fallen and recent), 0)::text as "recentLateDays",
      coalesce(sum(weight) filter (where fallen and within_year and not recent), 0)::text as "beforeOwed",
      coalesce(sum(late_days) filter (where fallen and within_year and not recent), 0)::text as "beforeLateDays",
      coalesce(sum(open), 0)::text as open, coalesce(sum(open) filter (where fallen), 0)::text as overdue
    from judged group by customer_id, currency)`;

const salesSums = (ids: Ids) => sql`
  sold as materialized (
    select i.customer_id, i.currency, i.amount_minor, i.issue_date from w, invoice i
    where i.customer_id = ${ids} and i.issue_date > w.year_ago and i.issue_date <= w.today),
  credited as (
    select n.customer_id, n.currency, sum(n.amount_minor) as minor from w, credit_note n
    where n.customer_id = ${ids} and n.reversed_at is null and n.issued_on > w.year_ago and n.issued_on <= w.today group by 1, 2),
  invoiced as (
    select customer_id, currency, sum(amount_minor) as minor,
      coalesce(sum(amount_minor) filter (where issue_date > w.half_ago), 0) as last_half,
      coalesce(sum(amount_minor) filter (where issue_date <= w.half_ago), 0) as half_before
    from w, sold group by 1, 2)`;

/** The middle order (the lower of two) of the year, or where there are too few the middle invoice. */
const medians = (ids: Ids) => sql`
  median as (
    select customer_id, currency, (array_agg(minor order by from_orders desc))[1] as minor from (
      select o.customer_id, o.currency, true as from_orders, percentile_disc(0.5) within group (order by o.amount_minor) as minor
      from w, sales_order o
      where o.customer_id = ${ids} and o.created_at >= w.year_ago_at and o.decision <> 'rejected' and o.state <> 'cancelled'
      group by 1, 2 having count(*) >= ${sql.lit(FEWEST_FOR_MEDIAN)}
      union all
      select customer_id, currency, false, percentile_disc(0.5) within group (order by amount_minor)
      from sold group by 1, 2 having count(*) >= ${sql.lit(FEWEST_FOR_MEDIAN)}) m group by 1, 2),
  sales_sums as materialized (
    select customer_id, currency, coalesce(i.minor, 0)::text as invoiced, coalesce(n.minor, 0)::text as credited,
      coalesce(i.last_half, 0)::text as "lastHalf", coalesce(i.half_before, 0)::text as "halfBefore", m.minor::text as median
    from invoiced i full join credited n using (customer_id, currency) full join median m using (customer_id, currency))`;

const counts = (ids: Ids, array: Ids) => sql`
  items as (
    select customer_id, min(due_date) filter (where fallen and open > 0) as oldest,
      max(case stage when 'due' then 1 when 'reminder' then 2 when 'escalation' then 3 when 'legal' then 4 else 0 end) as stage
    from item group by 1),
  promised as (
    select p.customer_id, count(*) filter (where p.state = 'kept') as kept, count(*) filter (where p.state = 'broken') as broken, count(*) as judged
    from w, promise p
    where p.customer_id = ${ids} and p.due_on > w.year_ago and p.state in ('kept', 'part-kept', 'broken') group by 1),
  argued as (
    select d.customer_id, count(*) filter (where d.state <> 'rejected') as upheld, count(*) filter (where d.state = 'rejected') as rejected
    from w, dispute d
    where d.customer_id = ${ids} and d.closed_at >= w.year_ago_at and d.state in ('upheld', 'part-upheld', 'rejected') and d.return_id is null
      and d.rest_of is null group by 1),
  sued as (
    select l.customer_id, count(*) as cases from w, legal_case l
    where l.customer_id = ${ids} and l.opened_at >= w.two_years_ago_at group by 1),
  counts as (
    select who.id, items.oldest as "oldestOverdue",
      (array['none', 'due', 'reminder', 'escalation', 'legal'])[coalesce(items.stage, 0) + 1] as "collectionStage",
      coalesce(sued.cases, 0)::int as "legalCases", coalesce(p.kept, 0)::int as "promisesKept", coalesce(p.broken, 0)::int as "promisesBroken",
      coalesce(p.judged, 0)::int as "promisesJudged", coalesce(a.upheld, 0)::int as "disputesUpheld", coalesce(a.rejected, 0)::int as "disputesRejected",
      f.first as "firstInvoice", coalesce(n.invoices, 0)::int as invoices
    from (select unnest(${array}) as id) who
      left join lateral (select min(issue_date) as first from invoice where customer_id = who.id) f on true
      left join (select customer_id, count(*) as invoices from sold group by 1) n on n.customer_id = who.id
      left join items on items.customer_id = who.id left join promised p on p.customer_id = who.id
      left join argued a on a.customer_id = who.id left join sued on sued.customer_id = who.id)`;
