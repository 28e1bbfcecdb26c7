-- Where accounts differ from the documents, the bucket as a whole and by date, and from their own entries; empty when all is well.
create or replace function exposure_drift() returns table (account_id uuid, place text, bucket text, on_date date, expected_minor bigint, actual_minor bigint)
language sql stable as $$
  with own as (
    select m.account_id, d.bucket, d.on_date, sum(d.amount_minor)::bigint as amount
    from credit_documents(array(select customer_id from credit_member)) d
      join credit_member m on m.customer_id = d.customer_id and m.currency = d.currency group by 1, 2, 3),
  expected as (
    select * from own
    union all
    select a.group_account, o.bucket, o.on_date, sum(o.amount)::bigint from own o join credit_account a on a.id = o.account_id
    where a.group_account is not null group by 1, 2, 3),
  balance as (
    select a.id as account_id, b.bucket, b.amount from credit_account a, lateral (values ('reserved', a.reserved_minor), ('ordered', a.ordered_minor),
      ('delivered', a.delivered_minor), ('open', a.open_minor), ('bills', a.bills_minor), ('deposits', a.deposits_minor)) b (bucket, amount)),
  whole as (select e.account_id, e.bucket, sum(e.amount)::bigint as amount from expected e group by 1, 2),
  entries as (select e.account_id, e.bucket, e.on_date, sum(e.delta_minor)::bigint as amount from exposure_entry e group by 1, 2, 3)
  select b.account_id, 'balance', b.bucket, null::date, coalesce(w.amount, 0), b.amount
    from balance b left join whole w on w.account_id = b.account_id and w.bucket = b.bucket where b.amount <> coalesce(w.amount, 0)
  union all
  select coalesce(d.account_id, e.account_id), 'by-date', coalesce(d.bucket, e.bucket), coalesce(d.on_date, e.on_date), coalesce(e.amount, 0), coalesce(d.amount_minor, 0)
    from exposure_by_date d full join (select * from expected where on_date is not null) e
      on e.account_id = d.account_id and e.bucket = d.bucket and e.on_date = d.on_date
    where coalesce(d.amount_minor, 0) <> coalesce(e.amount, 0)
  union all
  select coalesce(x.account_id, e.account_id), 'entries', coalesce(x.bucket, e.bucket), coalesce(x.on_date, e.on_date), coalesce(e.amount, 0), coalesce(x.amount, 0)
    from entries x full join expected e on e.account_id = x.account_id and e.bucket = x.bucket
      and coalesce(e.on_date, '-infinity') = coalesce(x.on_date, '-infinity')
    where coalesce(x.amount, 0) <> coalesce(e.amount, 0)
  order by 1, 2, 3, 4
$$;
