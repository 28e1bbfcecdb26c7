-- Whether a receivable is left alone until it is put right: it has a day or an amount out of bounds, or a promise that has one.
-- A promise that was judged can no longer be cancelled, and nothing is reckoned from it: it holds its receivable up no more.
create or replace function receivable_faulty(r receivable) returns boolean language sql stable as $$
  select out_of_time(r.due_date, r.posted_at) or out_of_sum(r.amount_minor) or exists (
    select from promise p where p.receivable_id = r.id and p.state = 'pending' and (out_of_time(p.due_on, p.made_at) or out_of_sum(p.amount_minor)))
$$;
