-- Whoever moves a message: the process of its notice looks again. No writer can forget.
create or replace function message_tells_notice() returns trigger language plpgsql as $$
begin
  update wake set asked = asked + 1 where subject in (select n.process from notice n where n.message_id = new.id);
  if found then perform pg_notify('duecourse', 'wake'); end if;
  return null;
end $$;

create or replace trigger message_moved after update of state on message for each row
  when (old.state is distinct from new.state) execute function message_tells_notice();
