-- Whose a document was until a merger handed it over, and as whom a merged customer stood until the next one: figures of a past day are told by it.

create table owner_before (
  id bigint generated always as identity primary key,
  -- A receivable, payment, credit note or customer.
  subject uuid not null,
  customer_id uuid not null references customer,
  -- The business instant up to which it was so.
  until timestamptz not null
);
create index owner_before_subject on owner_before (subject, id);
create index owner_before_customer on owner_before (customer_id);

-- Whose it was at the end of a day in the seller's zone; `p_now`: whose it is now.
create function owner_on(p_subject uuid, p_now uuid, p_day date, p_zone text) returns uuid language sql stable as $$
  select coalesce((select o.customer_id from owner_before o
    where o.subject = p_subject and (o.until at time zone p_zone)::date > p_day order by o.id limit 1), p_now)
$$;
