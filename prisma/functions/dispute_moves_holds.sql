-- A dispute opened, closed or given up changes what is overdue: decisions on the account are stale, and its holds look again.
create or replace function dispute_moves_holds() returns trigger language plpgsql as $$
declare v_account uuid;
begin
  select m.account_id into v_account from receivable r join credit_member m on m.customer_id = r.customer_id and m.currency = r.currency
    where r.id = new.receivable_id;
  if found then
    update credit_account set version = version + 1 where id = v_account;
    perform credit_ask_holds(array[v_account]);
  end if;
  return null;
end $$;

create or replace trigger dispute_moved after update of state, lapsed_at, amount_minor on dispute for each row
  when (old.state is distinct from new.state or old.lapsed_at is distinct from new.lapsed_at or old.amount_minor <> new.amount_minor)
  execute function dispute_moves_holds();
create or replace trigger dispute_opened after insert on dispute for each row execute function dispute_moves_holds();
create or replace trigger dispute_elsewhere after update of receivable_id on dispute for each row
  when (old.receivable_id <> new.receivable_id) execute function dispute_moves_holds();
