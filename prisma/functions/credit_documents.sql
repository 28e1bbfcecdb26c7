-- What the documents of customers say they owe: the truth every account must equal. Orders count where their account is.
create or replace function credit_documents(p_customers uuid[]) returns table (customer_id uuid, currency text, bucket text, on_date date, amount_minor bigint)
language sql stable as $$
  select r.customer_id, r.currency, 'open', r.due_date, sum(r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor)::bigint
  from receivable r where r.customer_id = any(p_customers) and r.paid_minor + r.credited_minor + r.written_off_minor < r.amount_minor
  group by 1, 2, 4
  union all
  select p.customer_id, p.currency, 'deposits', null, sum(p.unapplied_minor)::bigint
  from payment p where p.customer_id = any(p_customers) and p.unapplied_minor > 0 group by 1, 2
  union all
  select n.customer_id, n.currency, 'deposits', null, sum(n.unapplied_minor)::bigint
  from credit_note n where n.customer_id = any(p_customers) and n.unapplied_minor > 0 group by 1, 2
  union all
  select o.customer_id, o.currency, 'deposits', null, -sum(o.covered_minor)::bigint
  from sales_order o where o.customer_id = any(p_customers) and o.covered_minor > 0 group by 1, 2
  union all
  select p.customer_id, p.currency, 'bills', p.clears_on, sum(p.amount_minor - p.returned_minor)::bigint
  from payment p where p.customer_id = any(p_customers) and p.clears_on is not null and p.reversed_at is null group by 1, 2, 4
  union all
  select o.customer_id, o.currency, b.bucket, case when b.bucket = 'delivered' then null else o.requested_ship_date end, sum(b.amount)::bigint
  from sales_order o join order_line l on l.order_id = o.id,
    lateral (values ('reserved', l.reserved_minor), ('ordered', l.ordered_minor), ('delivered', l.delivered_minor)) b (bucket, amount)
  where o.customer_id = any(p_customers) and b.amount > 0 group by 1, 2, 3, 4
$$;
