-- A promise that was judged can no longer be cancelled, and nothing is reckoned from it: it holds its receivable up no more.
create or replace function receivable_faulty(r receivable) returns boolean language sql stable as $$
  select out_of_time(r.due_date, r.posted_at) or out_of_sum(r.amount_minor) or exists (
    select from promise p where p.receivable_id = r.id and p.state = 'pending' and (out_of_time(p.due_on, p.made_at) or out_of_sum(p.amount_minor)))
$$;

-- `ended`: nothing is left to be put right, since it was taken back or judged; it is shown as what it is.
create or replace view faulty_row as
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
    case when out_of_time(due_on, made_at) then 'promised-for' end, case when out_of_sum(amount_minor) then 'amount' end], null), state <> 'pending'
  from promise where out_of_time(due_on, made_at) or out_of_sum(amount_minor)
  union all select 'order', id, customer_id, array_remove(array[
    case when out_of_time(requested_ship_date, created_at) then 'ship-date' end, case when out_of_sum(amount_minor) then 'amount' end], null), false
  from sales_order where out_of_time(requested_ship_date, created_at) or out_of_sum(amount_minor);
