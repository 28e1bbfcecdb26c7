import { sql } from 'kysely';
import { addMonths, addDays, instantAt } from '../../domain/platform/calendar.ts';
import type { CreditRules } from '../../domain/credit/policy.ts';
import type { Facts } from '../../domain/credit/profile.ts';
import type { WarningFacts } from '../../domain/credit/warnings.ts';
import type { Work } from '../platform/transaction.ts';

const DAYS_OF_YEAR = 365;
const LATE_WINDOW_MONTHS = 3;

/** What warnings are judged by beside the dossiers, of many customers by one statement. */
export async function warningFacts(
  { tx, at }: Work,
  zone: string,
  rules: CreditRules['warnings'],
  dossiers: ReadonlyMap<string, Facts>,
): Promise<WarningFacts[]> {
  const { cleanMonths, days } = rules['first-late'];
  const { beforeExpiryDays } = rules['order-spike'];
  const from = addMonths(at.today, -LATE_WINDOW_MONTHS);
  const spikeFrom = addDays(at.today, -beforeExpiryDays);
  const ids = sql`any(${[...dossiers.keys()]}::uuid[])`;
  const { rows } = await sql<Omit<WarningFacts, 'facts'>>`
    with who as materialized (select c.id, c.external_id, c.group_code from customer c where c.id = ${ids}),
    paid as materialized (
      select a.receivable_id, max(a.value_date) as last from receivable r join allocation a on a.receivable_id = r.id
      where r.customer_id = ${ids} and r.due_date < ${at.today}::date and r.due_date >= ${addMonths(from, -cleanMonths)}::date
        and a.payment_id is not null and a.reversed_at is null group by 1),
    item as materialized (
      select r.customer_id, r.invoice_id, r.instalment, r.due_date, o.open, greatest(case when o.open then ${at.today}::date - r.due_date end, p.last - r.due_date) as late
      from receivable r left join paid p on p.receivable_id = r.id,
        lateral (select r.amount_minor > r.paid_minor + r.credited_minor + r.written_off_minor as open) o
      where r.customer_id = ${ids} and r.due_date < ${at.today}::date and r.due_date >= ${addMonths(from, -cleanMonths)}::date
        and r.amount_minor > r.credited_minor),
    late as (
      select distinct on (t.customer_id) t.*, i.external_id as invoice from item t join invoice i on i.id = t.invoice_id
      where t.late > ${days} and t.due_date >= ${from}::date order by t.customer_id, t.due_date, i.external_id, t.instalment),
    first_late as materialized (
      select l.* from late l
      where not exists (select from item o where o.customer_id = l.customer_id and o.late > ${days} and o.due_date < l.due_date
          and o.due_date >= l.due_date - make_interval(months => ${cleanMonths}))
        and exists (select from item o where o.customer_id = l.customer_id and o.due_date < l.due_date)
        and exists (select from invoice i where i.customer_id = l.customer_id and i.issue_date <= l.due_date - make_interval(months => ${cleanMonths}))),
    ending as (
      select m.customer_id, m.currency, min(l.valid_until) as until
      from who join credit_member m on m.customer_id = who.id join credit_limit l on l.account_id = m.account_id
      where l.revoked_at is null and l.valid_until between ${at.today}::date and ${addDays(at.today, beforeExpiryDays)}::date
      group by 1, 2),
    ordered as materialized (
      select e.customer_id, e.currency, e.until,
        coalesce(sum(o.amount_minor) filter (where o.created_at >= ${instantAt(spikeFrom, 0, zone)}::timestamptz), 0)::bigint as now,
        (coalesce(sum(o.amount_minor) filter (where o.created_at < ${instantAt(spikeFrom, 0, zone)}::timestamptz), 0) * ${beforeExpiryDays} / ${DAYS_OF_YEAR})::bigint as usual
      from ending e join sales_order o on o.customer_id = e.customer_id and o.currency = e.currency
      where o.decision <> 'rejected' and o.state <> 'cancelled' and o.created_at >= ${instantAt(addDays(spikeFrom, -DAYS_OF_YEAR), 0, zone)}::timestamptz
      group by 1, 2, 3),
    sued as materialized (
      select who.id as customer_id, o.external_id as customer, min((l.opened_at at time zone ${zone})::date) as opened_on
      from who join customer o on o.group_code = who.group_code and o.id <> who.id join legal_case l on l.customer_id = o.id and l.state <> 'closed'
      group by 1, 2)
    select who.id as "customerId", who.external_id as code,
      (select jsonb_build_object('invoice', f.invoice, 'instalment', f.instalment, 'dueDate', f.due_date, 'daysLate', f.late, 'open', f.open)
        from first_late f where f.customer_id = who.id) as "firstLate",
      coalesce((select jsonb_agg(jsonb_build_object('currency', o.currency, 'orderedMinor', o.now, 'usualMinor', o.usual, 'limitUntil', o.until)
        order by o.currency) from ordered o where o.customer_id = who.id), '[]') as spikes,
      coalesce((select jsonb_agg(jsonb_build_object('customer', s.customer, 'openedOn', s.opened_on) order by s.customer)
        from sued s where s.customer_id = who.id), '[]') as "groupInLegal"
    from who order by who.external_id`.execute(tx);
  return rows.map((row) => ({ ...row, facts: dossiers.get(row.customerId) ?? {} }));
}
