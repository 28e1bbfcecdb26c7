-- A person has looked at goods that left: whoever closes the task lets the customer's orders be judged without it. No writer can forget.
create or replace function task_settles_breach() returns trigger language plpgsql as $$
declare v_accounts uuid[];
begin
  update shipment set breach_holds = null, breach_settled_at = new.closed_at where breach_holds = new.customer_id;
  v_accounts := array(select account_id from credit_member where customer_id = new.customer_id order by 1);
  update credit_account set version = version + 1 where id = any(v_accounts);
  perform credit_ask_holds(v_accounts);
  return null;
end $$;

create or replace trigger breach_task_closed after update of closed_at on work_order for each row
  when (old.closed_at is null and new.closed_at is not null and new.kind = 'shipment-breach') execute function task_settles_breach();
