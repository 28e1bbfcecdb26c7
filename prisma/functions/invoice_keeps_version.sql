-- The issue date an invoice had until it was corrected stays on record.
create or replace function invoice_keeps_version() returns trigger language plpgsql as $$
begin
  insert into invoice_version (invoice_id, until, issue_date) values (old.id, business_now(), old.issue_date);
  return null;
end $$;

create or replace trigger invoice_redated after update on invoice for each row when (old.issue_date <> new.issue_date)
  execute function invoice_keeps_version();
