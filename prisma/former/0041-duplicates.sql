-- The same document under two keys: both are kept, and a person says whether both are right.
alter table receivable add column suspected boolean not null default false;
comment on column receivable.suspected is 'its invoice looks like another one under another key: not asked for, nor held against orders, until a person has looked';
create index receivable_suspected on receivable (customer_id) where suspected;

create table duplicate_doubt (
  document_id uuid primary key,
  kind text not null check (kind in ('invoice', 'payment', 'credit-note')),
  -- The document it looks like, which was here before.
  twin_id uuid not null,
  state text not null default 'suspected' check (state in ('suspected', 'both-right', 'duplicate', 'corrected')),
  opened_at timestamptz not null,
  closed_at timestamptz,
  reason text
);
create index duplicate_doubt_twin on duplicate_doubt (twin_id);

create or replace function overdue_let_pass(p_account uuid, p_today date, p_share numeric) returns table (on_date date, amount_minor bigint)
language sql stable as $$
  select x.on_date, sum(x.amount_minor)::bigint from (
    select d.on_date, d.amount_minor from overdue_in_dispute(p_account, p_today, p_share) d
    union all
    select r.due_date, r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor
    from credit_member m join receivable r on r.customer_id = m.customer_id and r.currency = m.currency and (r.question is not null or r.suspected)
    where m.account_id = p_account and r.due_date < p_today) x
  group by 1
$$;
