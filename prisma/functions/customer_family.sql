-- A customer with all that were merged into it, under whichever of their names: whose record is one.
create or replace function customer_family(p_name text) returns uuid[] language sql stable as $$
  select array(select k.id from (select coalesce(o.merged_into, o.id) as id from customer o
    where o.external_id = p_name or o.id = our_id(p_name) order by o.external_id = p_name desc limit 1) f
    join customer k on k.id = f.id or k.merged_into = f.id)
$$;
