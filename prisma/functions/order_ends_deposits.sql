-- What is bound to an order lowers other things when it ends, and when it is opened again. No writer can forget.
create or replace function order_ends_deposits() returns trigger language plpgsql as $$
begin
  perform credit_post(order_cover(array[new.id]), business_now());
  return null;
end $$;

create or replace trigger order_ended_or_opened after update of state on sales_order for each row
  when (old.state <> new.state) execute function order_ends_deposits();
