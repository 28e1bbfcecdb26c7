-- What of an account is overdue is told by item: what is let pass is let pass once, money covers only what it can reach, and a stage or a hold of
-- dunning counts as long as its item has something left to be asked for.

-- What of the overdue items of a payer's account is no reason to hold: items that a person is to look at, or out of bounds; conceded amounts; and open disputes up to
-- p_share of all that is open, the oldest first. Other reasons to let an item pass are added here.
create function overdue_passed(p_account uuid, p_today date, p_share numeric) returns table (receivable_id uuid, on_date date, amount_minor bigint)
language sql stable as $$
  with item as (
    select r.id, r.due_date, r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor as open,
      coalesce(sum(d.amount_minor) filter (where d.state = 'open'), 0) as claimed, receivable_conceded(r.id) as conceded
    from credit_member m
      join dispute d on d.customer_id = m.customer_id and (d.state = 'open' or d.state in ('upheld', 'part-upheld') and d.lapsed_at is null)
      join receivable r on r.id = d.receivable_id and r.currency = m.currency and r.question is null and not r.suspected
        and not out_of_time(r.due_date, r.posted_at) and not out_of_sum(r.amount_minor)
    where m.account_id = p_account and r.due_date < p_today and r.paid_minor + r.credited_minor + r.written_off_minor < r.amount_minor
    group by r.id),
  part as (
    select due_date, id, least(open, conceded) as conceded, least(open - least(open, conceded), claimed) as claimed from item),
  capped as (
    select id, due_date, conceded, least(claimed, greatest(0, floor((select a.open_minor * p_share from credit_account a where a.id = p_account))
      - (sum(claimed) over (order by due_date, id) - claimed))) as claimed from part)
  select id, due_date, (conceded + claimed)::bigint from capped
  union all
  select r.id, r.due_date, r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor
  from credit_member m join receivable r on r.customer_id = m.customer_id and r.currency = m.currency and (r.question is not null or r.suspected)
  where m.account_id = p_account and r.due_date < p_today and r.paid_minor + r.credited_minor + r.written_off_minor < r.amount_minor
    and not out_of_time(r.due_date, r.posted_at) and not out_of_sum(r.amount_minor)
  union all
  select r.id, r.due_date, r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor
  from credit_member m join receivable r on r.customer_id = m.customer_id and r.currency = m.currency
    and (out_of_time(r.due_date, r.posted_at) or out_of_sum(r.amount_minor))
  where m.account_id = p_account and r.due_date < p_today and r.paid_minor + r.credited_minor + r.written_off_minor < r.amount_minor
$$;

create or replace function overdue_let_pass(p_account uuid, p_today date, p_share numeric) returns table (on_date date, amount_minor bigint)
language sql stable as $$
  select x.on_date, sum(x.amount_minor)::bigint from overdue_passed(p_account, p_today, p_share) x group by 1
$$;
drop function overdue_in_dispute(uuid, date, numeric);

-- What is left of each overdue item, the earliest due first: money of a customer covers what it owes itself, a payer's also what its customers owe.
create function overdue_items(p_account uuid, p_today date, p_share numeric) returns table (receivable_id uuid, on_date date, amount_minor bigint)
language sql stable as $$
  with member as materialized (
    select m.customer_id, m.currency, c.external_id = a.code as is_payer,
      coalesce((select sum(p.unapplied_minor) from payment p where p.customer_id = m.customer_id and p.currency = m.currency
        and p.unapplied_minor > 0 and p.order_code is null), 0)
      + coalesce((select sum(n.unapplied_minor) from credit_note n where n.customer_id = m.customer_id and n.currency = m.currency
        and n.unapplied_minor > 0), 0) as money
    from credit_account a join credit_member m on m.account_id = a.id join customer c on c.id = m.customer_id where a.id = p_account),
  item as (
    select r.id, r.customer_id, r.due_date, m.is_payer, m.money,
      r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor - coalesce(p.amount_minor, 0) as asked
    from member m join receivable r on r.customer_id = m.customer_id and r.currency = m.currency
      left join overdue_passed(p_account, p_today, p_share) p on p.receivable_id = r.id
    where r.due_date < p_today and r.paid_minor + r.credited_minor + r.written_off_minor < r.amount_minor),
  own as (
    select id, due_date, case when is_payer then asked
      else asked - least(asked, greatest(0, money - (sum(asked) over (partition by customer_id order by due_date, id) - asked))) end as asked
    from item where asked > 0),
  rest as (
    select id, due_date, asked - least(asked, greatest(0,
      coalesce((select sum(m.money) from member m where m.is_payer), 0) - (sum(asked) over (order by due_date, id) - asked))) as asked
    from own where asked > 0)
  select id, due_date, asked::bigint from rest where asked > 0
$$;

-- What is overdue on an account, and since when. Without money to cover anything the sums by day tell it.
create or replace function overdue_of(p_account uuid, p_today date, p_share numeric) returns table (overdue bigint, since date) language plpgsql stable as $$
begin
  if (select a.deposits_minor > 0 from credit_account a where a.id = p_account) then
    return query select sum(x.amount_minor)::bigint, min(x.on_date) from overdue_items(p_account, p_today, p_share) x;
  else
    return query
      select sum(l.amount)::bigint, min(l.on_date) from (
        select d.on_date, d.amount_minor - coalesce(p.amount_minor, 0) as amount from exposure_by_date d
          left join overdue_let_pass(p_account, p_today, p_share) p on p.on_date = d.on_date
        where d.account_id = p_account and d.bucket = 'open' and d.on_date < p_today and d.amount_minor > 0) l
      where l.amount > 0;
  end if;
end $$;
drop function free_deposits(uuid);

-- Since when dunning holds an account: by the items that hold and of which something is left. One that is paid lets go by that alone, and holds
-- again if its money is taken back.
create or replace function dunned_since(p_account uuid, p_today date, p_share numeric) returns date language sql stable as $$
  with held as materialized (
    select r.id, r.holds_since from credit_member m join receivable r on r.customer_id = m.customer_id and r.currency = m.currency
    where m.account_id = p_account and r.holds_since is not null and r.paid_minor + r.credited_minor + r.written_off_minor < r.amount_minor)
  select min(h.holds_since) from held h
  where h.id in (select x.receivable_id from overdue_items(p_account, p_today, p_share) x where exists (select from held))
$$;

-- The furthest stage of collection of an overdue item of a payer of which something is left, in whatever currency.
create function late_stage(p_payer text, p_today date, p_share numeric) returns text language sql stable as $$
  with staged as materialized (
    select r.id, r.stage, m.account_id from credit_account a join credit_member m on m.account_id = a.id
      join receivable r on r.customer_id = m.customer_id and r.currency = m.currency and r.stage in ('reminder', 'escalation', 'legal')
    where a.kind = 'payer' and a.code = p_payer)
  select s.stage from staged s
  where s.id in (select x.receivable_id from (select distinct account_id from staged) t cross join lateral overdue_items(t.account_id, p_today, p_share) x)
  order by array_position(array['legal', 'escalation', 'reminder'], s.stage) limit 1
$$;

-- Bound money pays for what is prepaid of its order, whether its customer or the payer sent it: so far it is no free deposit.
create or replace function order_cover(p_orders uuid[]) returns exposure_delta[] language plpgsql as $$
declare
  v_deltas exposure_delta[];
begin
  with n as (
    select o.id, o.account_id, o.covered_minor as old, case when o.prepaid then least(
      order_bound(o.external_id, o.customer_id, o.currency),
      (select coalesce(sum(l.prepaid_minor + l.held_minor), 0) from order_line l where l.order_id = o.id))::bigint else 0 end as new
    from sales_order o where o.id = any(p_orders)),
  u as (
    update sales_order o set covered_minor = n.new from n where o.id = n.id and n.new <> n.old
    returning n.account_id, n.id, n.old - n.new as delta)
  select array_agg((account_id, 'deposits', null, delta, 'order.covered', id)::exposure_delta) into v_deltas from u;
  return coalesce(v_deltas, '{}');
end $$;

-- Before a customer goes to another payer its prepaid orders are covered by nobody's money.
create function order_uncover(p_customer uuid, p_at timestamptz) returns void language plpgsql as $$
declare
  v_deltas exposure_delta[];
begin
  with o as (
    select id, account_id, covered_minor from sales_order where customer_id = p_customer and covered_minor > 0 order by id for no key update),
  u as (
    update sales_order s set covered_minor = 0 from o where s.id = o.id returning o.account_id, o.id, o.covered_minor)
  select array_agg((account_id, 'deposits', null, covered_minor, 'order.covered', id)::exposure_delta) into v_deltas from u;
  if v_deltas is not null then perform credit_post(v_deltas, p_at); end if;
end $$;

do $do$
declare
  v_text text;
  v_orders uuid[];
  r record;
begin
  for r in select * from (values
    ('credit_check(jsonb, jsonb, text)', $old$        (select r.stage from credit_member b join receivable r on r.customer_id = b.customer_id and r.stage in ('reminder', 'escalation', 'legal')
          where b.account_id = m.account_id order by array_position(array['legal', 'escalation', 'reminder'], r.stage) limit 1) as stage into c$old$,
      $new$        late_stage(a.code, v_today, (p_rules ->> 'disputeShare')::numeric) as stage into c$new$),
    -- What was approved without counting has no tolerance once it counts.
    ('credit_check(jsonb, jsonb, text)', $old$and not o.prepaid and v_cancelled = 0$old$,
      $new$and not o.prepaid and v_cancelled = 0 and not (o.beyond_horizon and v_ship <= v_horizon)$new$),
    -- Money of the former payer covers its orders no more, that of the new one may.
    ('credit_rehome(uuid, timestamp with time zone)', $old$  -- As a customer: what it owes goes to its present payer.
$old$, $new$  if exists (select from credit_member m join credit_account a on a.id = m.account_id where m.customer_id = p_customer and a.code <> v_bearer.code) then
    perform order_uncover(p_customer, p_at);
  end if;
  -- As a customer: what it owes goes to its present payer.
$new$),
    ('credit_rehome(uuid, timestamp with time zone)', $old$    update sales_order set account_id = v_new where customer_id = p_customer and account_id = r.account_id;
  end loop;$old$, $new$    update sales_order set account_id = v_new where customer_id = p_customer and account_id = r.account_id;
  end loop;
  perform credit_post(order_cover(array(
    select o.id from sales_order o where o.customer_id = p_customer and o.prepaid and o.state = 'open' order by o.id)), p_at);$new$)) x (name, old, new)
  loop
    v_text := pg_get_functiondef(r.name::regprocedure);
    if position(r.old in v_text) = 0 then raise exception '% does not hold: %', r.name, r.old; end if;
    execute replace(v_text, r.old, r.new);
  end loop;
  v_orders := array(select o.id from sales_order o where o.prepaid and o.state = 'open' order by o.id);
  if array_length(v_orders, 1) > 0 then perform credit_post(order_cover(v_orders), business_now()); end if;
end $do$;
