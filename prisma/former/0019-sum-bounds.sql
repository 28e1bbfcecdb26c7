-- Sums stay as exact as single amounts: within ±(2^53 − 1) minor units. What would take an account further is refused, and nothing of it is
-- written. Rows from before are left as they are (not valid): they fail when they next move, not when this is run.
alter table credit_account add constraint credit_account_sum_bound check (
  reserved_minor::numeric + ordered_minor + delivered_minor + open_minor + bills_minor <= 9007199254740991 and deposits_minor <= 9007199254740991) not valid;
alter table order_decision add constraint order_decision_sum_bound check (
  abs(before_minor) <= 9007199254740991 and abs(after_minor) <= 9007199254740991) not valid;

-- The largest limit of an account together with all that its securities may add or take off.
create function credit_bound_limits() returns trigger language plpgsql as $$
begin
  if (select coalesce(max(l.amount_minor), 0)::numeric from credit_limit l where l.account_id = new.account_id and l.revoked_at is null)
    + (select coalesce(sum(s.value_minor), 0) from security s where s.account_id = new.account_id and s.released_at is null) > 9007199254740991 then
    raise exception 'limits and securities of an account leave the bounds of a sum' using errcode = 'check_violation', constraint = 'credit_limit_sum_bound';
  end if;
  return null;
end $$;
create trigger limit_bounded after insert or update of amount_minor, revoked_at on credit_limit for each row execute function credit_bound_limits();
create trigger security_bounded after insert or update of value_minor, released_at, account_id on security for each row execute function credit_bound_limits();
