-- A customer's payer or its own group changed: entries move to where they are borne from now on. Its row is locked by whoever changed it.
create or replace function credit_rehome(p_customer uuid, p_at timestamptz) returns void language plpgsql as $$
declare
  v_bearer credit_bearer;
  v_customer customer;
  v_new uuid;
  r record;
begin
  select * into v_bearer from credit_bearer where customer_id = p_customer;
  select * into v_customer from customer where id = p_customer;
  perform pg_advisory_xact_lock(hashtextextended('credit ' || k, 0))
    from unnest(array['payer ' || v_bearer.code, 'payer ' || v_customer.external_id, 'group ' || v_bearer.group_code]) k where k is not null order by k;
  -- Whoever comes to a payer or group that has accounts, or brings one along, is borne there from the first day, and so are its fellows.
  for r in select distinct a.currency from credit_account a
    where a.kind = 'payer' and a.code in (v_bearer.code, v_customer.external_id) or a.kind = 'group' and a.code = v_bearer.group_code
      or a.id in (select account_id from credit_member where customer_id = p_customer) order by 1 loop
    perform credit_open_family(p_customer, r.currency, p_at);
  end loop;
  -- As a payer: its accounts go to its present group, with all they bear.
  for r in select a.id, a.currency, a.group_account from credit_account a left join credit_account g on g.id = a.group_account
    where a.kind = 'payer' and a.code = v_customer.external_id and g.code is distinct from v_customer.group_code order by a.id loop
    v_new := case when v_customer.group_code is not null
      then credit_ensure('group', v_customer.group_code, r.currency, null, null, p_at) end;
    perform from credit_account where id in (r.group_account, v_new) order by id for no key update;
    perform from credit_account where id = r.id for no key update;
    perform credit_post(array(
      select (x.account, d.bucket, d.on_date, x.sign * d.amount, 'group.changed', p_customer)::exposure_delta
      from (values (r.group_account, -1), (v_new, 1)) x (account, sign), lateral (
        select bucket, on_date, amount_minor as amount from exposure_by_date where account_id = r.id
        union all select 'delivered', null, delivered_minor from credit_account where id = r.id
        union all select 'deposits', null, deposits_minor from credit_account where id = r.id) d
      where x.account is not null), p_at, false);
    update credit_account set group_account = v_new, customer_id = p_customer where id = r.id;
  end loop;
  if exists (select from credit_member m join credit_account a on a.id = m.account_id where m.customer_id = p_customer and a.code <> v_bearer.code) then
    perform order_uncover(p_customer, p_at);
  end if;
  -- As a customer: what it owes goes to its present payer.
  for r in select m.currency, m.account_id from credit_member m join credit_account a on a.id = m.account_id
    where m.customer_id = p_customer and a.code <> v_bearer.code order by m.currency loop
    select id into strict v_new from credit_account where kind = 'payer' and code = v_bearer.code and currency = r.currency;
    perform credit_post(array(
      select (x.account, d.bucket, d.on_date, x.sign * d.amount_minor, 'payer.changed', p_customer)::exposure_delta
      from credit_documents(array[p_customer]) d, (values (r.account_id, -1), (v_new, 1)) x (account, sign)
      where d.currency = r.currency), p_at);
    update credit_member set account_id = v_new where customer_id = p_customer and currency = r.currency;
    update sales_order set account_id = v_new where customer_id = p_customer and account_id = r.account_id;
  end loop;
  perform credit_post(order_cover(array(
    select o.id from sales_order o where o.customer_id = p_customer and (o.prepaid and o.state = 'open' or exists (select from payment p where p.order_code = o.external_id)) order by o.id)), p_at);
end $$;
