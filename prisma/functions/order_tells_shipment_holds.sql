-- Whoever changes an order: its open holds of shipments look again. No writer can forget.
create or replace function order_tells_shipment_holds() returns trigger language plpgsql as $$
begin
  perform ask_shipment_holds(array(select h.id from shipment_hold h where h.order_id = new.id and h.state = 'open'));
  return null;
end $$;

create or replace trigger order_changed after update of version on sales_order for each row
  when (old.version <> new.version) execute function order_tells_shipment_holds();
