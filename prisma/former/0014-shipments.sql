-- Shipment requests: what of an order may leave, line by line, and the hold of the rest.

-- What was rescinded of a line is not shipped any more; its cents are cancelled.
alter table order_line add column rescinded_quantity numeric(18, 6) not null default 0 check (rescinded_quantity >= 0),
  add constraint shipped_or_rescinded check (shipped_quantity + rescinded_quantity <= quantity);

-- Of each line asked for: allowed to leave, gone (issued), given up (dropped); what is left waits for its hold.
create table shipment_request_line (
  request_id uuid not null references shipment_request,
  line int not null,
  requested numeric(18, 6) not null check (requested > 0),
  allowed numeric(18, 6) not null check (allowed >= issued),
  issued numeric(18, 6) not null default 0 check (issued >= 0),
  dropped numeric(18, 6) not null default 0 check (dropped >= 0),
  primary key (request_id, line),
  constraint each_piece_once check (allowed + dropped <= requested)
);
comment on column shipment_request.lines is 'as first answered: [{line, requested, allowed}]; what became of it stands in shipment_request_line';
create index shipment_request_customer on shipment_request (customer_id, at);

alter table shipment_hold
  add column forced boolean not null default false,
  -- Worth of what waits, in minor units of the order.
  add column withheld_minor bigint not null default 0 check (withheld_minor >= 0);
create index shipment_hold_open on shipment_hold (customer_id) where state = 'open';
create index shipment_hold_order on shipment_hold (order_id) where state = 'open';

-- An order that has ended takes its requests with it: nothing more may leave on them. No writer can forget.
create function order_ends_requests() returns trigger language plpgsql as $$
begin
  update shipment_request_line l set dropped = l.requested - l.issued, allowed = l.issued
    from shipment_request r where r.id = l.request_id and r.order_id = new.id and l.dropped <> l.requested - l.issued;
  return null;
end $$;
create trigger order_ended after update of state on sales_order for each row
  when (old.state = 'open' and new.state <> 'open') execute function order_ends_requests();
