-- The largest limit of an account together with all that its securities may add or take off.
create or replace function credit_bound_limits() returns trigger language plpgsql as $$
begin
  if (select coalesce(max(l.amount_minor), 0)::numeric from credit_limit l where l.account_id = new.account_id and l.revoked_at is null)
    + (select coalesce(sum(s.value_minor), 0) from security s where s.account_id = new.account_id and s.released_at is null) > 9007199254740991 then
    raise exception 'limits and securities of an account leave the bounds of a sum' using errcode = 'check_violation', constraint = 'credit_limit_sum_bound';
  end if;
  return null;
end $$;

create or replace trigger limit_bounded after insert or update of amount_minor, revoked_at on credit_limit for each row execute function credit_bound_limits();
create or replace trigger security_bounded after insert or update of value_minor, released_at, account_id on security for each row execute function credit_bound_limits();
