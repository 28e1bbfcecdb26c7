-- Since when dunning holds an account: by the items that hold and of which something is left. One that is paid lets go by that alone, and holds
-- again if its money is taken back.
create or replace function dunned_since(p_account uuid, p_today date, p_share numeric) returns date language sql stable as $$
  with held as materialized (
    select r.id, r.holds_since from credit_member m join receivable r on r.customer_id = m.customer_id and r.currency = m.currency
    where m.account_id = p_account and r.holds_since is not null and r.paid_minor + r.credited_minor + r.written_off_minor < r.amount_minor)
  select min(h.holds_since) from held h
  where h.id in (select x.receivable_id from overdue_items(p_account, p_today, p_share) x where exists (select from held))
$$;
