-- Bound money pays for what is prepaid of its order, whether its customer or the payer sent it: so far it is no free deposit. Of an order
-- that is over it stands against what was delivered and waits for its invoice, and lowers nothing else.
create or replace function order_cover(p_orders uuid[]) returns exposure_delta[] language plpgsql as $$
declare
  v_deltas exposure_delta[];
begin
  with n as (
    select o.id, o.account_id, o.covered_minor as old, case
      when o.state <> 'open' then b.minor - least(b.minor, l.delivered)
      when o.prepaid then least(b.minor, l.waiting) else 0 end as new
    from sales_order o, lateral (select order_bound(o.external_id, o.customer_id, o.currency) as minor) b,
      lateral (select coalesce(sum(prepaid_minor + held_minor), 0)::bigint as waiting, coalesce(sum(delivered_minor), 0)::bigint as delivered
        from order_line where order_id = o.id) l
    where o.id = any(p_orders)),
  u as (
    update sales_order o set covered_minor = n.new from n where o.id = n.id and n.new <> n.old
    returning n.account_id, n.id, n.old - n.new as delta)
  select array_agg((account_id, 'deposits', null, delta, 'order.covered', id)::exposure_delta) into v_deltas from u;
  return coalesce(v_deltas, '{}');
end $$;
