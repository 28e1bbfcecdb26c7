-- Bound money pays for what is prepaid of its order, whether its customer or the payer sent it: so far it is no free deposit.
create or replace function order_cover(p_orders uuid[]) returns exposure_delta[] language plpgsql as $$
declare
  v_deltas exposure_delta[];
begin
  with n as (
    select o.id, o.account_id, o.covered_minor as old, case when o.prepaid then least(
      order_bound(o.external_id, o.customer_id, o.currency),
      (select coalesce(sum(l.prepaid_minor + l.held_minor), 0) from order_line l where l.order_id = o.id))::bigint else 0 end as new
    from sales_order o where o.id = any(p_orders)),
  u as (
    update sales_order o set covered_minor = n.new from n where o.id = n.id and n.new <> n.old
    returning n.account_id, n.id, n.old - n.new as delta)
  select array_agg((account_id, 'deposits', null, delta, 'order.covered', id)::exposure_delta) into v_deltas from u;
  return coalesce(v_deltas, '{}');
end $$;
