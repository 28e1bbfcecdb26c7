-- A customer that was merged into another one: its row stays readable, what it owed is the other's.

alter table customer add column merged_into uuid references customer (id) check (merged_into <> id), add column merged_at timestamptz,
  add constraint customer_merged_whole check ((merged_into is null) = (merged_at is null));
create index customer_merged on customer (merged_into) where merged_into is not null;
comment on column customer.merged_into is 'the customer that took it over, never itself merged: a later merge of that one moves this on';

-- Our id inside a text, or null.
create function our_id(p_text text) returns uuid language sql immutable as $$
  select case when p_text ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then p_text::uuid end
$$;

-- Whose documents a name of a customer means today: the code of who took it over, else the name as it is.
create function customer_now(p_name text) returns text language sql stable as $$
  select coalesce((select n.external_id from customer o join customer n on n.id = o.merged_into
    where o.external_id = p_name or o.id = our_id(p_name) order by o.external_id = p_name desc limit 1), p_name)
$$;

-- A customer with all that were merged into it, under whichever of their names: whose record is one.
create function customer_family(p_name text) returns uuid[] language sql stable as $$
  select array(select k.id from (select coalesce(o.merged_into, o.id) as id from customer o
    where o.external_id = p_name or o.id = our_id(p_name) order by o.external_id = p_name desc limit 1) f
    join customer k on k.id = f.id or k.merged_into = f.id)
$$;

-- Requests of the order check, each at whoever took its customer over.
create function requests_now(p_requests jsonb) returns jsonb language sql stable as $$
  select case when exists (select from customer where merged_into is not null)
    then (select jsonb_agg(r || jsonb_build_object('customer', customer_now(r ->> 'customer')) order by n) from jsonb_array_elements(p_requests) with ordinality x (r, n))
    else p_requests end
$$;

-- What a customer owes goes to the account that bears another one; its documents follow in the same transaction, both customers being locked.
create function credit_hand_over(p_from uuid, p_to uuid, p_at timestamptz) returns void language plpgsql as $$
declare
  v_old uuid;
  v_new uuid;
  r record;
begin
  for r in select currency from credit_documents(array[p_from]) union select currency from credit_member where customer_id = p_from order by 1 loop
    v_old := credit_open(p_from, r.currency, p_at);
    v_new := credit_open(p_to, r.currency, p_at);
    perform credit_post(array(
      select (x.account, d.bucket, d.on_date, x.sign * d.amount_minor, 'customer.merged', p_from)::exposure_delta
      from credit_documents(array[p_from]) d, (values (v_old, -1), (v_new, 1)) x (account, sign)
      where d.currency = r.currency and v_old <> v_new), p_at);
    update sales_order set account_id = v_new where customer_id = p_from and currency = r.currency;
  end loop;
end $$;

-- Whoever read a customer just before it was merged begins anew, and finds who took it over.
create function customer_is_live() returns trigger language plpgsql as $$
begin
  if exists (select from customer where merged_into is not null)
    and exists (select from new_rows n join customer c on c.id = n.customer_id where c.merged_into is not null) then
    raise exception 'a customer was merged meanwhile' using errcode = 'serialization_failure';
  end if;
  return null;
end $$;
create trigger order_of_live after insert on sales_order referencing new table as new_rows for each statement execute function customer_is_live();
create trigger invoice_of_live after insert on invoice referencing new table as new_rows for each statement execute function customer_is_live();
create trigger payment_of_live after insert on payment referencing new table as new_rows for each statement execute function customer_is_live();
create trigger credit_note_of_live after insert on credit_note referencing new table as new_rows for each statement execute function customer_is_live();
create trigger refund_of_live after insert on refund referencing new table as new_rows for each statement execute function customer_is_live();
create trigger application_of_live after insert on credit_application referencing new table as new_rows for each statement execute function customer_is_live();
