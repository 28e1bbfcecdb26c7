-- The audit record is only ever added to, whoever writes.
create or replace function audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the audit record is append-only' using errcode = 'insufficient_privilege';
end $$;

create or replace trigger audit_append_only before update or delete or truncate on audit
  for each statement execute function audit_is_append_only();
