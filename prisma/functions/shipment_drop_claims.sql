-- Claims of requests on a line that can no longer be met, since the goods left otherwise, are given up: the latest first, what waits first.
create or replace function shipment_drop_claims(p_order uuid, p_line int) returns void language plpgsql as $$
declare
  v_over numeric;
  v_cut numeric;
  r record;
begin
  select coalesce(sum(l.requested - l.dropped - l.issued), 0) - (select o.quantity - o.shipped_quantity from order_line o where o.order_id = p_order and o.line = p_line)
    into v_over from shipment_request q join shipment_request_line l on l.request_id = q.id where q.order_id = p_order and l.line = p_line;
  for r in select l.* from shipment_request q join shipment_request_line l on l.request_id = q.id
    where q.order_id = p_order and l.line = p_line order by q.at desc, q.id desc
  loop
    exit when v_over <= 0;
    v_cut := least(v_over, r.requested - r.dropped - r.issued);
    update shipment_request_line set dropped = dropped + v_cut, allowed = least(allowed, requested - dropped - v_cut)
      where request_id = r.request_id and line = p_line;
    v_over := v_over - v_cut;
  end loop;
  perform ask_shipment_holds(array(select h.id from shipment_hold h where h.order_id = p_order and h.state = 'open'));
end $$;
