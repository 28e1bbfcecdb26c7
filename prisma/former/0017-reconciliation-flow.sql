-- A statement of ours gives way to the next in one transaction, in which the older one is marked first.
alter table statement alter constraint statement_superseded_by_fkey deferrable initially deferred;

-- A statement of the customer's is a process while something of it is open; a newer one takes the place of those it covers.
alter table customer_statement
  add column superseded_by uuid references customer_statement,
  add column seq bigint not null default 0,
  add column plan_step text not null default 'look' check (plan_step in ('wait', 'look', 'close')),
  add column plan_at timestamptz;
create index customer_statement_open on customer_statement (customer_id) where settled_at is null and withdrawn_at is null and superseded_by is null;

-- Whoever writes a document: the customer's statements that do not agree yet look again. No writer can forget.
create function ask_open_statements() returns trigger language plpgsql as $$
begin
  update wake set asked = asked + 1 where subject in (
    select 'reconciliation-' || s.id from customer_statement s where s.customer_id in (select customer_id from told)
      and s.settled_at is null and s.withdrawn_at is null and s.superseded_by is null order by s.id);
  if found then
    perform pg_notify('duecourse', 'wake');
  end if;
  return null;
end $$;
create trigger invoice_told after insert on invoice referencing new table as told for each statement execute function ask_open_statements();
create trigger invoice_retold after update on invoice referencing new table as told for each statement execute function ask_open_statements();
create trigger payment_told after insert on payment referencing new table as told for each statement execute function ask_open_statements();
create trigger payment_retold after update on payment referencing new table as told for each statement execute function ask_open_statements();
create trigger credit_note_told after insert on credit_note referencing new table as told
  for each statement execute function ask_open_statements();

alter table wake drop constraint wake_kind_check;
alter table wake add constraint wake_kind_check check (kind in ('receivable', 'outreach', 'work-order', 'credit-application',
  'credit-review', 'reservation', 'order-hold', 'shipment-hold', 'nightly', 'profile-refresh', 'statement', 'reconciliation'));
