-- Rows that an earlier version let in with a date or an amount out of bounds: found by indexes that hold nothing else, shown as faulty.
-- A date is out of bounds more than sixty years from the day its row was entered (documents may lie thirty years from that day).
create function out_of_time(on_date date, entered timestamptz) returns boolean language sql immutable as
  $$ select on_date < (entered at time zone 'UTC')::date - 21915 or on_date > (entered at time zone 'UTC')::date + 21915 $$;
create function out_of_sum(minor bigint) returns boolean language sql immutable as
  $$ select minor > 9007199254740991 or minor < -9007199254740991 $$;

create index receivable_faulty on receivable (id) where out_of_time(due_date, posted_at) or out_of_sum(amount_minor);
create index invoice_faulty on invoice (id) where out_of_time(issue_date, created_at) or out_of_sum(amount_minor);
create index payment_faulty on payment (id) where out_of_time(received_on, posted_at) or out_of_sum(amount_minor) or out_of_sum(unapplied_minor);
create index credit_note_faulty on credit_note (id) where out_of_time(issued_on, posted_at) or out_of_sum(amount_minor);
create index promise_faulty on promise (id) where out_of_time(due_on, made_at) or out_of_sum(amount_minor);
create index sales_order_faulty on sales_order (id) where out_of_time(requested_ship_date, created_at) or out_of_sum(amount_minor);

-- `ended`: nothing is left to be put right, since it was taken back; it is shown as what it is.
create view faulty_row as
  select 'receivable' as kind, id, customer_id, array_remove(array[
    case when out_of_time(due_date, posted_at) then 'due-date' end, case when out_of_sum(amount_minor) then 'amount' end], null) as fields, withdrawn as ended
  from receivable where out_of_time(due_date, posted_at) or out_of_sum(amount_minor)
  union all select 'invoice', id, customer_id, array_remove(array[
    case when out_of_time(issue_date, created_at) then 'issue-date' end, case when out_of_sum(amount_minor) then 'amount' end], null), false
  from invoice where out_of_time(issue_date, created_at) or out_of_sum(amount_minor)
  union all select 'payment', id, customer_id, array_remove(array[
    case when out_of_time(received_on, posted_at) then 'received-on' end,
    case when out_of_sum(amount_minor) or out_of_sum(unapplied_minor) then 'amount' end], null), reversed_at is not null
  from payment where out_of_time(received_on, posted_at) or out_of_sum(amount_minor) or out_of_sum(unapplied_minor)
  union all select 'credit-note', id, customer_id, array_remove(array[
    case when out_of_time(issued_on, posted_at) then 'issue-date' end, case when out_of_sum(amount_minor) then 'amount' end], null), reversed_on is not null
  from credit_note where out_of_time(issued_on, posted_at) or out_of_sum(amount_minor)
  union all select 'promise', id, customer_id, array_remove(array[
    case when out_of_time(due_on, made_at) then 'promised-for' end, case when out_of_sum(amount_minor) then 'amount' end], null), state = 'cancelled'
  from promise where out_of_time(due_on, made_at) or out_of_sum(amount_minor)
  union all select 'order', id, customer_id, array_remove(array[
    case when out_of_time(requested_ship_date, created_at) then 'ship-date' end, case when out_of_sum(amount_minor) then 'amount' end], null), false
  from sales_order where out_of_time(requested_ship_date, created_at) or out_of_sum(amount_minor);
