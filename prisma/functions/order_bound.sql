-- Money bound to an order: of its customer, and unused.
create or replace function order_bound(p_code text, p_customer uuid, p_currency text) returns bigint language sql stable as $$
  select coalesce(sum(p.unapplied_minor), 0)::bigint from payment p
  where p.order_code = p_code and p.currency = p_currency and p.reversed_at is null and p.unapplied_minor > 0
    and (p.customer_id = p_customer or p.customer_id = (select b.payer_id from credit_bearer b where b.customer_id = p_customer))
$$;
