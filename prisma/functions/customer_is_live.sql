-- Whoever read a customer just before it was merged begins anew, and finds who took it over.
create or replace function customer_is_live() returns trigger language plpgsql as $$
begin
  if exists (select from customer where merged_into is not null)
    and exists (select from new_rows n join customer c on c.id = n.customer_id where c.merged_into is not null) then
    raise exception 'a customer was merged meanwhile' using errcode = 'serialization_failure';
  end if;
  return null;
end $$;

create or replace trigger application_of_live after insert on credit_application referencing new table as new_rows for each statement execute function customer_is_live();
create or replace trigger credit_note_of_live after insert on credit_note referencing new table as new_rows for each statement execute function customer_is_live();
create or replace trigger invoice_of_live after insert on invoice referencing new table as new_rows for each statement execute function customer_is_live();
create or replace trigger payment_of_live after insert on payment referencing new table as new_rows for each statement execute function customer_is_live();
create or replace trigger refund_of_live after insert on refund referencing new table as new_rows for each statement execute function customer_is_live();
create or replace trigger order_of_live after insert on sales_order referencing new table as new_rows for each statement execute function customer_is_live();
