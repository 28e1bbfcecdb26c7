-- Whoever writes what lets goods leave a customer: its open holds of shipments look again. No writer can forget.
create or replace function customer_tells_shipment_holds() returns trigger language plpgsql as $$
begin
  perform ask_shipment_holds(array(select h.id from shipment_hold h where h.customer_id = new.customer_id and h.state = 'open'));
  return null;
end $$;

create or replace trigger profile_changed after insert or update of licence_until, listed on credit_profile
  for each row execute function customer_tells_shipment_holds();
create or replace trigger customer_statement_settled after update of settled_at on customer_statement for each row
  when (old.settled_at is null and new.settled_at is not null) execute function customer_tells_shipment_holds();
create or replace trigger difference_closed after update of state on reconciliation_difference for each row
  when (old.state = 'open' and new.state <> 'open') execute function customer_tells_shipment_holds();
create or replace trigger statement_answered after update of answered_at on statement for each row
  when (old.answered_at is null and new.answered_at is not null) execute function customer_tells_shipment_holds();
