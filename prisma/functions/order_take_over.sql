-- An invoice takes over what its order stands for, delivered goods first; what it took before goes back first. The order may be that of
-- another customer of the same payer. Goods already shipped can always be invoiced, whatever became of the order.
create or replace function order_take_over(p_invoice uuid, p_at timestamptz) returns void language plpgsql as $$
declare
  v_invoice invoice;
  v_order sales_order;
  v_moves jsonb;
  v_took uuid[];
  r record;
begin
  select * into strict v_invoice from invoice where id = p_invoice;
  perform from sales_order o where o.id in (select order_id from order_invoice where invoice_id = p_invoice)
    or o.external_id = v_invoice.order_code order by o.id for no key update;
  for r in
    select i.order_id, jsonb_agg(jsonb_build_object('line', i.line, 'from', 'invoiced', 'amount', i.amount_minor, 'to', case
      when i.from_bucket = 'delivered' then 'delivered' when o.state <> 'open' then 'cancelled' when o.decision = 'held' then 'held'
      when o.prepaid then 'prepaid' when i.from_bucket in ('held', 'prepaid') then 'reserved' else i.from_bucket end)) as moves
    from order_invoice i join sales_order o on o.id = i.order_id where i.invoice_id = p_invoice group by 1 order by 1
  loop
    v_took := v_took || r.order_id;
    delete from order_invoice where invoice_id = p_invoice and order_id = r.order_id;
    perform order_move(r.order_id, r.moves, 'invoice.gave-back', p_at);
  end loop;
  select * into v_order from sales_order o where o.external_id = v_invoice.order_code and o.currency = v_invoice.currency
    and (o.id = any(v_took) or same_bearer(o.customer_id, v_invoice.customer_id));
  if not found then return; end if;
  with part as (
    select l.line, b.bucket, b.amount, sum(b.amount) over (order by b.turn, l.line) - b.amount as before
    from order_line l, lateral (values (1, 'delivered', l.delivered_minor), (2, 'ordered', l.ordered_minor), (3, 'reserved', l.reserved_minor),
      (4, 'prepaid', l.prepaid_minor), (5, 'held', l.held_minor)) b (turn, bucket, amount)
    where l.order_id = v_order.id and b.amount > 0),
  taken as (
    select line, bucket, least(amount, v_invoice.amount_minor - before)::bigint as amount from part where before < v_invoice.amount_minor),
  kept as (
    insert into order_invoice (order_id, line, invoice_id, amount_minor, from_bucket) select v_order.id, line, p_invoice, amount, bucket from taken)
  select jsonb_agg(jsonb_build_object('line', line, 'from', bucket, 'to', 'invoiced', 'amount', amount)) into v_moves from taken;
  if v_moves is not null then perform order_move(v_order.id, v_moves, 'invoice.took-over', p_at); end if;
end $$;
