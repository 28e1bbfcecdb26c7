-- Whose it was at the end of a day in the seller's zone; `p_now`: whose it is now.
create or replace function owner_on(p_subject uuid, p_now uuid, p_day date, p_zone text) returns uuid language sql stable as $$
  select coalesce((select o.customer_id from owner_before o
    where o.subject = p_subject and (o.until at time zone p_zone)::date > p_day order by o.id limit 1), p_now)
$$;
