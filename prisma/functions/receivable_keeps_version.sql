-- What a receivable said until it was corrected stays on record.
create or replace function receivable_keeps_version() returns trigger language plpgsql as $$
begin
  insert into receivable_version (receivable_id, until, amount_minor, due_date, withdrawn)
  values (old.id, business_now(), old.amount_minor, old.due_date, old.withdrawn);
  return null;
end $$;

create or replace trigger receivable_corrected after update on receivable for each row
  when ((old.amount_minor, old.due_date, old.withdrawn) is distinct from (new.amount_minor, new.due_date, new.withdrawn))
  execute function receivable_keeps_version();
