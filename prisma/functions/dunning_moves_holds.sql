-- Whoever decides on the account sees that it is held now; an item that no longer holds lets orders and shipments be judged again.
create or replace function dunning_moves_holds() returns trigger language plpgsql as $$
declare v_accounts uuid[];
begin
  v_accounts := array(select m.account_id from credit_member m where m.customer_id = new.customer_id and m.currency = new.currency);
  update credit_account set version = version + 1 where id = any(v_accounts);
  perform credit_ask_holds(v_accounts);
  return null;
end $$;

create or replace trigger receivable_holds_moved after update of holds_since on receivable for each row
  when (old.holds_since is distinct from new.holds_since) execute function dunning_moves_holds();
