-- Puts lines in the place of those that stand: what was delivered or invoiced stays, all else goes to the target bucket; of an approved
-- order what is committed to ship stays so. Answers how far each bucket of the account moved.
create or replace function order_put_lines(p_order uuid, p_lines jsonb, p_target text) returns jsonb language sql as $$
  with x as (
    select * from jsonb_to_recordset(p_lines) as x (line int, item text, "productLine" text, quantity numeric, "unitPrice" text, "amountMinor" bigint)),
  old as (select * from order_line where order_id = p_order),
  n as (
    select x.*, coalesce(o.delivered_minor, 0) as delivered, coalesce(o.invoiced_minor, 0) as invoiced, o.line is not null as known,
      x."amountMinor" - coalesce(o.delivered_minor + o.invoiced_minor + o.returned_minor, 0) as rest,
      case when p_target = 'reserved' then least(coalesce(o.ordered_minor, 0), x."amountMinor" - coalesce(o.delivered_minor + o.invoiced_minor + o.returned_minor, 0)) else 0 end as ordered
    from x left join old o on o.line = x.line),
  gone as (delete from order_line l where l.order_id = p_order and not exists (select from x where x.line = l.line)),
  changed as (
    update order_line l set item = n.item, product_line = n."productLine", quantity = n.quantity, unit_price = n."unitPrice", amount_minor = n."amountMinor",
      held_minor = case p_target when 'held' then n.rest else 0 end, prepaid_minor = case p_target when 'prepaid' then n.rest else 0 end,
      reserved_minor = case p_target when 'reserved' then n.rest - n.ordered else 0 end, ordered_minor = n.ordered,
      cancelled_minor = case p_target when 'cancelled' then n.rest else 0 end
    from n where l.order_id = p_order and l.line = n.line),
  added as (
    insert into order_line (order_id, line, item, product_line, quantity, unit_price, amount_minor, held_minor, prepaid_minor, reserved_minor, cancelled_minor)
    select p_order, n.line, n.item, n."productLine", n.quantity, n."unitPrice", n."amountMinor", case p_target when 'held' then n.rest else 0 end,
      case p_target when 'prepaid' then n.rest else 0 end, case p_target when 'reserved' then n.rest else 0 end,
      case p_target when 'cancelled' then n.rest else 0 end
    from n where not n.known)
  select jsonb_build_object(
    'reservedBefore', coalesce((select sum(reserved_minor) from old), 0), 'orderedBefore', coalesce((select sum(ordered_minor) from old), 0),
    'reserved', case when p_target = 'reserved' then (select sum(rest - ordered) from n) else 0 end,
    'ordered', (select sum(ordered) from n))
$$;
