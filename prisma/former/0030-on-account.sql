-- Credits on account, refunds, and money that has not found its place: it lowers exposure, and what it covers is neither overdue nor asked for.

alter table credit_note
  alter column invoice_id drop not null,
  -- What is beyond its invoice is meant to stay with the customer.
  add column on_account boolean not null default false,
  add column refunded_minor bigint not null default 0 check (refunded_minor >= 0),
  add column reversed_at timestamptz,
  add column reversed_on date,
  add check (invoice_id is not null or on_account),
  add check (unapplied_minor + refunded_minor <= amount_minor);
create index credit_note_invoice on credit_note (invoice_id) where invoice_id is not null;
create index credit_note_unapplied on credit_note (customer_id) where unapplied_minor > 0;
create index payment_unapplied on payment (customer_id) where unapplied_minor > 0;
create index allocation_credit_note on allocation (credit_note_id) where credit_note_id is not null;

-- Of a payment: what we paid back, and what the bank took back of it.
alter table payment
  add column refunded_minor bigint not null default 0 check (refunded_minor >= 0),
  add column returned_minor bigint not null default 0 check (returned_minor >= 0),
  add check (unapplied_minor + refunded_minor + returned_minor <= amount_minor);

-- Money we paid out to a customer, of payments and credits of theirs.
create table refund (
  id uuid primary key default uuidv7(),
  external_id text not null unique,
  customer_id uuid not null references customer,
  amount_minor bigint not null check (amount_minor > 0 and amount_minor <= 9007199254740991),
  currency text not null,
  paid_on date not null,
  reason text not null,
  content_hash text not null,
  posted_at timestamptz not null,
  reversed_at timestamptz,
  reversed_on date
);
create index refund_customer on refund (customer_id, paid_on);
create table refund_share (
  refund_id uuid not null references refund,
  payment_id uuid references payment,
  credit_note_id uuid references credit_note,
  amount_minor bigint not null check (amount_minor > 0),
  check ((payment_id is null) <> (credit_note_id is null))
);
create index refund_share_refund on refund_share (refund_id);
create index refund_share_payment on refund_share (payment_id) where payment_id is not null;
create index refund_share_credit_note on refund_share (credit_note_id) where credit_note_id is not null;

-- Parts of a payment that the bank took back, by their day.
create table payment_return (
  payment_id uuid not null references payment,
  amount_minor bigint not null check (amount_minor > 0),
  returned_on date not null,
  posted_at timestamptz not null
);
create index payment_return_payment on payment_return (payment_id);

-- What the documents of customers say they owe: the truth every account must equal. Orders count where their account is.
create or replace function credit_documents(p_customers uuid[]) returns table (customer_id uuid, currency text, bucket text, on_date date, amount_minor bigint)
language sql stable as $$
  select r.customer_id, r.currency, 'open', r.due_date, sum(r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor)::bigint
  from receivable r where r.customer_id = any(p_customers) and r.paid_minor + r.credited_minor + r.written_off_minor < r.amount_minor
  group by 1, 2, 4
  union all
  select p.customer_id, p.currency, 'deposits', null, sum(p.unapplied_minor)::bigint
  from payment p where p.customer_id = any(p_customers) and p.unapplied_minor > 0 group by 1, 2
  union all
  select n.customer_id, n.currency, 'deposits', null, sum(n.unapplied_minor)::bigint
  from credit_note n where n.customer_id = any(p_customers) and n.unapplied_minor > 0 group by 1, 2
  union all
  select o.customer_id, o.currency, 'deposits', null, -sum(o.covered_minor)::bigint
  from sales_order o where o.customer_id = any(p_customers) and o.covered_minor > 0 group by 1, 2
  union all
  select p.customer_id, p.currency, 'bills', p.clears_on, sum(p.amount_minor)::bigint
  from payment p where p.customer_id = any(p_customers) and p.clears_on is not null and p.reversed_at is null group by 1, 2, 4
  union all
  select o.customer_id, o.currency, b.bucket, case when b.bucket = 'delivered' then null else o.requested_ship_date end, sum(b.amount)::bigint
  from sales_order o join order_line l on l.order_id = o.id,
    lateral (values ('reserved', l.reserved_minor), ('ordered', l.ordered_minor), ('delivered', l.delivered_minor)) b (bucket, amount)
  where o.customer_id = any(p_customers) and b.amount > 0 group by 1, 2, 3, 4
$$;

create function credit_note_moves_exposure() returns trigger language plpgsql as $$
declare
  v_opened text[] := '{}';
  v_deltas exposure_delta[];
begin
  if tg_op = 'INSERT' then
    if not exists (select from new_rows n join credit_member m on m.customer_id = n.customer_id where n.unapplied_minor > 0) then return null; end if;
    v_opened := credit_open_currencies(array(select customer_id from new_rows order by id), array(select currency from new_rows order by id));
    select array_agg((m.account_id, 'deposits', null, n.unapplied_minor, 'credit-note', n.id)::exposure_delta) into v_deltas
    from new_rows n join credit_member m on m.customer_id = n.customer_id and m.currency = n.currency
    where n.unapplied_minor <> 0 and not (n.customer_id || ' ' || n.currency = any(v_opened));
  else
    select array_agg((m.account_id, 'deposits', null, n.unapplied_minor - o.unapplied_minor, 'credit-note', n.id)::exposure_delta) into v_deltas
    from new_rows n join old_rows o on o.id = n.id join credit_member m on m.customer_id = n.customer_id and m.currency = n.currency
    where n.unapplied_minor <> o.unapplied_minor;
  end if;
  if v_deltas is not null then perform credit_post(v_deltas, business_now()); end if;
  return null;
end $$;
create trigger credit_note_inserted after insert on credit_note referencing new table as new_rows
  for each statement execute function credit_note_moves_exposure();
create trigger credit_note_updated after update on credit_note referencing old table as old_rows new table as new_rows
  for each statement execute function credit_note_moves_exposure();

-- Credits that were kept on their notes before now lower the exposure as other unapplied money does.
do $$
declare v_deltas exposure_delta[];
begin
  update credit_note set on_account = true where unapplied_minor > 0;
  select array_agg((m.account_id, 'deposits', null, n.unapplied_minor, 'credit-note', n.id)::exposure_delta) into v_deltas
  from credit_note n join credit_member m on m.customer_id = n.customer_id and m.currency = n.currency where n.unapplied_minor > 0;
  if v_deltas is not null then perform credit_post(v_deltas, business_now()); end if;
end $$;

-- Money of a payer's customers that no order binds and nothing uses yet.
create function free_deposits(p_account uuid) returns bigint language sql stable as $$
  select (coalesce((select sum(p.unapplied_minor) from credit_member m join payment p on p.customer_id = m.customer_id and p.currency = m.currency
      where m.account_id = p_account and p.unapplied_minor > 0 and p.order_code is null), 0)
    + coalesce((select sum(n.unapplied_minor) from credit_member m join credit_note n on n.customer_id = m.customer_id and n.currency = m.currency
      where m.account_id = p_account and n.unapplied_minor > 0), 0))::bigint
$$;

-- What is overdue on an account, and since when, without what is let pass and what unapplied money covers, the earliest due first.
create or replace function overdue_of(p_account uuid, p_today date, p_share numeric) returns table (overdue bigint, since date) language sql stable as $$
  with late as (
    select d.on_date, d.amount_minor - coalesce(p.amount_minor, 0) as amount from exposure_by_date d
      left join overdue_let_pass(p_account, p_today, p_share) p on p.on_date = d.on_date
    where d.account_id = p_account and d.bucket = 'open' and d.on_date < p_today and d.amount_minor > 0),
  cover as (
    select case when a.deposits_minor > 0 then free_deposits(p_account) else 0 end as minor from credit_account a where a.id = p_account),
  net as (
    select l.on_date, l.amount - least(l.amount, greatest(0, c.minor - (sum(l.amount) over (order by l.on_date) - l.amount))) as amount
    from late l, cover c where l.amount > 0)
  select sum(n.amount)::bigint, min(n.on_date) from net n where n.amount > 0
$$;
