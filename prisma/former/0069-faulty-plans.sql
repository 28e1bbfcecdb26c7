-- A receivable with a day or an amount out of bounds, or a promise that has one, is left alone until it is put right.
create function receivable_faulty(r receivable) returns boolean language sql stable as $$
  select out_of_time(r.due_date, r.posted_at) or out_of_sum(r.amount_minor) or exists (
    select from promise p where p.receivable_id = r.id and p.state <> 'cancelled' and (out_of_time(p.due_on, p.made_at) or out_of_sum(p.amount_minor)))
$$;
create index receivable_left_alone on receivable (id) where plan_why ->> 'code' = 'faulty';
