-- What an act that waits withholds follows the invoice that it is about; of an act that is decided it stays as it was.

grant delete on pending_act_receivable to duecourse_app;

create function withheld_while_pending() returns trigger language plpgsql as $$
begin
  if exists (select from pending_act p where p.id = old.act_id and p.state <> 'pending') then
    raise exception 'what act % withheld is not changed any more', old.act_id using errcode = 'insufficient_privilege';
  end if;
  return old;
end $$;
create trigger withheld_while_pending before delete on pending_act_receivable for each row execute function withheld_while_pending();
