-- The hold of what may not leave yet, as a process; and notices: letters to a customer that are about no rung of a receivable.

-- What may leave of a line is bounded by its cents: what was cancelled of it is not shipped any more.
alter table order_line drop column rescinded_quantity;

create table notice (
  id uuid primary key default uuidv7(),
  -- Made of business facts: the same notice is never asked for twice.
  key text not null unique,
  customer_id uuid not null references customer,
  template text not null,
  -- What the template may name under `notice`, by language.
  context jsonb not null,
  -- Workflow id of the process that waits for it, rung when it went, failed or arrived.
  process text not null,
  state text not null default 'requested' check (state in ('requested', 'taken', 'dropped')),
  reason text,
  -- Channels that failed.
  tried jsonb not null default '[]',
  requested_at timestamptz not null,
  taken_at timestamptz,
  message_id uuid references message
);
create index notice_requested on notice (customer_id) where state = 'requested';
create index notice_message on notice (message_id) where message_id is not null;

-- Whoever moves a message: the process of its notice looks again. No writer can forget.
create function message_tells_notice() returns trigger language plpgsql as $$
begin
  update wake set asked = asked + 1 where subject in (select n.process from notice n where n.message_id = new.id);
  if found then perform pg_notify('duecourse', 'wake'); end if;
  return null;
end $$;
create trigger message_moved after update of state on message for each row
  when (old.state is distinct from new.state) execute function message_tells_notice();

alter table shipment_hold
  add column round int not null default 1,
  -- Departments were told and the way to a decision laid.
  add column told_at timestamptz,
  add column arrived_at timestamptz,
  -- How notice was given when not by a message of ours.
  add column notice_by_hand jsonb,
  -- The time to answer was over.
  add column responded_at timestamptz,
  -- What the first tier proposed; the others agree or keep the hold.
  add column offer jsonb,
  -- Security that counted when it was opened: more of it ends a hold by law.
  add column secured_minor bigint not null default 0;
alter table shipment_hold drop column notice_message;
alter table shipment_hold alter column plan_step set default 'tell';

-- Open holds of shipments look again.
create function ask_shipment_holds(p_holds uuid[]) returns void language plpgsql as $$
begin
  if array_length(p_holds, 1) is null then return; end if;
  insert into wake (subject, kind, asked, customer_id)
  select 'shipment-hold-' || h.id, 'shipment-hold', 1, h.customer_id from shipment_hold h where h.id = any(p_holds) order by 1
  on conflict (subject) do update set asked = wake.asked + 1;
  perform pg_notify('duecourse', 'wake');
end $$;

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

-- What a hold depends on beside money tells it, whoever wrote it: its order, the customer's profile, answers to statements, differences settled.
create function order_tells_shipment_holds() returns trigger language plpgsql as $$
begin
  perform ask_shipment_holds(array(select h.id from shipment_hold h where h.order_id = new.id and h.state = 'open'));
  return null;
end $$;
create trigger order_changed after update of version on sales_order for each row
  when (old.version <> new.version) execute function order_tells_shipment_holds();

create function customer_tells_shipment_holds() returns trigger language plpgsql as $$
begin
  perform ask_shipment_holds(array(select h.id from shipment_hold h where h.customer_id = new.customer_id and h.state = 'open'));
  return null;
end $$;
create trigger profile_changed after insert or update of licence_until, listed on credit_profile
  for each row execute function customer_tells_shipment_holds();
create trigger difference_closed after update of state on reconciliation_difference for each row
  when (old.state = 'open' and new.state <> 'open') execute function customer_tells_shipment_holds();
create trigger customer_statement_settled after update of settled_at on customer_statement for each row
  when (old.settled_at is null and new.settled_at is not null) execute function customer_tells_shipment_holds();
create trigger statement_answered after update of answered_at on statement for each row
  when (old.answered_at is null and new.answered_at is not null) execute function customer_tells_shipment_holds();
