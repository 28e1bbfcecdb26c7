-- What a receivable was before a correction moved its amount or date, or took it out of its invoice: figures of a past day are told by it.

create table receivable_version (
  id bigint generated always as identity primary key,
  receivable_id uuid not null references receivable,
  -- The business instant up to which it was so.
  until timestamptz not null,
  amount_minor bigint not null,
  due_date date not null,
  withdrawn boolean not null
);
create index receivable_version_of on receivable_version (receivable_id, until);

create function receivable_keeps_version() returns trigger language plpgsql as $$
begin
  insert into receivable_version (receivable_id, until, amount_minor, due_date, withdrawn)
  values (old.id, business_now(), old.amount_minor, old.due_date, old.withdrawn);
  return null;
end $$;
create trigger receivable_corrected after update on receivable for each row
  when ((old.amount_minor, old.due_date, old.withdrawn) is distinct from (new.amount_minor, new.due_date, new.withdrawn))
  execute function receivable_keeps_version();
