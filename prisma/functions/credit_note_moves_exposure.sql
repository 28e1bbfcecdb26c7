-- What is left of a credit note lies on the account of its customer, as deposits do.
create or replace function credit_note_moves_exposure() returns trigger language plpgsql as $$
declare
  v_opened text[] := '{}';
  v_deltas exposure_delta[];
begin
  if tg_op = 'INSERT' then
    if not exists (select from new_rows n join credit_member m on m.customer_id = n.customer_id where n.unapplied_minor > 0) then return null; end if;
    v_opened := credit_open_currencies(array(select customer_id from new_rows order by id), array(select currency from new_rows order by id));
    select array_agg((m.account_id, 'deposits', null, n.unapplied_minor, 'credit-note', n.id)::exposure_delta) into v_deltas
    from new_rows n join credit_member m on m.customer_id = n.customer_id and m.currency = n.currency
    where n.unapplied_minor <> 0 and not (n.customer_id || ' ' || n.currency = any(v_opened));
  else
    select array_agg((m.account_id, 'deposits', null, n.unapplied_minor - o.unapplied_minor, 'credit-note', n.id)::exposure_delta) into v_deltas
    from new_rows n join old_rows o on o.id = n.id join credit_member m on m.customer_id = n.customer_id and m.currency = n.currency
    where n.unapplied_minor <> o.unapplied_minor;
  end if;
  if v_deltas is not null then perform credit_post(v_deltas, business_now()); end if;
  return null;
end $$;

create or replace trigger credit_note_inserted after insert on credit_note referencing new table as new_rows
  for each statement execute function credit_note_moves_exposure();
create or replace trigger credit_note_updated after update on credit_note referencing old table as old_rows new table as new_rows
  for each statement execute function credit_note_moves_exposure();
