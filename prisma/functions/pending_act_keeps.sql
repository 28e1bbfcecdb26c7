-- Who asked for what, and what is carried out, is never written over.
create or replace function pending_act_keeps() returns trigger language plpgsql as $$
begin
  if (new.kind, new.customer_id, new.subject_kind, new.subject_id, new.amount_minor, new.currency, new.payload, new.payload_hash, new.requested_by)
    is distinct from (old.kind, old.customer_id, old.subject_kind, old.subject_id, old.amount_minor, old.currency, old.payload, old.payload_hash, old.requested_by)
    or old.state <> 'pending' then
    raise exception 'a pending act is decided once, as it was asked for';
  end if;
  return new;
end $$;

create or replace trigger pending_act_keeps before update on pending_act for each row execute function pending_act_keeps();
