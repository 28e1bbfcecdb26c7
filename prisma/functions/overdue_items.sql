-- What is left of each overdue item, the earliest due first: money of a customer covers what it owes itself, a payer's also what its customers owe.
create or replace function overdue_items(p_account uuid, p_today date, p_share numeric) returns table (receivable_id uuid, on_date date, amount_minor bigint)
language sql stable as $$
  with member as materialized (
    select m.customer_id, m.currency, c.external_id = a.code as is_payer,
      coalesce((select sum(p.unapplied_minor) from payment p where p.customer_id = m.customer_id and p.currency = m.currency
        and p.unapplied_minor > 0 and p.order_code is null), 0)
      + coalesce((select sum(n.unapplied_minor) from credit_note n where n.customer_id = m.customer_id and n.currency = m.currency
        and n.unapplied_minor > 0), 0) as money
    from credit_account a join credit_member m on m.account_id = a.id join customer c on c.id = m.customer_id where a.id = p_account),
  item as (
    select r.id, r.customer_id, r.due_date, m.is_payer, m.money,
      r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor - coalesce(p.amount_minor, 0) as asked
    from member m join receivable r on r.customer_id = m.customer_id and r.currency = m.currency
      left join overdue_passed(p_account, p_today, p_share) p on p.receivable_id = r.id
    where r.due_date < p_today and r.paid_minor + r.credited_minor + r.written_off_minor < r.amount_minor),
  own as (
    select id, due_date, case when is_payer then asked
      else asked - least(asked, greatest(0, money - (sum(asked) over (partition by customer_id order by due_date, id) - asked))) end as asked
    from item where asked > 0),
  rest as (
    select id, due_date, asked - least(asked, greatest(0,
      coalesce((select sum(m.money) from member m where m.is_payer), 0) - (sum(asked) over (order by due_date, id) - asked))) as asked
    from own where asked > 0)
  select id, due_date, asked::bigint from rest where asked > 0
$$;
