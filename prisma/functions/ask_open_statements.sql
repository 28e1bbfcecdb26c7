-- Whoever writes a document: the statements that do not agree yet of the customer, and of those merged into it, look again. No writer can forget.
create or replace function ask_open_statements() returns trigger language plpgsql as $$
begin
  update wake set asked = asked + 1 where subject in (
    select 'reconciliation-' || s.id from customer_statement s where s.customer_id in (
        select customer_id from told union select m.id from told join customer m on m.merged_into = told.customer_id)
      and s.settled_at is null and s.withdrawn_at is null and s.superseded_by is null order by s.id);
  if found then
    perform pg_notify('duecourse', 'wake');
  end if;
  return null;
end $$;

create or replace trigger credit_note_told after insert on credit_note referencing new table as told
  for each statement execute function ask_open_statements();
create or replace trigger invoice_retold after update on invoice referencing new table as told for each statement execute function ask_open_statements();
create or replace trigger invoice_told after insert on invoice referencing new table as told for each statement execute function ask_open_statements();
create or replace trigger payment_retold after update on payment referencing new table as told for each statement execute function ask_open_statements();
create or replace trigger payment_told after insert on payment referencing new table as told for each statement execute function ask_open_statements();
