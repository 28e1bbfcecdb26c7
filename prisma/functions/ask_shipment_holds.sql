-- Open holds of shipments look again.
create or replace function ask_shipment_holds(p_holds uuid[]) returns void language plpgsql as $$
begin
  if array_length(p_holds, 1) is null then return; end if;
  insert into wake (subject, kind, asked, customer_id)
  select 'shipment-hold-' || h.id, 'shipment-hold', 1, h.customer_id from shipment_hold h where h.id = any(p_holds) order by 1
  on conflict (subject) do update set asked = wake.asked + 1;
  perform pg_notify('duecourse', 'wake');
end $$;
