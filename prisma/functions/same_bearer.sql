-- Whether one payer bears both: its invoice may then be about the other's order.
create or replace function same_bearer(p_one uuid, p_other uuid) returns boolean language sql stable as $$
  select p_one = p_other or (select b.code from credit_bearer b where b.customer_id = p_one) = (select b.code from credit_bearer b where b.customer_id = p_other)
$$;
