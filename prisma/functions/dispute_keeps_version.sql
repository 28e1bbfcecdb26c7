-- Where an open dispute stood, and over how much, until a correction of its invoice moved it, stays on record.
create or replace function dispute_keeps_version() returns trigger language plpgsql as $$
begin
  insert into dispute_version (dispute_id, until, receivable_id, amount_minor)
  values (old.id, business_now(), old.receivable_id, old.amount_minor);
  return null;
end $$;

create or replace trigger dispute_corrected after update on dispute for each row
  when (old.state = 'open' and (old.receivable_id, old.amount_minor) is distinct from (new.receivable_id, new.amount_minor))
  execute function dispute_keeps_version();
