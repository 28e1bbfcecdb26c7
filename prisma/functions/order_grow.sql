-- More of a line left than was ordered: the line and its order grow by that, and it counts as delivered.
create or replace function order_grow(p_order uuid, p_line int, p_quantity numeric, p_amount bigint, p_at timestamptz) returns void language plpgsql as $$
declare
  v_account uuid;
  v_deltas exposure_delta[];
begin
  update order_line set quantity = quantity + p_quantity, amount_minor = amount_minor + p_amount, delivered_minor = delivered_minor + p_amount
    where order_id = p_order and line = p_line;
  update sales_order set amount_minor = amount_minor + p_amount, version = version + 1, updated_at = p_at where id = p_order
    returning account_id into strict v_account;
  if p_amount > 0 then
    v_deltas := array[(v_account, 'delivered', null, p_amount, 'shipment.more-than-ordered', p_order)::exposure_delta];
    perform credit_post(v_deltas || order_cover(array[p_order]), p_at);
  end if;
end $$;
