-- What is overdue on an account, and since when. Without money to cover anything the sums by day tell it.
create or replace function overdue_of(p_account uuid, p_today date, p_share numeric) returns table (overdue bigint, since date) language plpgsql stable as $$
begin
  if (select a.deposits_minor > 0 from credit_account a where a.id = p_account) then
    return query select sum(x.amount_minor)::bigint, min(x.on_date) from overdue_items(p_account, p_today, p_share) x;
  else
    return query
      select sum(l.amount)::bigint, min(l.on_date) from (
        select d.on_date, d.amount_minor - coalesce(p.amount_minor, 0) as amount from exposure_by_date d
          left join overdue_let_pass(p_account, p_today, p_share) p on p.on_date = d.on_date
        where d.account_id = p_account and d.bucket = 'open' and d.on_date < p_today and d.amount_minor > 0) l
      where l.amount > 0;
  end if;
end $$;
