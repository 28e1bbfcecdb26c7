-- What of the overdue items of a payer's account is let pass, by the day it was due.
create or replace function overdue_let_pass(p_account uuid, p_today date, p_share numeric) returns table (on_date date, amount_minor bigint)
language sql stable as $$
  select x.on_date, sum(x.amount_minor)::bigint from overdue_passed(p_account, p_today, p_share) x group by 1
$$;
