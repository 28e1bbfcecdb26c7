-- The day agreed first tells how much time a correction gives; the day from which limitation runs moves to no later one by a correction of ours.
create or replace function receivable_keeps_first_due() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    new.agreed_due_date := coalesce(new.agreed_due_date, new.due_date);
    new.limitation_due_date := coalesce(new.limitation_due_date, new.due_date);
  else
    new.agreed_due_date := case when new.agreed_due_date = old.agreed_due_date then least(old.agreed_due_date, new.due_date) else new.agreed_due_date end;
    new.limitation_due_date := least(old.limitation_due_date, new.due_date);
  end if;
  return new;
end $$;

create or replace trigger receivable_first_due_in before insert on receivable for each row execute function receivable_keeps_first_due();
create or replace trigger receivable_first_due_on before update of due_date on receivable for each row execute function receivable_keeps_first_due();
