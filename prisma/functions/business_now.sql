-- What time it is for the business: the anchor of the clock and what has passed since, at its speed, to the millisecond.
create or replace function business_now() returns timestamptz language sql volatile as $$
  select date_trunc('milliseconds', business_anchor + (clock_timestamp() - real_anchor) * speed) from clock
$$;
