-- The exposure ledger: one writer of balances (credit_post), accounts that open with what the documents say, triggers no writer can forget.

create index customer_payer on customer (payer_code) where payer_code is not null;
create index customer_group on customer (group_code) where group_code is not null;
create index sales_order_held on sales_order (account_id) where state = 'open' and decision = 'held';
create index payment_bills on payment (customer_id) where clears_on is not null and reversed_at is null;
create index receivable_late on receivable (customer_id, stage) where stage in ('reminder', 'escalation', 'legal');
create index invoice_order on invoice (order_code) where order_code is not null;

create function business_now() returns timestamptz language sql volatile as $$
  select date_trunc('milliseconds', business_anchor + (clock_timestamp() - real_anchor) * speed) from clock
$$;

-- Whose account bears a customer's documents: the payer's, else its own; and the group of whoever bears it.
create view credit_bearer as
  select c.id as customer_id, coalesce(c.payer_code, c.external_id) as code, p.id as payer_id, p.group_code
  from customer c left join customer p on p.external_id = coalesce(c.payer_code, c.external_id);

create type exposure_delta as (account_id uuid, bucket text, on_date date, delta_minor bigint, cause text, cause_id text);

-- Processes of holds that may be released by themselves look again: exposure fell, or a limit rose, on one of these accounts.
create function credit_ask_holds(p_accounts uuid[]) returns void language plpgsql as $$
declare v_asked int;
begin
  with touched as (
    select s.id from credit_account a join credit_account s
      on s.kind = 'payer' and s.code = a.code where a.id = any(p_accounts) and a.kind = 'payer'
    union
    select s.id from credit_account a join credit_account g on g.kind = 'group' and g.code = a.code
      join credit_account m on m.group_account = g.id join credit_account s on s.kind = 'payer' and s.code = m.code
      where a.id = any(p_accounts) and a.kind = 'group'),
  asked as (
    insert into wake (subject, kind, asked, customer_id)
    select 'order-hold-' || h.id, 'order-hold', 1, h.customer_id
    from sales_order o join order_hold h on h.order_id = o.id and h.state = 'open' and not h.forced
    where o.account_id in (select id from touched) and o.state = 'open' and o.decision = 'held'
    order by 1
    on conflict (subject) do update set asked = wake.asked + 1
    returning 1)
  select count(*) into v_asked from asked;
  if v_asked > 0 then perform pg_notify('duecourse', 'wake'); end if;
end $$;

-- The only writer of balances: locks groups, then payers, each by id; moves buckets, keeps the entries, and wakes holds where exposure fell.
create function credit_post(p_deltas exposure_delta[], p_at timestamptz, p_group boolean default true) returns void language plpgsql as $$
declare
  v_all exposure_delta[];
  v_fell uuid[];
  v_missing boolean;
begin
  select array_agg(x) into v_all from (
    select (d.account_id, d.bucket, d.on_date, d.delta_minor, d.cause, d.cause_id)::exposure_delta as x
    from unnest(p_deltas) d where d.delta_minor <> 0
    union all
    select (a.group_account, d.bucket, d.on_date, d.delta_minor, d.cause, d.cause_id)::exposure_delta
    from unnest(p_deltas) d join credit_account a on a.id = d.account_id
    where p_group and a.group_account is not null and d.delta_minor <> 0) u;
  if v_all is null then return; end if;
  perform from credit_account a where a.id in (select account_id from unnest(v_all)) order by a.kind, a.id for no key update;
  if p_group then
    select exists (
      select from unnest(p_deltas) d join credit_account a on a.id = d.account_id
      where a.group_account is not null and d.delta_minor <> 0
        and not exists (select from unnest(v_all) v where v.account_id = a.group_account)) into v_missing;
    if v_missing then raise exception 'the group of an account changed meanwhile' using errcode = 'serialization_failure'; end if;
  end if;
  with s as (
    select account_id,
      coalesce(sum(delta_minor) filter (where bucket = 'reserved'), 0) as reserved,
      coalesce(sum(delta_minor) filter (where bucket = 'ordered'), 0) as ordered,
      coalesce(sum(delta_minor) filter (where bucket = 'delivered'), 0) as delivered,
      coalesce(sum(delta_minor) filter (where bucket = 'open'), 0) as open,
      coalesce(sum(delta_minor) filter (where bucket = 'bills'), 0) as bills,
      coalesce(sum(delta_minor) filter (where bucket = 'deposits'), 0) as deposits
    from unnest(v_all) group by account_id),
  moved as (
    update credit_account a set reserved_minor = a.reserved_minor + s.reserved, ordered_minor = a.ordered_minor + s.ordered,
      delivered_minor = a.delivered_minor + s.delivered, open_minor = a.open_minor + s.open, bills_minor = a.bills_minor + s.bills,
      deposits_minor = a.deposits_minor + s.deposits, version = a.version + 1
    from s where a.id = s.account_id
    returning a.id, s.reserved + s.ordered + s.delivered + s.open + s.bills - s.deposits as net)
  select array_agg(id) filter (where net < 0) into v_fell from moved;
  insert into exposure_entry (account_id, bucket, on_date, delta_minor, cause, cause_id, business_at)
  select account_id, bucket, on_date, sum(delta_minor), cause, cause_id, p_at from unnest(v_all)
  group by account_id, bucket, on_date, cause, cause_id having sum(delta_minor) <> 0;
  insert into exposure_by_date as b (account_id, bucket, on_date, amount_minor)
  select account_id, bucket, on_date, sum(delta_minor) from unnest(v_all) where bucket in ('reserved', 'ordered', 'open', 'bills')
  group by account_id, bucket, on_date having sum(delta_minor) <> 0 order by 1, 2, 3
  on conflict (account_id, bucket, on_date) do update set amount_minor = b.amount_minor + excluded.amount_minor;
  if exists (select from unnest(v_all) where delta_minor < 0 and on_date is not null) then
    delete from exposure_by_date b using (select distinct account_id, bucket, on_date from unnest(v_all) where delta_minor < 0) v
    where b.account_id = v.account_id and b.bucket = v.bucket and b.on_date = v.on_date and b.amount_minor = 0;
  end if;
  if v_fell is not null then perform credit_ask_holds(v_fell); end if;
end $$;

-- What the documents of customers say they owe: the truth every account must equal. Orders count where their account stands.
create function credit_documents(p_customers uuid[]) returns table (customer_id uuid, currency text, bucket text, on_date date, amount_minor bigint)
language sql stable as $$
  select r.customer_id, r.currency, 'open', r.due_date, sum(r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor)::bigint
  from receivable r where r.customer_id = any(p_customers) and r.paid_minor + r.credited_minor + r.written_off_minor < r.amount_minor
  group by 1, 2, 4
  union all
  select p.customer_id, p.currency, 'deposits', null, sum(p.unapplied_minor)::bigint
  from payment p where p.customer_id = any(p_customers) and p.unapplied_minor > 0 group by 1, 2
  union all
  select p.customer_id, p.currency, 'bills', p.clears_on, sum(p.amount_minor)::bigint
  from payment p where p.customer_id = any(p_customers) and p.clears_on is not null and p.reversed_at is null group by 1, 2, 4
  union all
  select o.customer_id, o.currency, b.bucket, case when b.bucket = 'delivered' then null else o.requested_ship_date end, sum(b.amount)::bigint
  from sales_order o join order_line l on l.order_id = o.id,
    lateral (values ('reserved', l.reserved_minor), ('ordered', l.ordered_minor), ('delivered', l.delivered_minor)) b (bucket, amount)
  where o.customer_id = any(p_customers) and b.amount > 0 group by 1, 2, 3, 4
$$;

-- The account of a payer or group in a currency; made when there is none.
create function credit_ensure(p_kind text, p_code text, p_currency text, p_customer uuid, p_group uuid, p_at timestamptz) returns uuid
language plpgsql as $$
declare v_id uuid;
begin
  select id into v_id from credit_account where kind = p_kind and code = p_code and currency = p_currency;
  if found then return v_id; end if;
  insert into credit_account (kind, code, currency, customer_id, group_account, opened_at)
  values (p_kind, p_code, p_currency, p_customer, p_group, p_at)
  on conflict (kind, code, currency) do nothing returning id into v_id;
  if v_id is null then raise exception 'a credit account was opened meanwhile' using errcode = 'serialization_failure'; end if;
  return v_id;
end $$;

-- Opens what is not open yet of the accounts of a customer's payer and group in a currency: for all customers they bear, with all these
-- owe by now. Customers are locked first, as by everybody who moves their money.
create function credit_open_family(p_customer uuid, p_currency text, p_at timestamptz) returns void language plpgsql as $$
declare
  v_code text;
  v_group text;
  v_family uuid[];
  v_deltas exposure_delta[];
begin
  select b.code, b.group_code into v_code, v_group from credit_bearer b where b.customer_id = p_customer;
  perform pg_advisory_xact_lock(hashtextextended('credit ' || k, 0)) from unnest(array['payer ' || v_code, 'group ' || v_group]) k
    where k is not null order by k;
  v_family := case when v_group is null
    then (select array_agg(c.id) from customer c where c.payer_code = v_code or c.external_id = v_code and c.payer_code is null)
    else (select array_agg(c.id) from customer p join customer c on c.payer_code = p.external_id or c.id = p.id and c.payer_code is null
      where p.group_code = v_group) end;
  perform from customer where id = any(v_family) order by id for no key update;
  if not exists (select from credit_bearer b where b.customer_id = p_customer and b.code = v_code and b.group_code is not distinct from v_group) then
    raise exception 'a customer changed its payer or group meanwhile' using errcode = 'serialization_failure';
  end if;
  with wanted as (
    select b.customer_id, b.code, b.payer_id, d.currency from credit_bearer b
      join lateral (select p_currency as currency union select currency from credit_documents(array[b.customer_id])) d on true
      where b.customer_id = any(v_family)),
  every_currency as (
    select distinct w.customer_id, w.code, w.payer_id, o.currency from wanted w join wanted o on o.code = w.code
    union
    select w.customer_id, w.code, w.payer_id, a.currency from wanted w join credit_account a on a.kind = 'payer' and a.code = w.code),
  groups as (
    select currency, credit_ensure('group', v_group, currency, null, null, p_at) as id
    from (select distinct currency from every_currency) c where v_group is not null),
  accounts as (
    select c.code, c.currency, credit_ensure('payer', c.code, c.currency, c.payer_id, g.id, p_at) as id
    from (select distinct code, payer_id, currency from every_currency) c left join groups g on g.currency = c.currency),
  members as (
    insert into credit_member (customer_id, currency, account_id)
    select e.customer_id, e.currency, a.id from every_currency e join accounts a on a.code = e.code and a.currency = e.currency
    on conflict (customer_id, currency) do nothing
    returning customer_id, currency, account_id)
  select array_agg((m.account_id, d.bucket, d.on_date, d.amount_minor, 'account.opened', m.customer_id)::exposure_delta) into v_deltas
  from members m join credit_documents(v_family) d on d.customer_id = m.customer_id and d.currency = m.currency;
  if v_deltas is not null then perform credit_post(v_deltas, p_at); end if;
end $$;

-- The account that bears a customer in a currency, opened when it is not.
create function credit_open(p_customer uuid, p_currency text, p_at timestamptz) returns uuid language plpgsql as $$
declare v_account uuid;
begin
  select account_id into v_account from credit_member where customer_id = p_customer and currency = p_currency;
  if found then return v_account; end if;
  perform credit_open_family(p_customer, p_currency, p_at);
  select account_id into strict v_account from credit_member where customer_id = p_customer and currency = p_currency;
  return v_account;
end $$;

-- A customer's payer or its own group changed: entries move to where they are borne from now on. Its row is locked by whoever changed it.
create function credit_rehome(p_customer uuid, p_at timestamptz) returns void language plpgsql as $$
declare
  v_bearer credit_bearer;
  v_customer customer;
  v_new uuid;
  r record;
begin
  select * into v_bearer from credit_bearer where customer_id = p_customer;
  select * into v_customer from customer where id = p_customer;
  perform pg_advisory_xact_lock(hashtextextended('credit ' || k, 0))
    from unnest(array['payer ' || v_bearer.code, 'payer ' || v_customer.external_id, 'group ' || v_bearer.group_code]) k where k is not null order by k;
  -- Whoever comes to a payer or group that has accounts, or brings one along, is borne there from the first day, and so are its fellows.
  for r in select distinct a.currency from credit_account a
    where a.kind = 'payer' and a.code in (v_bearer.code, v_customer.external_id) or a.kind = 'group' and a.code = v_bearer.group_code
      or a.id in (select account_id from credit_member where customer_id = p_customer) order by 1 loop
    perform credit_open_family(p_customer, r.currency, p_at);
  end loop;
  -- As a payer: its accounts go to its present group, with all they bear.
  for r in select a.id, a.currency, a.group_account from credit_account a left join credit_account g on g.id = a.group_account
    where a.kind = 'payer' and a.code = v_customer.external_id and g.code is distinct from v_customer.group_code order by a.id loop
    v_new := case when v_customer.group_code is not null
      then credit_ensure('group', v_customer.group_code, r.currency, null, null, p_at) end;
    perform from credit_account where id in (r.group_account, v_new) order by id for no key update;
    perform from credit_account where id = r.id for no key update;
    perform credit_post(array(
      select (x.account, d.bucket, d.on_date, x.sign * d.amount, 'group.changed', p_customer)::exposure_delta
      from (values (r.group_account, -1), (v_new, 1)) x (account, sign), lateral (
        select bucket, on_date, amount_minor as amount from exposure_by_date where account_id = r.id
        union all select 'delivered', null, delivered_minor from credit_account where id = r.id
        union all select 'deposits', null, deposits_minor from credit_account where id = r.id) d
      where x.account is not null), p_at, false);
    update credit_account set group_account = v_new, customer_id = p_customer where id = r.id;
  end loop;
  -- As a customer: what it owes goes to its present payer.
  for r in select m.currency, m.account_id from credit_member m join credit_account a on a.id = m.account_id
    where m.customer_id = p_customer and a.code <> v_bearer.code order by m.currency loop
    select id into strict v_new from credit_account where kind = 'payer' and code = v_bearer.code and currency = r.currency;
    perform credit_post(array(
      select (x.account, d.bucket, d.on_date, x.sign * d.amount_minor, 'payer.changed', p_customer)::exposure_delta
      from credit_documents(array[p_customer]) d, (values (r.account_id, -1), (v_new, 1)) x (account, sign)
      where d.currency = r.currency), p_at);
    update credit_member set account_id = v_new where customer_id = p_customer and currency = r.currency;
    update sales_order set account_id = v_new where customer_id = p_customer and account_id = r.account_id;
  end loop;
end $$;

create function customer_moves_exposure() returns trigger language plpgsql as $$
declare r record;
begin
  if tg_op = 'INSERT' then
    for r in select n.id from new_rows n where n.payer_code is not null or n.group_code is not null
      or exists (select from credit_account a where a.kind = 'payer' and a.code = n.external_id) order by n.id loop
      perform credit_rehome(r.id, business_now());
    end loop;
  else
    for r in select n.id from new_rows n join old_rows o on o.id = n.id
      where n.payer_code is distinct from o.payer_code or n.group_code is distinct from o.group_code order by n.id loop
      perform credit_rehome(r.id, business_now());
    end loop;
  end if;
  return null;
end $$;
create trigger customer_inserted after insert on customer referencing new table as new_rows
  for each statement execute function customer_moves_exposure();
create trigger customer_updated after update on customer referencing old table as old_rows new table as new_rows
  for each statement execute function customer_moves_exposure();

-- Accounts in currencies in which a customer's documents come for the first time; answers which (customer, currency) these are.
create function credit_open_currencies(p_customers uuid[], p_currencies text[]) returns text[] language plpgsql as $$
declare
  r record;
  v_opened text[] := '{}';
begin
  for r in select distinct x.customer_id, x.currency from unnest(p_customers, p_currencies) x (customer_id, currency)
    where exists (select from credit_member m where m.customer_id = x.customer_id)
      and not exists (select from credit_member m where m.customer_id = x.customer_id and m.currency = x.currency) order by 1, 2 loop
    perform credit_open(r.customer_id, r.currency, business_now());
    v_opened := v_opened || (r.customer_id || ' ' || r.currency);
  end loop;
  return v_opened;
end $$;

create function receivable_moves_exposure() returns trigger language plpgsql as $$
declare
  v_opened text[];
  v_deltas exposure_delta[];
begin
  if tg_op = 'INSERT' then
    if not exists (select from new_rows n join credit_member m on m.customer_id = n.customer_id) then return null; end if;
    v_opened := credit_open_currencies(array(select customer_id from new_rows order by id), array(select currency from new_rows order by id));
    select array_agg((m.account_id, 'open', x.due_date, x.amount, 'receivable', x.id)::exposure_delta) into v_deltas from (
      select n.id, n.customer_id, n.currency, n.due_date, n.amount_minor - n.paid_minor - n.credited_minor - n.written_off_minor as amount
      from new_rows n) x join credit_member m on m.customer_id = x.customer_id and m.currency = x.currency
      where not (x.customer_id || ' ' || x.currency = any(v_opened));
  else
    select array_agg((m.account_id, 'open', x.due_date, x.amount, 'receivable', x.id)::exposure_delta) into v_deltas from (
      select n.id, n.customer_id, n.currency, v.due_date, v.amount from new_rows n join old_rows o on o.id = n.id, lateral (values
        (n.due_date, n.amount_minor - n.paid_minor - n.credited_minor - n.written_off_minor),
        (o.due_date, -(o.amount_minor - o.paid_minor - o.credited_minor - o.written_off_minor))) v (due_date, amount)
      where (n.due_date, n.amount_minor - n.paid_minor - n.credited_minor - n.written_off_minor)
        <> (o.due_date, o.amount_minor - o.paid_minor - o.credited_minor - o.written_off_minor)) x
      join credit_member m on m.customer_id = x.customer_id and m.currency = x.currency;
  end if;
  if v_deltas is not null then perform credit_post(v_deltas, business_now()); end if;
  return null;
end $$;
create trigger receivable_inserted after insert on receivable referencing new table as new_rows
  for each statement execute function receivable_moves_exposure();
create trigger receivable_updated after update on receivable referencing old table as old_rows new table as new_rows
  for each statement execute function receivable_moves_exposure();

create function payment_moves_exposure() returns trigger language plpgsql as $$
declare
  v_opened text[] := '{}';
  v_deltas exposure_delta[];
begin
  if tg_op = 'INSERT' then
    if not exists (select from new_rows n join credit_member m on m.customer_id = n.customer_id) then return null; end if;
    v_opened := credit_open_currencies(array(select customer_id from new_rows order by id), array(select currency from new_rows order by id));
    select array_agg((m.account_id, v.bucket, v.on_date, v.amount, 'payment', n.id)::exposure_delta) into v_deltas
    from new_rows n join credit_member m on m.customer_id = n.customer_id and m.currency = n.currency, lateral (values
      ('deposits', null::date, n.unapplied_minor),
      ('bills', n.clears_on, case when n.clears_on is not null and n.reversed_at is null then n.amount_minor else 0 end)) v (bucket, on_date, amount)
    where v.amount <> 0 and not (n.customer_id || ' ' || n.currency = any(v_opened));
  else
    select array_agg((m.account_id, v.bucket, v.on_date, v.amount, 'payment', n.id)::exposure_delta) into v_deltas
    from new_rows n join old_rows o on o.id = n.id join credit_member m on m.customer_id = n.customer_id and m.currency = n.currency, lateral (values
      ('deposits', null::date, n.unapplied_minor - o.unapplied_minor),
      ('bills', n.clears_on, case when n.clears_on is not null and n.reversed_at is null then n.amount_minor else 0 end),
      ('bills', o.clears_on, case when o.clears_on is not null and o.reversed_at is null then -o.amount_minor else 0 end)) v (bucket, on_date, amount)
    where v.amount <> 0
      and (n.unapplied_minor, n.clears_on, n.reversed_at) is distinct from (o.unapplied_minor, o.clears_on, o.reversed_at);
  end if;
  if v_deltas is not null then perform credit_post(v_deltas, business_now()); end if;
  return null;
end $$;
create trigger payment_inserted after insert on payment referencing new table as new_rows
  for each statement execute function payment_moves_exposure();
create trigger payment_updated after update on payment referencing old table as old_rows new table as new_rows
  for each statement execute function payment_moves_exposure();

-- Where accounts differ from the documents, the bucket as a whole and by date, and from their own entries; empty when all is well.
create function exposure_drift() returns table (account_id uuid, place text, bucket text, on_date date, expected_minor bigint, actual_minor bigint)
language sql stable as $$
  with own as (
    select m.account_id, d.bucket, d.on_date, sum(d.amount_minor)::bigint as amount
    from credit_documents(array(select customer_id from credit_member)) d
      join credit_member m on m.customer_id = d.customer_id and m.currency = d.currency group by 1, 2, 3),
  expected as (
    select * from own
    union all
    select a.group_account, o.bucket, o.on_date, sum(o.amount)::bigint from own o join credit_account a on a.id = o.account_id
    where a.group_account is not null group by 1, 2, 3),
  balance as (
    select a.id as account_id, b.bucket, b.amount from credit_account a, lateral (values ('reserved', a.reserved_minor), ('ordered', a.ordered_minor),
      ('delivered', a.delivered_minor), ('open', a.open_minor), ('bills', a.bills_minor), ('deposits', a.deposits_minor)) b (bucket, amount)),
  whole as (select e.account_id, e.bucket, sum(e.amount)::bigint as amount from expected e group by 1, 2),
  entries as (select e.account_id, e.bucket, e.on_date, sum(e.delta_minor)::bigint as amount from exposure_entry e group by 1, 2, 3)
  select b.account_id, 'balance', b.bucket, null::date, coalesce(w.amount, 0), b.amount
    from balance b left join whole w on w.account_id = b.account_id and w.bucket = b.bucket where b.amount <> coalesce(w.amount, 0)
  union all
  select coalesce(d.account_id, e.account_id), 'by-date', coalesce(d.bucket, e.bucket), coalesce(d.on_date, e.on_date), coalesce(e.amount, 0), coalesce(d.amount_minor, 0)
    from exposure_by_date d full join (select * from expected where on_date is not null) e
      on e.account_id = d.account_id and e.bucket = d.bucket and e.on_date = d.on_date
    where coalesce(d.amount_minor, 0) <> coalesce(e.amount, 0)
  union all
  select coalesce(x.account_id, e.account_id), 'entries', coalesce(x.bucket, e.bucket), coalesce(x.on_date, e.on_date), coalesce(e.amount, 0), coalesce(x.amount, 0)
    from entries x full join expected e on e.account_id = x.account_id and e.bucket = x.bucket
      and coalesce(e.on_date, '-infinity') = coalesce(x.on_date, '-infinity')
    where coalesce(x.amount, 0) <> coalesce(e.amount, 0)
  order by 1, 2, 3, 4
$$;
