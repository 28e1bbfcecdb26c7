-- Opens what is not open yet of the accounts of a customer's payer and group in a currency: for all customers they bear, with all these
-- owe by now. Customers are locked first, as by everybody who moves their money.
create or replace function credit_open_family(p_customer uuid, p_currency text, p_at timestamptz) returns void language plpgsql as $$
declare
  v_code text;
  v_group text;
  v_family uuid[];
  v_deltas exposure_delta[];
begin
  select b.code, b.group_code into v_code, v_group from credit_bearer b where b.customer_id = p_customer;
  perform pg_advisory_xact_lock(hashtextextended('credit ' || k, 0)) from unnest(array['payer ' || v_code, 'group ' || v_group]) k
    where k is not null order by k;
  v_family := case when v_group is null
    then (select array_agg(c.id) from customer c where c.payer_code = v_code or c.external_id = v_code and c.payer_code is null)
    else (select array_agg(c.id) from customer p join customer c on c.payer_code = p.external_id or c.id = p.id and c.payer_code is null
      where p.group_code = v_group) end;
  perform from customer where id = any(v_family) order by id for no key update;
  if not exists (select from credit_bearer b where b.customer_id = p_customer and b.code = v_code and b.group_code is not distinct from v_group) then
    raise exception 'a customer changed its payer or group meanwhile' using errcode = 'serialization_failure';
  end if;
  with wanted as (
    select b.customer_id, b.code, b.payer_id, d.currency from credit_bearer b
      join lateral (select p_currency as currency union select currency from credit_documents(array[b.customer_id])) d on true
      where b.customer_id = any(v_family)),
  every_currency as (
    select distinct w.customer_id, w.code, w.payer_id, o.currency from wanted w join wanted o on o.code = w.code
    union
    select w.customer_id, w.code, w.payer_id, a.currency from wanted w join credit_account a on a.kind = 'payer' and a.code = w.code),
  groups as (
    select currency, credit_ensure('group', v_group, currency, null, null, p_at) as id
    from (select distinct currency from every_currency) c where v_group is not null),
  accounts as (
    select c.code, c.currency, credit_ensure('payer', c.code, c.currency, c.payer_id, g.id, p_at) as id
    from (select distinct code, payer_id, currency from every_currency) c left join groups g on g.currency = c.currency),
  members as (
    insert into credit_member (customer_id, currency, account_id)
    select e.customer_id, e.currency, a.id from every_currency e join accounts a on a.code = e.code and a.currency = e.currency
    on conflict (customer_id, currency) do nothing
    returning customer_id, currency, account_id)
  select array_agg((m.account_id, d.bucket, d.on_date, d.amount_minor, 'account.opened', m.customer_id)::exposure_delta) into v_deltas
  from members m join credit_documents(v_family) d on d.customer_id = m.customer_id and d.currency = m.currency;
  if v_deltas is not null then perform credit_post(v_deltas, p_at); end if;
end $$;
