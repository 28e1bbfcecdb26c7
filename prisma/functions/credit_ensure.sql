-- The account of a payer or group in a currency; made when there is none.
create or replace function credit_ensure(p_kind text, p_code text, p_currency text, p_customer uuid, p_group uuid, p_at timestamptz) returns uuid
language plpgsql as $$
declare v_id uuid;
begin
  select id into v_id from credit_account where kind = p_kind and code = p_code and currency = p_currency;
  if found then return v_id; end if;
  insert into credit_account (kind, code, currency, customer_id, group_account, opened_at)
  values (p_kind, p_code, p_currency, p_customer, p_group, p_at)
  on conflict (kind, code, currency) do nothing returning id into v_id;
  if v_id is null then raise exception 'a credit account was opened meanwhile' using errcode = 'serialization_failure'; end if;
  return v_id;
end $$;
