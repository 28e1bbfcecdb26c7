-- What is taken and not asked for until a person has looked: an item in question is neither dunned nor held against orders.
alter table receivable add column question text check (question in ('due-date'));
comment on column receivable.question is 'why a person must look before it is asked for; null: nothing in question';
create index receivable_in_question on receivable (customer_id) where question is not null;

alter function overdue_let_pass(uuid, date, numeric) rename to overdue_in_dispute;
create function overdue_let_pass(p_account uuid, p_today date, p_share numeric) returns table (on_date date, amount_minor bigint)
language sql stable as $$
  select x.on_date, sum(x.amount_minor)::bigint from (
    select d.on_date, d.amount_minor from overdue_in_dispute(p_account, p_today, p_share) d
    union all
    select r.due_date, r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor
    from credit_member m join receivable r on r.customer_id = m.customer_id and r.currency = m.currency and r.question is not null
    where m.account_id = p_account and r.due_date < p_today) x
  group by 1
$$;
