-- A payment that is converted leaves the account of the currency it was paid in, its bill too, and counts in the one it settles.
create or replace function payment_moves_exposure() returns trigger language plpgsql as $$
declare
  v_opened text[] := '{}';
  v_deltas exposure_delta[];
  v_orders uuid[];
  v_codes text[] := array(select order_code from new_rows where order_code is not null);
begin
  if tg_op = 'INSERT' then
    if not exists (select from new_rows n join credit_member m on m.customer_id = n.customer_id) then return null; end if;
    v_opened := credit_open_currencies(array(select customer_id from new_rows order by id), array(select currency from new_rows order by id));
    select array_agg((m.account_id, v.bucket, v.on_date, v.amount, 'payment', n.id)::exposure_delta) into v_deltas
    from new_rows n join credit_member m on m.customer_id = n.customer_id and m.currency = n.currency, lateral (values
      ('deposits', null::date, n.unapplied_minor),
      ('bills', n.clears_on, case when n.clears_on is not null and n.reversed_at is null then n.amount_minor - n.returned_minor else 0 end)) v (bucket, on_date, amount)
    where v.amount <> 0 and not (n.customer_id || ' ' || n.currency = any(v_opened));
  else
    v_codes := v_codes || array(select order_code from old_rows where order_code is not null);
    if exists (select from new_rows n join old_rows o on o.id = n.id where n.currency <> o.currency) then
      v_opened := credit_open_currencies(
        array(select n.customer_id from new_rows n join old_rows o on o.id = n.id where n.currency <> o.currency order by n.id),
        array(select n.currency from new_rows n join old_rows o on o.id = n.id where n.currency <> o.currency order by n.id));
    end if;
    -- An account that was opened just now has been filled from what the documents say now.
    select array_agg((m.account_id, v.bucket, v.on_date, v.amount, 'payment', n.id)::exposure_delta) into v_deltas
    from new_rows n join old_rows o on o.id = n.id cross join lateral (values
      (n.currency, 'deposits', null::date, n.unapplied_minor, true),
      (o.currency, 'deposits', null::date, -o.unapplied_minor, false),
      (n.currency, 'bills', n.clears_on, case when n.clears_on is not null and n.reversed_at is null then n.amount_minor - n.returned_minor else 0 end, true),
      (o.currency, 'bills', o.clears_on, case when o.clears_on is not null and o.reversed_at is null then o.returned_minor - o.amount_minor else 0 end, false))
        v (currency, bucket, on_date, amount, is_now)
      join credit_member m on m.customer_id = n.customer_id and m.currency = v.currency
    where v.amount <> 0 and not (v.is_now and n.customer_id || ' ' || n.currency = any(v_opened))
      and (n.currency, n.amount_minor, n.returned_minor, n.unapplied_minor, n.clears_on, n.reversed_at)
        is distinct from (o.currency, o.amount_minor, o.returned_minor, o.unapplied_minor, o.clears_on, o.reversed_at);
  end if;
  if v_codes <> '{}' then
    v_orders := array(select o.id from sales_order o where o.external_id = any(v_codes) order by o.id);
    v_deltas := coalesce(v_deltas, '{}') || order_cover(v_orders);
  end if;
  if array_length(v_deltas, 1) > 0 then perform credit_post(v_deltas, business_now()); end if;
  -- Bound money moves no exposure, so whoever waits for it is rung here.
  if v_orders <> '{}' then
    perform credit_ask_holds(array(select distinct o.account_id from sales_order o where o.id = any(v_orders) order by 1));
  end if;
  return null;
end $$;

create or replace trigger payment_inserted after insert on payment referencing new table as new_rows
  for each statement execute function payment_moves_exposure();
create or replace trigger payment_updated after update on payment referencing old table as old_rows new table as new_rows
  for each statement execute function payment_moves_exposure();
