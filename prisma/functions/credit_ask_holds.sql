-- Exposure fell, or a limit rose, on one of these accounts: holds of orders that may be released by themselves look again, and those of shipments.
create or replace function credit_ask_holds(p_accounts uuid[]) returns void language plpgsql as $$
declare
  v_touched uuid[];
  v_asked int;
begin
  select array_agg(s.id) into v_touched from (
    select s.id from credit_account a join credit_account s
      on s.kind = 'payer' and s.code = a.code where a.id = any(p_accounts) and a.kind = 'payer'
    union
    select s.id from credit_account a join credit_account g on g.kind = 'group' and g.code = a.code
      join credit_account m on m.group_account = g.id join credit_account s on s.kind = 'payer' and s.code = m.code
      where a.id = any(p_accounts) and a.kind = 'group') s;
  with asked as (
    insert into wake (subject, kind, asked, customer_id)
    select 'order-hold-' || h.id, 'order-hold', 1, h.customer_id
    from sales_order o join order_hold h on h.order_id = o.id and h.state = 'open' and not h.forced
    where o.account_id = any(v_touched) and o.state = 'open' and o.decision = 'held'
    order by 1
    on conflict (subject) do update set asked = wake.asked + 1
    returning 1)
  select count(*) into v_asked from asked;
  if v_asked > 0 then perform pg_notify('duecourse', 'wake'); end if;
  perform ask_shipment_holds(array(select h.id from shipment_hold h join sales_order o on o.id = h.order_id
    where h.state = 'open' and o.account_id = any(v_touched)));
end $$;
