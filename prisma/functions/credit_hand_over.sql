-- What a customer owes goes to the account that bears another one; its documents follow in the same transaction, both customers being locked.
create or replace function credit_hand_over(p_from uuid, p_to uuid, p_at timestamptz) returns void language plpgsql as $$
declare
  v_old uuid;
  v_new uuid;
  r record;
begin
  for r in select currency from credit_documents(array[p_from]) union select currency from credit_member where customer_id = p_from order by 1 loop
    v_old := credit_open(p_from, r.currency, p_at);
    v_new := credit_open(p_to, r.currency, p_at);
    perform credit_post(array(
      select (x.account, d.bucket, d.on_date, x.sign * d.amount_minor, 'customer.merged', p_from)::exposure_delta
      from credit_documents(array[p_from]) d, (values (v_old, -1), (v_new, 1)) x (account, sign)
      where d.currency = r.currency and v_old <> v_new), p_at);
    update sales_order set account_id = v_new where customer_id = p_from and currency = r.currency;
  end loop;
end $$;
