-- Moves cents of an order between the buckets of its lines ([{line, from, to, amount}]) and posts what that does to its account.
create or replace function order_move(p_order uuid, p_moves jsonb, p_cause text, p_at timestamptz) returns void language plpgsql as $$
declare
  v_order sales_order;
  v_deltas exposure_delta[];
begin
  select * into strict v_order from sales_order where id = p_order;
  with m as (
    select x.line, v.bucket, sum(v.amount)::bigint as amount from jsonb_to_recordset(p_moves) x (line int, "from" text, "to" text, amount bigint),
      lateral (values (x."from", -x.amount), (x."to", x.amount)) v (bucket, amount) group by 1, 2),
  w as (
    select line, sum(amount) filter (where bucket = 'held') as held, sum(amount) filter (where bucket = 'prepaid') as prepaid,
      sum(amount) filter (where bucket = 'reserved') as reserved, sum(amount) filter (where bucket = 'ordered') as ordered,
      sum(amount) filter (where bucket = 'delivered') as delivered, sum(amount) filter (where bucket = 'invoiced') as invoiced,
      sum(amount) filter (where bucket = 'cancelled') as cancelled, sum(amount) filter (where bucket = 'returned') as returned from m group by 1),
  u as (
    update order_line l set held_minor = held_minor + coalesce(held, 0), prepaid_minor = prepaid_minor + coalesce(prepaid, 0),
      reserved_minor = reserved_minor + coalesce(reserved, 0), ordered_minor = ordered_minor + coalesce(ordered, 0),
      delivered_minor = delivered_minor + coalesce(delivered, 0), invoiced_minor = invoiced_minor + coalesce(invoiced, 0),
      cancelled_minor = cancelled_minor + coalesce(cancelled, 0), returned_minor = returned_minor + coalesce(returned, 0)
    from w where l.order_id = p_order and l.line = w.line)
  select array_agg((v_order.account_id, d.bucket, case when d.bucket <> 'delivered' then v_order.requested_ship_date end, d.amount, p_cause,
    p_order)::exposure_delta) into v_deltas
  from (select bucket, sum(amount) as amount from m where bucket in ('reserved', 'ordered', 'delivered') group by 1) d where d.amount <> 0;
  if v_order.prepaid or v_order.covered_minor > 0 or v_order.state <> 'open' then v_deltas := coalesce(v_deltas, '{}') || order_cover(array[p_order]); end if;
  if array_length(v_deltas, 1) > 0 then perform credit_post(v_deltas, p_at); end if;
  -- Its processes look again: a reservation that has nothing left to lapse ends, a hold that has nothing left to release too.
  if p_cause <> 'order.lapsed' then
    update wake set asked = asked + 1 where subject in (
      select 'reservation-' || p_order where v_order.reserved_until is not null
      union all select 'order-hold-' || h.id from order_hold h where h.order_id = p_order and h.state = 'open');
    if found then perform pg_notify('duecourse', 'wake'); end if;
  end if;
end $$;
