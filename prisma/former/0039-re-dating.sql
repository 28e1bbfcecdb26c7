-- The day a debt was agreed to be due, which tells how much time a correction gives; and the day from which limitation runs, which no
-- correction of ours moves to later.
alter table receivable
  add column agreed_due_date date,
  add column limitation_due_date date;
update receivable set agreed_due_date = due_date, limitation_due_date = due_date;

create function receivable_keeps_first_due() returns trigger language plpgsql as $$
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
create trigger receivable_first_due_in before insert on receivable for each row execute function receivable_keeps_first_due();
create trigger receivable_first_due_on before update of due_date on receivable for each row execute function receivable_keeps_first_due();

-- What of a receivable is not asked for while an act waits.
create table pending_act_receivable (
  act_id uuid not null references pending_act,
  receivable_id uuid not null references receivable,
  amount_minor bigint not null check (amount_minor > 0),
  primary key (act_id, receivable_id)
);
create index pending_act_receivable_of on pending_act_receivable (receivable_id);
revoke update, delete, truncate on pending_act_receivable from duecourse_app;
