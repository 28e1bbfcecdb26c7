-- The account that bears a customer in a currency, opened when it is not.
create or replace function credit_open(p_customer uuid, p_currency text, p_at timestamptz) returns uuid language plpgsql as $$
declare v_account uuid;
begin
  select account_id into v_account from credit_member where customer_id = p_customer and currency = p_currency;
  if found then return v_account; end if;
  perform credit_open_family(p_customer, p_currency, p_at);
  select account_id into strict v_account from credit_member where customer_id = p_customer and currency = p_currency;
  return v_account;
end $$;
