-- Whose documents a name of a customer means today: the code of who took it over, else the name as it is.
create or replace function customer_now(p_name text) returns text language sql stable as $$
  select coalesce((select n.external_id from customer o join customer n on n.id = o.merged_into
    where o.external_id = p_name or o.id = our_id(p_name) order by o.external_id = p_name desc limit 1), p_name)
$$;
