-- An order that has ended takes its requests with it: nothing more may leave on them. No writer can forget.
create or replace function order_ends_requests() returns trigger language plpgsql as $$
begin
  update shipment_request_line l set dropped = l.requested - l.issued, allowed = l.issued
    from shipment_request r where r.id = l.request_id and r.order_id = new.id and l.dropped <> l.requested - l.issued;
  return null;
end $$;

create or replace trigger order_ended after update of state on sales_order for each row
  when (old.state = 'open' and new.state <> 'open') execute function order_ends_requests();
