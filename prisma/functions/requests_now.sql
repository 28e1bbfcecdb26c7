-- Requests of the order check, each at whoever took its customer over.
create or replace function requests_now(p_requests jsonb) returns jsonb language sql stable as $$
  select case when exists (select from customer where merged_into is not null)
    then (select jsonb_agg(r || jsonb_build_object('customer', customer_now(r ->> 'customer')) order by n) from jsonb_array_elements(p_requests) with ordinality x (r, n))
    else p_requests end
$$;
