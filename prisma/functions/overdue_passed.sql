-- What of the overdue items of a payer's account is no reason to hold: items that a person is to look at, or out of bounds; conceded amounts; and open disputes up to
-- p_share of all that is open, the oldest first. Other reasons to let an item pass are added here.
create or replace function overdue_passed(p_account uuid, p_today date, p_share numeric) returns table (receivable_id uuid, on_date date, amount_minor bigint)
language sql stable as $$
  with item as (
    select r.id, r.due_date, r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor as open,
      coalesce(sum(d.amount_minor) filter (where d.state = 'open'), 0) as claimed, receivable_conceded(r.id) as conceded
    from credit_member m
      join dispute d on d.customer_id = m.customer_id and (d.state = 'open' or d.state in ('upheld', 'part-upheld') and d.lapsed_at is null)
      join receivable r on r.id = d.receivable_id and r.currency = m.currency and r.question is null and not r.suspected
        and not out_of_time(r.due_date, r.posted_at) and not out_of_sum(r.amount_minor)
    where m.account_id = p_account and r.due_date < p_today and r.paid_minor + r.credited_minor + r.written_off_minor < r.amount_minor
    group by r.id),
  part as (
    select due_date, id, least(open, conceded) as conceded, least(open - least(open, conceded), claimed) as claimed from item),
  capped as (
    select id, due_date, conceded, least(claimed, greatest(0, floor((select a.open_minor * p_share from credit_account a where a.id = p_account))
      - (sum(claimed) over (order by due_date, id) - claimed))) as claimed from part)
  select id, due_date, (conceded + claimed)::bigint from capped
  union all
  select r.id, r.due_date, r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor
  from credit_member m join receivable r on r.customer_id = m.customer_id and r.currency = m.currency and (r.question is not null or r.suspected)
  where m.account_id = p_account and r.due_date < p_today and r.paid_minor + r.credited_minor + r.written_off_minor < r.amount_minor
    and not out_of_time(r.due_date, r.posted_at) and not out_of_sum(r.amount_minor)
  union all
  select r.id, r.due_date, r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor
  from credit_member m join receivable r on r.customer_id = m.customer_id and r.currency = m.currency
    and (out_of_time(r.due_date, r.posted_at) or out_of_sum(r.amount_minor))
  where m.account_id = p_account and r.due_date < p_today and r.paid_minor + r.credited_minor + r.written_off_minor < r.amount_minor
$$;
