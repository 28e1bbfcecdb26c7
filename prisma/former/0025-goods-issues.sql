-- A goods issue is a fact, whatever it should have been: what it took is booked, what was wrong with it is kept, and a person looks at it.

create or replace function payment_moves_exposure() returns trigger language plpgsql as $$
declare
  v_opened text[] := '{}';
  v_deltas exposure_delta[];
begin
  if tg_op = 'INSERT' then
    if not exists (select from new_rows n join credit_member m on m.customer_id = n.customer_id) then return null; end if;
    v_opened := credit_open_currencies(array(select customer_id from new_rows order by id), array(select currency from new_rows order by id));
    select array_agg((m.account_id, v.bucket, v.on_date, v.amount, 'payment', n.id)::exposure_delta) into v_deltas
    from new_rows n join credit_member m on m.customer_id = n.customer_id and m.currency = n.currency, lateral (values
      ('deposits', null::date, n.unapplied_minor),
      ('bills', n.clears_on, case when n.clears_on is not null and n.reversed_at is null then n.amount_minor else 0 end)) v (bucket, on_date, amount)
    where v.amount <> 0 and not (n.customer_id || ' ' || n.currency = any(v_opened));
  else
    select array_agg((m.account_id, v.bucket, v.on_date, v.amount, 'payment', n.id)::exposure_delta) into v_deltas
    from new_rows n join old_rows o on o.id = n.id join credit_member m on m.customer_id = n.customer_id and m.currency = n.currency, lateral (values
      ('deposits', null::date, n.unapplied_minor - o.unapplied_minor),
      ('bills', n.clears_on, case when n.clears_on is not null and n.reversed_at is null then n.amount_minor else 0 end),
      ('bills', o.clears_on, case when o.clears_on is not null and o.reversed_at is null then -o.amount_minor else 0 end)) v (bucket, on_date, amount)
    where v.amount <> 0
      and (n.unapplied_minor, n.clears_on, n.reversed_at) is distinct from (o.unapplied_minor, o.clears_on, o.reversed_at);
  end if;
  if exists (select from new_rows where order_code is not null) then
    v_deltas := coalesce(v_deltas, '{}') || order_cover(array(select o.id from sales_order o
      where o.external_id in (select order_code from new_rows) order by o.id));
  end if;
  if array_length(v_deltas, 1) > 0 then perform credit_post(v_deltas, business_now()); end if;
  -- Bound money moves no exposure, so whoever waits for it is rung here.
  if exists (select from new_rows where order_code is not null) then
    perform credit_ask_holds(array(select distinct o.account_id from sales_order o where o.external_id in (select order_code from new_rows) order by 1));
  end if;
  return null;
end $$;

-- More of a line left than was ordered: the line and its order grow by that, and it counts as delivered.
create function order_grow(p_order uuid, p_line int, p_quantity numeric, p_amount bigint, p_at timestamptz) returns void language plpgsql as $$
declare v_account uuid;
begin
  update order_line set quantity = quantity + p_quantity, amount_minor = amount_minor + p_amount, delivered_minor = delivered_minor + p_amount
    where order_id = p_order and line = p_line;
  update sales_order set amount_minor = amount_minor + p_amount, version = version + 1, updated_at = p_at where id = p_order
    returning account_id into strict v_account;
  if p_amount > 0 then
    perform credit_post(array[(v_account, 'delivered', null, p_amount, 'shipment.more-than-ordered', p_order)::exposure_delta], p_at);
  end if;
end $$;

-- Claims of requests on a line that can no longer be met, since the goods left otherwise, are given up: the latest first, what waits first.
create function shipment_drop_claims(p_order uuid, p_line int) returns void language plpgsql as $$
declare
  v_over numeric;
  v_cut numeric;
  r record;
begin
  select coalesce(sum(l.requested - l.dropped - l.issued), 0) - (select o.quantity - o.shipped_quantity from order_line o where o.order_id = p_order and o.line = p_line)
    into v_over from shipment_request q join shipment_request_line l on l.request_id = q.id where q.order_id = p_order and l.line = p_line;
  for r in select l.* from shipment_request q join shipment_request_line l on l.request_id = q.id
    where q.order_id = p_order and l.line = p_line order by q.at desc, q.id desc
  loop
    exit when v_over <= 0;
    v_cut := least(v_over, r.requested - r.dropped - r.issued);
    update shipment_request_line set dropped = dropped + v_cut, allowed = least(allowed, requested - dropped - v_cut)
      where request_id = r.request_id and line = p_line;
    v_over := v_over - v_cut;
  end loop;
  perform ask_shipment_holds(array(select h.id from shipment_hold h where h.order_id = p_order and h.state = 'open'));
end $$;

-- A person has looked at goods that left: whoever closes the task lets the customer's orders be judged without it. No writer can forget.
create function task_settles_breach() returns trigger language plpgsql as $$
declare v_accounts uuid[];
begin
  update shipment set breach_holds = null, breach_settled_at = new.closed_at where breach_holds = new.customer_id;
  v_accounts := array(select account_id from credit_member where customer_id = new.customer_id order by 1);
  update credit_account set version = version + 1 where id = any(v_accounts);
  perform credit_ask_holds(v_accounts);
  return null;
end $$;
create trigger breach_task_closed after update of closed_at on work_order for each row
  when (old.closed_at is null and new.closed_at is not null and new.kind = 'shipment-breach') execute function task_settles_breach();
