-- A customer under another payer or group: what it owes goes to the account that bears it from now on.
create or replace function customer_moves_exposure() returns trigger language plpgsql as $$
declare r record;
begin
  if tg_op = 'INSERT' then
    for r in select n.id from new_rows n where n.payer_code is not null or n.group_code is not null
      or exists (select from credit_account a where a.kind = 'payer' and a.code = n.external_id) order by n.id loop
      perform credit_rehome(r.id, business_now());
    end loop;
  else
    for r in select n.id from new_rows n join old_rows o on o.id = n.id
      where n.payer_code is distinct from o.payer_code or n.group_code is distinct from o.group_code order by n.id loop
      perform credit_rehome(r.id, business_now());
    end loop;
  end if;
  return null;
end $$;

create or replace trigger customer_inserted after insert on customer referencing new table as new_rows
  for each statement execute function customer_moves_exposure();
create or replace trigger customer_updated after update on customer referencing old table as old_rows new table as new_rows
  for each statement execute function customer_moves_exposure();
