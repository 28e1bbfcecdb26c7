-- Why the lines sent cannot take the place of those that stand; null when they can.
create or replace function order_lines_fault(p_order uuid, p_lines jsonb) returns jsonb language sql stable as $$
  select jsonb_build_object('refusal', 'less-than-shipped', 'pointer', case when x.at is null then '/lines' else '/lines/' || x.at end,
    'params', jsonb_build_object('line', l.line, 'shipped', trim_scale(l.shipped_quantity)::text))
  from order_line l left join (
    select (e.value ->> 'line')::int as line, e.value ->> 'quantity' as quantity, (e.value ->> 'amountMinor')::bigint as amount, e.ordinality - 1 as at
    from jsonb_array_elements(p_lines) with ordinality e) x on x.line = l.line
  where l.order_id = p_order and (coalesce(x.quantity::numeric, 0) < l.shipped_quantity or coalesce(x.amount, 0) < l.delivered_minor + l.invoiced_minor + l.returned_minor)
  order by l.line limit 1
$$;
