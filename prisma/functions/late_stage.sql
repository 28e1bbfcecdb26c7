-- The furthest stage of collection of an overdue item of a payer of which something is left, in whatever currency.
create or replace function late_stage(p_payer text, p_today date, p_share numeric) returns text language sql stable as $$
  with staged as materialized (
    select r.id, r.stage, m.account_id from credit_account a join credit_member m on m.account_id = a.id
      join receivable r on r.customer_id = m.customer_id and r.currency = m.currency and r.stage in ('reminder', 'escalation', 'legal')
    where a.kind = 'payer' and a.code = p_payer)
  select s.stage from staged s
  where s.id in (select x.receivable_id from (select distinct account_id from staged) t cross join lateral overdue_items(t.account_id, p_today, p_share) x)
  order by array_position(array['legal', 'escalation', 'reminder'], s.stage) limit 1
$$;
