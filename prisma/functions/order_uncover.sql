-- Before a customer goes to another payer its prepaid orders are covered by nobody's money.
create or replace function order_uncover(p_customer uuid, p_at timestamptz) returns void language plpgsql as $$
declare
  v_deltas exposure_delta[];
begin
  with o as (
    select id, account_id, covered_minor from sales_order where customer_id = p_customer and covered_minor > 0 order by id for no key update),
  u as (
    update sales_order s set covered_minor = 0 from o where s.id = o.id returning o.account_id, o.id, o.covered_minor)
  select array_agg((account_id, 'deposits', null, covered_minor, 'order.covered', id)::exposure_delta) into v_deltas from u;
  if v_deltas is not null then perform credit_post(v_deltas, p_at); end if;
end $$;
