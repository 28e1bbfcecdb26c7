-- An invoice that names an order takes over what the order stands for; one that is changed does so anew.
create or replace function invoice_moves_order() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    perform order_take_over(n.id, business_now()) from new_rows n join sales_order o on o.external_id = n.order_code order by o.id, n.id;
  else
    perform order_take_over(n.id, business_now()) from new_rows n join old_rows p on p.id = n.id
      where (n.order_code, n.amount_minor) is distinct from (p.order_code, p.amount_minor)
        and (exists (select from sales_order o where o.external_id = n.order_code) or exists (select from order_invoice i where i.invoice_id = n.id))
      order by n.id;
  end if;
  return null;
end $$;

create or replace trigger invoice_inserted after insert on invoice referencing new table as new_rows
  for each statement execute function invoice_moves_order();
create or replace trigger invoice_updated after update on invoice referencing old table as old_rows new table as new_rows
  for each statement execute function invoice_moves_order();
