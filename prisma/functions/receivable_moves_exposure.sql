-- What is open of receivables is owed on the account of their customers, by the day it is due.
create or replace function receivable_moves_exposure() returns trigger language plpgsql as $$
declare
  v_opened text[];
  v_deltas exposure_delta[];
begin
  if tg_op = 'INSERT' then
    if not exists (select from new_rows n join credit_member m on m.customer_id = n.customer_id) then return null; end if;
    v_opened := credit_open_currencies(array(select customer_id from new_rows order by id), array(select currency from new_rows order by id));
    select array_agg((m.account_id, 'open', x.due_date, x.amount, 'receivable', x.id)::exposure_delta) into v_deltas from (
      select n.id, n.customer_id, n.currency, n.due_date, n.amount_minor - n.paid_minor - n.credited_minor - n.written_off_minor as amount
      from new_rows n) x join credit_member m on m.customer_id = x.customer_id and m.currency = x.currency
      where not (x.customer_id || ' ' || x.currency = any(v_opened));
  else
    select array_agg((m.account_id, 'open', x.due_date, x.amount, 'receivable', x.id)::exposure_delta) into v_deltas from (
      select n.id, n.customer_id, n.currency, v.due_date, v.amount from new_rows n join old_rows o on o.id = n.id, lateral (values
        (n.due_date, n.amount_minor - n.paid_minor - n.credited_minor - n.written_off_minor),
        (o.due_date, -(o.amount_minor - o.paid_minor - o.credited_minor - o.written_off_minor))) v (due_date, amount)
      where (n.due_date, n.amount_minor - n.paid_minor - n.credited_minor - n.written_off_minor)
        <> (o.due_date, o.amount_minor - o.paid_minor - o.credited_minor - o.written_off_minor)) x
      join credit_member m on m.customer_id = x.customer_id and m.currency = x.currency;
  end if;
  if v_deltas is not null then perform credit_post(v_deltas, business_now()); end if;
  return null;
end $$;

create or replace trigger receivable_inserted after insert on receivable referencing new table as new_rows
  for each statement execute function receivable_moves_exposure();
create or replace trigger receivable_updated after update on receivable referencing old table as old_rows new table as new_rows
  for each statement execute function receivable_moves_exposure();
