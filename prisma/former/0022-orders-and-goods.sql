-- Orders and goods as they are: prepayment that must be there, orders judged again when they come near, goods that left unasked, disputed
-- amounts that are not overdue, invoices to whoever pays.

alter table sales_order
  -- Approved with a ship date that does not count yet: judged again when it does.
  add column beyond_horizon boolean not null default false,
  -- Deposits bound to this order that lower no exposure, since they pay for what is prepaid of it.
  add column covered_minor bigint not null default 0 check (covered_minor >= 0),
  add column prices_with_tax boolean not null default true,
  add column tax_rate text;
create index sales_order_beyond on sales_order (customer_id, requested_ship_date) where beyond_horizon;
update sales_order set beyond_horizon = true
  where state = 'open' and decision = 'approved' and requested_ship_date > (select business_anchor::date + 90 from clock);

-- Money received for one order: applied to its invoices alone.
alter table payment add column order_code text;
create index payment_order on payment (order_code) where order_code is not null;

alter table shipment
  -- Why these goods should not have left: [{code, figures}]; empty: they might.
  add column breach jsonb not null default '[]',
  -- The customer whose new orders wait until a person has looked at it.
  add column breach_holds uuid references customer,
  add column breach_settled_at timestamptz;
create index shipment_breach on shipment (breach_holds) where breach_holds is not null;

create index dispute_let_pass on dispute (customer_id) where state = 'open' or state in ('upheld', 'part-upheld') and lapsed_at is null;

-- What of a receivable was conceded and is still to be credited. domain/collection/receivable.ts (expectedCredits) states the same rule.
create function receivable_conceded(p_receivable uuid) returns bigint language plpgsql stable as $$
declare
  v_used bigint := 0;
  v_conceded bigint := 0;
  v_credited bigint;
  d record;
begin
  for d in
    select x.amount_minor, x.state, x.lapsed_at, coalesce((select sum(a.amount_minor) from allocation a where a.receivable_id = p_receivable
      and a.credit_note_id is not null and a.reversed_at is null and a.posted_at >= x.opened_at), 0) as since
    from dispute x where x.receivable_id = p_receivable and x.state in ('upheld', 'part-upheld') order by x.opened_at desc, x.id
  loop
    v_credited := least(d.amount_minor, greatest(0, d.since - v_used));
    v_used := v_used + v_credited;
    if d.lapsed_at is null and not (d.state = 'part-upheld' and v_credited > 0) then
      v_conceded := v_conceded + d.amount_minor - v_credited;
    end if;
  end loop;
  return v_conceded;
end $$;

-- What of the overdue items of a payer's account is no reason to hold, by due date: conceded amounts, and open disputes up to p_share of
-- all that is open, the oldest first. Other reasons to let an item pass are added here.
create function overdue_let_pass(p_account uuid, p_today date, p_share numeric) returns table (on_date date, amount_minor bigint)
language sql stable as $$
  with item as (
    select r.id, r.due_date, r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor as open,
      coalesce(sum(d.amount_minor) filter (where d.state = 'open'), 0) as claimed, receivable_conceded(r.id) as conceded
    from credit_member m
      join dispute d on d.customer_id = m.customer_id and (d.state = 'open' or d.state in ('upheld', 'part-upheld') and d.lapsed_at is null)
      join receivable r on r.id = d.receivable_id and r.currency = m.currency
    where m.account_id = p_account and r.due_date < p_today and r.paid_minor + r.credited_minor + r.written_off_minor < r.amount_minor
    group by r.id),
  part as (
    select due_date, id, least(open, conceded) as conceded, least(open - least(open, conceded), claimed) as claimed from item),
  capped as (
    select due_date, conceded, least(claimed, greatest(0, floor((select a.open_minor * p_share from credit_account a where a.id = p_account))
      - (sum(claimed) over (order by due_date, id) - claimed))) as claimed from part)
  select due_date, sum(conceded + claimed)::bigint from capped group by due_date
$$;

-- What is overdue on an account, and since when, without what is let pass.
create function overdue_of(p_account uuid, p_today date, p_share numeric) returns table (overdue bigint, since date) language sql stable as $$
  select sum(x.amount)::bigint, min(x.on_date) from (
    select d.on_date, d.amount_minor - coalesce(p.amount_minor, 0) as amount from exposure_by_date d
      left join overdue_let_pass(p_account, p_today, p_share) p on p.on_date = d.on_date
    where d.account_id = p_account and d.bucket = 'open' and d.on_date < p_today and d.amount_minor > 0) x
  where x.amount > 0
$$;

-- A dispute opened, closed or given up changes what is overdue: decisions on the account are stale, and its holds look again.
create function dispute_moves_holds() returns trigger language plpgsql as $$
declare v_account uuid;
begin
  select m.account_id into v_account from receivable r join credit_member m on m.customer_id = r.customer_id and m.currency = r.currency
    where r.id = new.receivable_id;
  if found then
    update credit_account set version = version + 1 where id = v_account;
    perform credit_ask_holds(array[v_account]);
  end if;
  return null;
end $$;
create trigger dispute_opened after insert on dispute for each row execute function dispute_moves_holds();
create trigger dispute_moved after update of state, lapsed_at on dispute for each row
  when (old.state is distinct from new.state or old.lapsed_at is distinct from new.lapsed_at) execute function dispute_moves_holds();

-- Whether one payer bears both: its invoice may then be about the other's order.
create function same_bearer(p_one uuid, p_other uuid) returns boolean language sql stable as $$
  select p_one = p_other or (select b.code from credit_bearer b where b.customer_id = p_one) = (select b.code from credit_bearer b where b.customer_id = p_other)
$$;

-- Money bound to an order: of its customer, and unused.
create function order_bound(p_code text, p_customer uuid, p_currency text) returns bigint language sql stable as $$
  select coalesce(sum(p.unapplied_minor), 0)::bigint from payment p
  where p.order_code = p_code and p.currency = p_currency and p.reversed_at is null and p.unapplied_minor > 0
    and (p.customer_id = p_customer or p.customer_id = (select b.payer_id from credit_bearer b where b.customer_id = p_customer))
$$;

-- Bound money pays for what is prepaid of its order, which counts nowhere: so far it is no free deposit. Answers what is to be posted.
create function order_cover(p_orders uuid[]) returns exposure_delta[] language plpgsql as $$
declare
  v_deltas exposure_delta[];
begin
  with n as (
    select o.id, o.account_id, o.covered_minor as old, case when o.prepaid then least(
      (select coalesce(sum(p.unapplied_minor), 0) from payment p where p.order_code = o.external_id and p.customer_id = o.customer_id
        and p.currency = o.currency and p.reversed_at is null),
      (select coalesce(sum(l.prepaid_minor + l.held_minor), 0) from order_line l where l.order_id = o.id))::bigint else 0 end as new
    from sales_order o where o.id = any(p_orders)),
  u as (
    update sales_order o set covered_minor = n.new from n where o.id = n.id and n.new <> n.old
    returning n.account_id, n.id, n.old - n.new as delta)
  select array_agg((account_id, 'deposits', null, delta, 'order.covered', id)::exposure_delta) into v_deltas from u;
  return coalesce(v_deltas, '{}');
end $$;

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

create or replace function payment_moves_exposure() returns trigger language plpgsql as $$
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
  if exists (select from new_rows where order_code is not null) then
    v_deltas := coalesce(v_deltas, '{}') || order_cover(array(select o.id from sales_order o
      where o.external_id in (select order_code from new_rows) order by o.id));
  end if;
  if array_length(v_deltas, 1) > 0 then perform credit_post(v_deltas, business_now()); end if;
  return null;
end $$;

-- How a payer or group stands: p_old is what the order counts by now, p_new what it will. Its accounts are locked by the caller.
drop function credit_standing(text, text, text, date, date, bigint, bigint);
create function credit_standing(p_kind text, p_code text, p_currency text, p_today date, p_horizon date, p_old bigint, p_new bigint, p_share numeric default 1) returns jsonb
language plpgsql as $$
declare
  a record;
  v_ids uuid[] := '{}';
  v_currencies text[] := '{}';
  v_counted numeric[] := '{}';
  v_known boolean[] := '{}';
  v_limits jsonb[] := '{}';
  v_overdue jsonb := '[]';
  v_deposits bigint := 0;
  v_judge int;
  v_first int;
  v_sum numeric := 0;
  v_factor numeric;
  v_to text;
begin
  for a in
    select c.id, c.currency, c.version, c.deposits_minor,
      c.reserved_minor + c.ordered_minor + c.delivered_minor + c.open_minor - c.deposits_minor - coalesce(s.lowers, 0)
        - case when c.reserved_minor + c.ordered_minor > 0 then coalesce((select sum(d.amount_minor) from exposure_by_date d
            where d.account_id = c.id and d.bucket in ('reserved', 'ordered') and d.on_date > p_horizon), 0) else 0 end
        + case when c.bills_minor > 0 then coalesce((select sum(d.amount_minor) from exposure_by_date d
            where d.account_id = c.id and d.bucket = 'bills' and d.on_date > p_today), 0) else 0 end as counted,
      l.known, l.best, l.expired, coalesce(s.raises, 0) as raises, o.overdue, o.since
    from credit_account c
      cross join lateral (
        select count(*) > 0 as known, max(l.amount_minor) filter (where l.valid_from <= p_today and (l.valid_until is null or l.valid_until >= p_today)) as best,
          max(l.valid_until) filter (where l.valid_until < p_today) as expired
        from credit_limit l where l.account_id = c.id and l.revoked_at is null) l
      cross join lateral (
        select sum(floor(s.value_minor * s.share + 0.5)) filter (where s.effect = 'raises-limit') as raises,
          sum(floor(s.value_minor * s.share + 0.5)) filter (where s.effect = 'lowers-exposure') as lowers
        from security s where s.account_id = c.id and s.released_at is null and s.valid_from <= p_today
          and (s.valid_until is null or s.valid_until >= p_today)) s
      left join lateral (select x.overdue, x.since from overdue_of(c.id, p_today, p_share) x) o on c.open_minor > 0
    where c.kind = p_kind and c.code = p_code order by c.opened_at, c.id
  loop
    v_ids := v_ids || a.id;
    v_currencies := v_currencies || a.currency;
    v_counted := v_counted || a.counted;
    v_known := v_known || a.known;
    v_limits := v_limits || jsonb_build_object('version', a.version, 'known', a.known, 'expiredOn', case when a.best is null then a.expired end,
      'limitMinor', case when a.best is not null then a.best + a.raises when a.known then 0 end, 'valid', a.best is not null);
    if a.currency = p_currency then v_deposits := a.deposits_minor; end if;
    if a.overdue > 0 then
      v_overdue := v_overdue || jsonb_build_object('currency', a.currency, 'amountMinor', a.overdue, 'since', a.since);
    end if;
  end loop;
  v_first := array_position(v_known, true);
  select i into v_judge from generate_subscripts(v_known, 1) i where v_known[i] and v_currencies[i] = p_currency;
  v_judge := coalesce(v_judge, v_first, array_position(v_currencies, p_currency));
  if v_judge is null then return null; end if;
  v_to := v_currencies[v_judge];
  for i in 1 .. array_length(v_ids, 1) loop
    continue when i <> v_judge and (v_known[i] or v_judge is distinct from v_first) or v_counted[i] = 0;
    v_factor := credit_factor(v_currencies[i], v_to, p_today);
    if v_factor is null then return jsonb_build_object('missing', v_currencies[i], 'to', v_to); end if;
    v_sum := v_sum + v_counted[i] * v_factor;
  end loop;
  v_factor := case when p_old = 0 and p_new = 0 then 0 else credit_factor(p_currency, v_to, p_today) end;
  if v_factor is null then return jsonb_build_object('missing', p_currency, 'to', v_to); end if;
  return v_limits[v_judge] || jsonb_build_object('accountId', v_ids[v_judge], 'currency', v_to, 'overdue', v_overdue, 'depositsMinor', v_deposits,
    'beforeMinor', floor(v_sum + 0.5), 'afterMinor', floor(v_sum + (p_new - p_old) * v_factor + 0.5));
end $$;

-- The verdict over an order's facts (OrderFacts) by the rules (CheckRules): {decision, forced, reasons}. No table is read.
create or replace function credit_verdict(f jsonb, rules jsonb) returns jsonb language plpgsql immutable as $$
declare
  v_reasons jsonb := '[]';
  v_forced boolean := false;
  v_reject boolean := false;
  v_today date := (f ->> 'today')::date;
  v_currency text := f ->> 'currency';
  v_amount bigint := (f ->> 'amountMinor')::bigint;
  v_rest bigint := (f ->> 'restMinor')::bigint;
  v_counts boolean := v_rest > 0 and (f ->> 'shipDate')::date <= v_today + (rules ->> 'horizonDays')::int;
  v_payer jsonb := f -> 'payer';
  v_group jsonb := f -> 'group';
  v_earlier jsonb := f -> 'earlier';
  v_minor bigint;
  v_date date;
  v_listed jsonb := f -> 'listed';
  o jsonb;
begin
  if jsonb_array_length(v_listed) > 0 and rules ->> 'listed' = 'rejected' then
    return jsonb_build_object('decision', 'rejected', 'forced', false, 'reasons', credit_reason('listed', jsonb_build_object('lists', v_listed)));
  end if;
  if v_rest = 0 then return '{"decision": "approved", "forced": false, "reasons": []}'; end if;
  if (f ->> 'prepaid')::boolean then
    if (f ->> 'boundMinor')::bigint < v_rest then
      return jsonb_build_object('decision', 'held', 'forced', false, 'reasons', credit_reason('prepayment-missing', jsonb_build_object(
        'amountMinor', v_rest, 'receivedMinor', f -> 'boundMinor', 'missingMinor', v_rest - (f ->> 'boundMinor')::bigint)));
    end if;
    return jsonb_build_object('decision', 'approved', 'forced', false, 'reasons', credit_reason('prepaid', '{}'));
  end if;
  if jsonb_typeof(v_earlier) = 'object' then
    v_minor := floor((v_earlier ->> 'approvedMinor')::numeric * (1 + (rules ->> 'tolerance')::numeric));
    v_date := (v_earlier ->> 'approvedOn')::date + (rules ->> 'toleranceDays')::int;
    if v_amount <= v_minor and v_today <= v_date then
      return jsonb_build_object('decision', 'approved', 'forced', false, 'reasons', credit_reason('within-tolerance', jsonb_build_object(
        'amountMinor', v_amount, 'approvedMinor', (v_earlier ->> 'approvedMinor')::bigint, 'allowedMinor', v_minor, 'until', v_date)));
    end if;
  end if;
  if (rules ->> 'limit')::boolean then
    if not (v_payer ->> 'known')::boolean or not (v_payer ->> 'valid')::boolean and v_payer ->> 'expiredOn' is null then
      v_reasons := v_reasons || credit_reason('no-limit', jsonb_build_object('amountMinor', v_rest));
    elsif not (v_payer ->> 'valid')::boolean then
      v_reasons := v_reasons || credit_reason('limit-expired', jsonb_build_object('expiredOn', v_payer -> 'expiredOn'));
    elsif v_counts and (v_payer ->> 'afterMinor')::bigint > (v_payer ->> 'limitMinor')::bigint then
      v_reasons := v_reasons || credit_reason('limit-exceeded', jsonb_build_object('limitMinor', v_payer -> 'limitMinor', 'beforeMinor',
        v_payer -> 'beforeMinor', 'afterMinor', v_payer -> 'afterMinor', 'overMinor',
        (v_payer ->> 'afterMinor')::bigint - (v_payer ->> 'limitMinor')::bigint, 'limitCurrency', v_payer -> 'currency'));
    end if;
    if jsonb_typeof(v_group) = 'object' and (v_group ->> 'valid')::boolean and v_counts
      and (v_group ->> 'afterMinor')::bigint > (v_group ->> 'limitMinor')::bigint then
      v_reasons := v_reasons || credit_reason('group-limit-exceeded', jsonb_build_object('limitMinor', v_group -> 'limitMinor', 'beforeMinor',
        v_group -> 'beforeMinor', 'afterMinor', v_group -> 'afterMinor', 'overMinor',
        (v_group ->> 'afterMinor')::bigint - (v_group ->> 'limitMinor')::bigint, 'limitCurrency', v_group -> 'currency'));
    end if;
  end if;
  v_minor := (rules -> 'documentMinor' ->> v_currency)::bigint;
  if v_amount > v_minor then
    v_reasons := v_reasons || credit_reason('document-too-large', jsonb_build_object('amountMinor', v_amount, 'maximumMinor', v_minor));
  end if;
  for o in select jsonb_array_elements(f -> 'overdue') loop
    v_minor := (rules -> 'overdueMinor' ->> (o ->> 'currency'))::bigint;
    if (o ->> 'amountMinor')::bigint > v_minor then
      v_reasons := v_reasons || credit_reason('overdue-amount', jsonb_build_object('overdueMinor', o -> 'amountMinor', 'thresholdMinor', v_minor,
        'overdueCurrency', o -> 'currency'));
    end if;
    if v_today - (o ->> 'since')::date > (rules ->> 'oldestOverdueDays')::int
      and (o ->> 'amountMinor')::bigint > coalesce((rules -> 'smallMinor' ->> (o ->> 'currency'))::bigint, 0) then
      v_reasons := v_reasons || credit_reason('overdue-days', jsonb_build_object('days', v_today - (o ->> 'since')::date, 'maximumDays',
        rules -> 'oldestOverdueDays', 'since', o -> 'since'));
    end if;
  end loop;
  if array_position(array['reminder', 'escalation', 'legal'], f ->> 'stage') >= array_position(array['reminder', 'escalation', 'legal'], rules ->> 'stageFrom') then
    v_reasons := v_reasons || credit_reason('stage-reached', jsonb_build_object('stage', f -> 'stage', 'from', rules -> 'stageFrom'));
  end if;
  if v_today - (f ->> 'profileAsOf')::date > (rules ->> 'profileDays')::int then
    v_reasons := v_reasons || credit_reason('profile-old', jsonb_build_object('asOf', f -> 'profileAsOf', 'maximumDays', rules -> 'profileDays'));
  end if;
  if v_today > (f ->> 'licenceUntil')::date + (rules ->> 'licenceGraceDays')::int then
    v_reasons := v_reasons || credit_reason('licence-expired', jsonb_build_object('until', f -> 'licenceUntil'));
  end if;
  if jsonb_array_length(v_listed) > 0 and rules ->> 'listed' = 'held' then
    v_forced := true;
    v_reasons := v_reasons || credit_reason('listed', jsonb_build_object('lists', v_listed));
  end if;
  if (rules ->> 'terms')::boolean and (f ->> 'termsDays')::int > (f ->> 'maxTermsDays')::int then
    v_reasons := v_reasons || credit_reason('terms-too-long', jsonb_build_object('termsDays', f -> 'termsDays', 'maximumDays', f -> 'maxTermsDays'));
  end if;
  if rules -> 'heldGrades' ? (f ->> 'grade') then
    v_reasons := v_reasons || credit_reason('grade-held', jsonb_build_object('grade', f -> 'grade'));
  end if;
  if jsonb_array_length(f -> 'breaches') > 0 then
    v_reasons := v_reasons || credit_reason('goods-left-unasked', jsonb_build_object('shipments', f -> 'breaches'));
  end if;
  if v_amount > (f ->> 'medianMinor')::numeric * (rules -> 'abnormal' ->> 'factor')::numeric then
    o := jsonb_build_object('amountMinor', v_amount, 'medianMinor', f -> 'medianMinor', 'factor', rules -> 'abnormal' -> 'factor');
    if rules -> 'abnormal' ->> 'verdict' = 'downgraded' then
      if (f ->> 'depositsMinor')::bigint < v_rest then
        v_reasons := v_reasons || credit_reason('order-abnormal-prepay', o || jsonb_build_object('depositsMinor', f -> 'depositsMinor'));
      end if;
    else
      v_forced := true;
      v_reject := rules -> 'abnormal' ->> 'verdict' = 'rejected';
      v_reasons := v_reasons || credit_reason('order-abnormal', o);
    end if;
  end if;
  return jsonb_build_object('decision', case when v_reject then 'rejected' when jsonb_array_length(v_reasons) > 0 then 'held' else 'approved' end,
    'forced', v_forced and not v_reject, 'reasons', v_reasons);
end $$;

-- Moves cents of an order between the buckets of its lines ([{line, from, to, amount}]) and posts what that does to its account.
create or replace function order_move(p_order uuid, p_moves jsonb, p_cause text, p_at timestamptz) returns void language plpgsql as $$
declare
  v_order sales_order;
  v_deltas exposure_delta[];
begin
  select * into strict v_order from sales_order where id = p_order;
  with m as (
    select x.line, v.bucket, sum(v.amount)::bigint as amount from jsonb_to_recordset(p_moves) x (line int, "from" text, "to" text, amount bigint),
      lateral (values (x."from", -x.amount), (x."to", x.amount)) v (bucket, amount) group by 1, 2),
  w as (
    select line, sum(amount) filter (where bucket = 'held') as held, sum(amount) filter (where bucket = 'prepaid') as prepaid,
      sum(amount) filter (where bucket = 'reserved') as reserved, sum(amount) filter (where bucket = 'ordered') as ordered,
      sum(amount) filter (where bucket = 'delivered') as delivered, sum(amount) filter (where bucket = 'invoiced') as invoiced,
      sum(amount) filter (where bucket = 'cancelled') as cancelled from m group by 1),
  u as (
    update order_line l set held_minor = held_minor + coalesce(held, 0), prepaid_minor = prepaid_minor + coalesce(prepaid, 0),
      reserved_minor = reserved_minor + coalesce(reserved, 0), ordered_minor = ordered_minor + coalesce(ordered, 0),
      delivered_minor = delivered_minor + coalesce(delivered, 0), invoiced_minor = invoiced_minor + coalesce(invoiced, 0),
      cancelled_minor = cancelled_minor + coalesce(cancelled, 0)
    from w where l.order_id = p_order and l.line = w.line)
  select array_agg((v_order.account_id, d.bucket, case when d.bucket <> 'delivered' then v_order.requested_ship_date end, d.amount, p_cause,
    p_order)::exposure_delta) into v_deltas
  from (select bucket, sum(amount) as amount from m where bucket in ('reserved', 'ordered', 'delivered') group by 1) d where d.amount <> 0;
  if v_order.prepaid or v_order.covered_minor > 0 then v_deltas := coalesce(v_deltas, '{}') || order_cover(array[p_order]); end if;
  if array_length(v_deltas, 1) > 0 then perform credit_post(v_deltas, p_at); end if;
  -- Its processes look again: a reservation that has nothing left to lapse ends, a hold that has nothing left to release too.
  if p_cause <> 'order.lapsed' then
    update wake set asked = asked + 1 where subject in (
      select 'reservation-' || p_order where v_order.reserved_until is not null
      union all select 'order-hold-' || h.id from order_hold h where h.order_id = p_order and h.state = 'open');
    if found then perform pg_notify('duecourse', 'wake'); end if;
  end if;
end $$;

-- An invoice takes over what its order stands for, delivered goods first; what it took before goes back first. The order may be that of
-- another customer of the same payer. Goods already shipped can always be invoiced, whatever became of the order.
create or replace function order_take_over(p_invoice uuid, p_at timestamptz) returns void language plpgsql as $$
declare
  v_invoice invoice;
  v_order sales_order;
  v_moves jsonb;
  v_took uuid[];
  r record;
begin
  select * into strict v_invoice from invoice where id = p_invoice;
  perform from sales_order o where o.id in (select order_id from order_invoice where invoice_id = p_invoice)
    or o.external_id = v_invoice.order_code order by o.id for no key update;
  for r in
    select i.order_id, jsonb_agg(jsonb_build_object('line', i.line, 'from', 'invoiced', 'amount', i.amount_minor, 'to', case
      when i.from_bucket = 'delivered' then 'delivered' when o.state <> 'open' then 'cancelled' when o.decision = 'held' then 'held'
      when o.prepaid then 'prepaid' when i.from_bucket in ('held', 'prepaid') then 'reserved' else i.from_bucket end)) as moves
    from order_invoice i join sales_order o on o.id = i.order_id where i.invoice_id = p_invoice group by 1 order by 1
  loop
    v_took := v_took || r.order_id;
    delete from order_invoice where invoice_id = p_invoice and order_id = r.order_id;
    perform order_move(r.order_id, r.moves, 'invoice.gave-back', p_at);
  end loop;
  select * into v_order from sales_order o where o.external_id = v_invoice.order_code and o.currency = v_invoice.currency
    and (o.id = any(v_took) or same_bearer(o.customer_id, v_invoice.customer_id));
  if not found then return; end if;
  with part as (
    select l.line, b.bucket, b.amount, sum(b.amount) over (order by b.turn, l.line) - b.amount as before
    from order_line l, lateral (values (1, 'delivered', l.delivered_minor), (2, 'ordered', l.ordered_minor), (3, 'reserved', l.reserved_minor),
      (4, 'prepaid', l.prepaid_minor), (5, 'held', l.held_minor)) b (turn, bucket, amount)
    where l.order_id = v_order.id and b.amount > 0),
  taken as (
    select line, bucket, least(amount, v_invoice.amount_minor - before)::bigint as amount from part where before < v_invoice.amount_minor),
  kept as (
    insert into order_invoice (order_id, line, invoice_id, amount_minor, from_bucket) select v_order.id, line, p_invoice, amount, bucket from taken)
  select jsonb_agg(jsonb_build_object('line', line, 'from', bucket, 'to', 'invoiced', 'amount', amount)) into v_moves from taken;
  if v_moves is not null then perform order_move(v_order.id, v_moves, 'invoice.took-over', p_at); end if;
end $$;

-- Writes new orders that were judged, all of a batch by one statement: most that is asked is new, and a statement costs as much as several rows.
create or replace function order_write_new(p_rows jsonb, p_policy text, p_hold_days int, p_at timestamptz) returns void language plpgsql as $$
declare
  v_written int;
begin
  with r as (
    select * from rows from (jsonb_to_recordset(p_rows) as (id uuid, "externalId" text, customer uuid, account uuid, "group" uuid, currency text, ship date,
      prepaid boolean, "withTax" boolean, "taxRate" text, beyond boolean, enters timestamptz, amount bigint, rest bigint, decision text, state text, target text, "approvedOn" date, reserved timestamptz, hold uuid,
      forced boolean, reasons jsonb, before bigint, after bigint, "limit" bigint, "limitCurrency" text, version bigint, "actorKind" text,
      "actorId" text, hash text, reason text, lines jsonb, shown jsonb)) with ordinality),
  o as (
    insert into sales_order (id, external_id, customer_id, account_id, currency, requested_ship_date, prepaid, amount_minor, decision, state, approved_minor,
      approved_on, reserved_until, put_by, content_hash, prices_with_tax, tax_rate, beyond_horizon, created_at, updated_at)
    select id, "externalId", customer, account, currency, ship, prepaid, amount, decision, state, case when decision = 'approved' then amount end,
      "approvedOn", reserved, "actorId", hash, "withTax", "taxRate", beyond, p_at, p_at from r order by ordinality
    on conflict (external_id) do nothing returning id),
  n as materialized (select r.* from r join o using (id) order by r.ordinality),
  li as (
    insert into order_line (order_id, line, item, product_line, quantity, unit_price, amount_minor, held_minor, prepaid_minor, reserved_minor, cancelled_minor)
    select n.id, x.line, x.item, x."productLine", x.quantity, x."unitPrice", x."amountMinor", case n.target when 'held' then x."amountMinor" else 0 end,
      case n.target when 'prepaid' then x."amountMinor" else 0 end, case n.target when 'reserved' then x."amountMinor" else 0 end,
      case n.target when 'cancelled' then x."amountMinor" else 0 end
    from n, jsonb_to_recordset(n.lines) as x (line int, item text, "productLine" text, quantity numeric, "unitPrice" text, "amountMinor" bigint)),
  en as (
    insert into exposure_entry (account_id, bucket, on_date, delta_minor, cause, cause_id, business_at)
    select b.id, 'reserved', n.ship, n.amount, 'order.' || n.decision, n.id, p_at from n, unnest(array[n.account, n."group"]) b (id)
    where n.target = 'reserved' and b.id is not null order by n.ordinality),
  ho as (
    insert into order_hold (id, order_id, customer_id, forced, amount_minor, reasons, requested_by, opened_at, expires_at, order_version)
    select hold, id, customer, forced, rest, reasons, "actorId", p_at, p_at + make_interval(days => p_hold_days), 1 from n where hold is not null),
  de as (
    insert into order_decision (order_id, version, at, decision, amount_minor, reasons, before_minor, after_minor, limit_minor, currency, account_version, policy_version, actor)
    select id, 1, p_at, decision, amount, reasons, before, after, "limit", "limitCurrency", version, p_policy, "actorId" from n order by ordinality),
  au as (
    insert into audit (business_at, actor_kind, actor_id, action, subject_kind, subject_id, customer_id, reason, policy_version, after)
    select p_at, "actorKind", "actorId", 'order.' || decision, 'order', id, customer, reason, p_policy, shown from n order by ordinality),
  ev as (
    insert into event (business_at, kind, subject_kind, subject_id, customer_id, data)
    select p_at, 'order.' || decision, 'order', id, customer, jsonb_build_object('externalId', "externalId", 'decision', decision) from n order by ordinality),
  wa as (
    insert into wake (subject, kind, at, asked, customer_id)
    select 'reservation-' || id, 'reservation', coalesce(enters, reserved), 0, customer from n where reserved is not null
    union all select 'order-hold-' || hold, 'order-hold', null, 1, customer from n where hold is not null)
  select count(*) into v_written from o;
  if v_written < jsonb_array_length(p_rows) then raise exception 'an order was written meanwhile' using errcode = 'serialization_failure'; end if;
  if exists (select from jsonb_array_elements(p_rows) r where (r ->> 'prepaid')::boolean) then
    perform credit_post(order_cover(array(select (r ->> 'id')::uuid from jsonb_array_elements(p_rows) r where (r ->> 'prepaid')::boolean order by 1)), p_at);
  end if;
end $$;

-- Judges orders in the order they came and writes what follows: order and lines, decision, balances and entries, hold, audit, event, wake.
-- What is refused leaves nothing behind and eats nothing of a limit. `p_requests`: see CheckRequest; `p_rules`: CheckRules.
create or replace function credit_check(p_requests jsonb, p_rules jsonb, p_zone text) returns jsonb language plpgsql set enable_seqscan = off as $$
declare
  v_now timestamptz := business_now();
  v_today date := (v_now at time zone p_zone)::date;
  v_horizon date := v_today + (p_rules ->> 'horizonDays')::int;
  v_policy text := p_rules ->> 'version';
  -- Values, not sub-selects: only so is it sure that what is locked is found by key, however much there is of it.
  v_orders text[] := array(select r ->> 'externalId' from jsonb_array_elements(p_requests) r);
  v_codes text[] := array(select distinct r ->> 'customer' from jsonb_array_elements(p_requests) r);
  v_currencies text[] := array(select distinct r ->> 'currency' from jsonb_array_elements(p_requests) r);
  v_accounts uuid[];
  v_locked uuid[];
  v_ended uuid[];
  v_results jsonb := '[]';
  -- New orders that are judged and not written yet.
  v_fresh jsonb[] := '{}';
  v_pending text[] := '{}';
  v_deltas exposure_delta[];
  q record; c record; o sales_order; l record;
  v_facts jsonb; v_verdict jsonb; v_payer jsonb; v_group jsonb; v_fault jsonb; v_lines jsonb;
  v_decision text; v_target text; v_state text; v_put boolean; v_ship date;
  v_amount bigint; v_rest bigint; v_old bigint; v_new bigint; v_settled bigint;
  v_order uuid; v_version int; v_hold uuid; v_reserved timestamptz; v_moves jsonb; v_done jsonb; v_shown jsonb; v_action text; v_limit bigint; v_held bigint; v_cancelled bigint; v_counted bigint; v_account bigint;
  v_reserved_minor bigint; v_prepaid boolean; v_released boolean; v_enters timestamptz;
begin
  perform credit_open(x.id, x.currency, v_now) from (
    select k.id, r.currency from customer k
      join jsonb_to_recordset(p_requests) as r (customer text, currency text, regions text[], owner text, "ownOnly" boolean) on r.customer = k.external_id
      where k.external_id = any(v_codes) and (r.regions is null or k.region = any(r.regions)) and (not r."ownOnly" or k.owner = r.owner)
        and not exists (select from credit_member m where m.customer_id = k.id and m.currency = r.currency)
      group by 1, 2 order by 1, 2) x;
  -- Callers may be remembered from an earlier request: whether their keys still hold is judged here.
  select array_agg(r.credential) into v_ended from (select distinct credential from jsonb_to_recordset(p_requests) as (credential uuid) where credential is not null) r
  where not exists (select from api_key y where y.id = r.credential and y.revoked_at is null and (y.expires_at is null or y.expires_at > clock_timestamp()));
  -- Orders that stand, then accounts: groups before payers, each by id, in all their currencies.
  select array_agg(k.id) into v_locked from (
    select s.id from sales_order s where s.external_id = any(v_orders) order by s.id for no key update) k;
  v_accounts := array(
    with p as (
      select distinct a.code, a.group_account from customer k join credit_member m on m.customer_id = k.id and m.currency = any(v_currencies)
        join credit_account a on a.id = m.account_id where k.external_id = any(v_codes))
    select s.id from p join credit_account s on s.kind = 'payer' and s.code = p.code
    union select s.id from p join credit_account g on g.id = p.group_account join credit_account s on s.kind = 'group' and s.code = g.code);
  perform from credit_account a where a.id = any(v_accounts) order by a.kind, a.id for no key update;

  for q in
    select * from rows from (jsonb_to_recordset(p_requests) as (op text, "externalId" text, customer text, currency text, "shipDate" date,
      prepaid boolean, "pricesWithTax" boolean, "taxRate" text, lines jsonb, "amountMinor" bigint, hash text, "actorKind" text, "actorId" text, regions text[], owner text, "ownOnly" boolean,
      reason text, credential uuid)) with ordinality order by ordinality
  loop
    v_put := q.op = 'put';
    if q."externalId" = any(v_pending) then
      perform order_write_new(to_jsonb(v_fresh), v_policy, (p_rules ->> 'holdDays')::int, v_now);
      v_fresh := '{}';
      v_pending := '{}';
    end if;
    if q.credential = any(v_ended) then
      v_results := v_results || '{"refusal": "unauthenticated"}'::jsonb;
      continue;
    end if;
    select k.id, k.region, k.owner, k.terms_days, m.account_id, a.code, a.group_account, g.code as group_code, f.grade, f.max_terms_days, f.profile_as_of,
        f.licence_until, case when f.listed = '[]' then '[]' else coalesce((select jsonb_agg(distinct e ->> 'list') from jsonb_array_elements(f.listed) e), '[]') end as listed,
        (f.median_order_minor ->> q.currency)::numeric as median, s as standing,
        case when s.id is null then (select least(q."amountMinor", coalesce(sum(i.amount_minor), 0)) from invoice i
          where i.order_code = q."externalId" and i.currency = q.currency and same_bearer(i.customer_id, k.id)) end as invoiced,
        (select coalesce(jsonb_agg(b.external_id order by b.external_id), '[]') from shipment b where b.breach_holds = k.id) as breaches,
        (select r.stage from credit_member b join receivable r on r.customer_id = b.customer_id and r.stage in ('reminder', 'escalation', 'legal')
          where b.account_id = m.account_id order by array_position(array['legal', 'escalation', 'reminder'], r.stage) limit 1) as stage into c
      from customer k left join credit_member m on m.customer_id = k.id and m.currency = q.currency left join credit_account a on a.id = m.account_id
        left join credit_account g on g.id = a.group_account left join credit_profile f on f.customer_id = k.id
        left join sales_order s on s.external_id = q."externalId"
      where k.external_id = q.customer;
    if not found or q.regions is not null and (c.region is null or not c.region = any(q.regions)) or q."ownOnly" and (q.owner is null or c.owner is distinct from q.owner) then
      v_results := v_results || jsonb_build_object('refusal', 'customer-unknown', 'params', jsonb_build_object('customer', q.customer), 'pointer', '/customer');
      continue;
    end if;
    o := c.standing;
    if o.id is not null and not o.id = any(coalesce(v_locked, '{}')) or o.id is not null and o.account_id <> c.account_id and o.customer_id = c.id and o.currency = q.currency then
      raise exception 'an order was written meanwhile' using errcode = 'serialization_failure';
    end if;
    if o.id is not null and (o.customer_id <> c.id or o.currency <> q.currency) then
      v_results := v_results || case when o.customer_id <> c.id
        then '{"refusal": "conflict", "params": {"what": "customer"}, "pointer": "/customer"}'::jsonb
        else jsonb_build_object('refusal', 'currency-mismatch', 'pointer', '/currency', 'params', jsonb_build_object('currency', q.currency, 'expected', o.currency)) end;
      continue;
    end if;
    if v_put and o.id is not null and o.content_hash = q.hash and (o.state <> 'lapsed') then
      select d.* into l from order_decision d where d.order_id = o.id order by d.at desc, d.version desc limit 1;
      select h.id into v_hold from order_hold h where h.order_id = o.id and h.state = 'open';
      v_results := v_results || jsonb_build_object('id', o.id, 'decision', o.decision, 'state', o.state, 'reasons', l.reasons, 'beforeMinor', l.before_minor,
        'afterMinor', l.after_minor, 'limitMinor', l.limit_minor, 'limitCurrency', l.currency, 'version', l.account_version, 'policyVersion',
        l.policy_version, 'orderHoldId', v_hold, 'changed', false, 'created', false);
      continue;
    end if;
    if v_put and o.id is not null and o.state in ('closed', 'cancelled') and o.decision <> 'rejected' then
      v_results := v_results || jsonb_build_object('refusal', 'order-closed', 'params', jsonb_build_object('order', o.external_id, 'state', o.state));
      continue;
    end if;
    v_fault := case when v_put and o.id is not null then order_lines_fault(o.id, q.lines) end;
    if v_fault is not null then
      v_results := v_results || v_fault;
      continue;
    end if;

    -- What is to be judged: all that is not delivered or invoiced; of an order that comes back or is held, what does not count yet.
    v_ship := case when v_put then q."shipDate" else o.requested_ship_date end;
    v_old := 0;
    v_cancelled := 0;
    if o.id is null then
      -- Invoices may have come before their order: what they took is owed already.
      v_settled := c.invoiced;
    else
      select sum(reserved_minor + ordered_minor) as counted, sum(delivered_minor + invoiced_minor) as settled, sum(held_minor) as held,
        sum(cancelled_minor) as cancelled, sum(reserved_minor) as reserved into v_counted, v_settled, v_held, v_cancelled, v_reserved_minor from order_line where order_id = o.id;
      v_old := case when v_put and o.requested_ship_date <= v_horizon then v_counted else 0 end;
    end if;
    v_amount := case when v_put then q."amountMinor" else o.amount_minor end;
    v_rest := case q.op when 'put' then v_amount - v_settled when 'reopen' then v_cancelled when 'enter' then v_reserved_minor else v_held end;
    v_prepaid := case when v_put then q.prepaid else o.prepaid end;
    -- An order that came near counts by now, and goes on to.
    -- Of those that came near at once the first that were taken go first.
    if q.op = 'enter' and v_ship <= v_horizon then
      v_old := v_rest + coalesce((select sum(y.reserved_minor + y.ordered_minor) from sales_order x join order_line y on y.order_id = x.id
        where x.account_id = o.account_id and x.state = 'open' and x.beyond_horizon and x.requested_ship_date <= v_horizon
          and (x.created_at, x.id) > (o.created_at, o.id)), 0);
    end if;
    v_new := case when v_prepaid or v_ship > v_horizon then 0 else v_rest end;
    v_released := q.op = 'enter' and exists (select from order_decision d where d.order_id = o.id and d.reasons @> '[{"code": "released"}]'
      and (d.at at time zone p_zone)::date = o.approved_on);
    v_payer := credit_standing('payer', c.code, q.currency, v_today, v_horizon, v_old, v_new, (p_rules ->> 'disputeShare')::numeric);
    v_group := case when c.group_account is not null then credit_standing('group', c.group_code, q.currency, v_today, v_horizon, v_old, v_new) end;
    if v_payer ? 'missing' or v_group ? 'missing' then
      v_fault := case when v_payer ? 'missing' then v_payer else v_group end;
      v_results := v_results || jsonb_build_object('refusal', 'rate-missing', 'pointer', '/currency', 'params',
        jsonb_build_object('from', v_fault -> 'missing', 'to', v_fault -> 'to', 'date', v_today));
      continue;
    end if;
    v_facts := jsonb_build_object('today', v_today, 'currency', q.currency, 'shipDate', v_ship, 'prepaid', v_prepaid,
      'boundMinor', case when v_prepaid then order_bound(q."externalId", c.id, q.currency) else 0 end, 'grade', c.grade, 'breaches', c.breaches,
      'amountMinor', v_amount, 'restMinor', v_rest, 'payer', v_payer, 'group', v_group, 'overdue', v_payer -> 'overdue', 'depositsMinor', v_payer -> 'depositsMinor',
      'earlier', case when v_put and o.id is not null and o.state = 'open' and o.decision = 'approved' and o.approved_minor is not null and not o.prepaid and v_cancelled = 0
          or v_released and o.approved_minor is not null
        then jsonb_build_object('approvedMinor', o.approved_minor, 'approvedOn', o.approved_on) end,
      'stage', c.stage,
      'termsDays', c.terms_days, 'maxTermsDays', c.max_terms_days, 'profileAsOf', c.profile_as_of, 'licenceUntil', c.licence_until, 'listed', c.listed,
      'medianMinor', c.median);
    v_verdict := credit_verdict(v_facts, p_rules);
    -- What was accepted once is not refused without a person.
    if q.op = 'enter' and v_verdict ->> 'decision' = 'rejected' then v_verdict := v_verdict || '{"decision": "held", "forced": true}'; end if;
    v_decision := v_verdict ->> 'decision';
    v_target := case when v_decision = 'approved' then case when v_prepaid then 'prepaid' else 'reserved' end
      when v_decision = 'held' then 'held' else 'cancelled' end;
    v_state := case when v_decision = 'rejected' then 'cancelled' else 'open' end;
    v_reserved := case when v_target = 'reserved' then ((greatest(v_ship, v_today) + (p_rules ->> 'reservationDays')::int + 1)::timestamp at time zone p_zone) end;
    v_enters := case when v_target = 'reserved' and v_ship > v_horizon then ((v_ship - (p_rules ->> 'horizonDays')::int)::timestamp at time zone p_zone) end;
    v_limit := (v_payer ->> 'limitMinor')::bigint;
    v_version := coalesce(o.version, 0) + 1;

    -- The judging account moves by one when it bears the order itself.
    v_account := (v_payer ->> 'version')::bigint
      + case when v_target = 'reserved' and (v_payer ->> 'accountId')::uuid = c.account_id then 1 else 0 end;
    v_action := 'order.' || v_decision;
    v_shown := jsonb_build_object('externalId', q."externalId", 'decision', v_decision, 'amountMinor', v_amount, 'currency', q.currency, 'reasons', v_verdict -> 'reasons',
      'beforeMinor', v_payer -> 'beforeMinor', 'afterMinor', v_payer -> 'afterMinor', 'limitMinor', v_limit, 'op', q.op, 'version', v_version);
    if o.id is null then
      -- A new order moves its accounts at once, as the next in this batch is judged by them; all else of it is written with the others that are new.
      v_order := uuidv7();
      v_hold := case when v_decision = 'held' then uuidv7() end;
      if v_target = 'reserved' then
        with bearers as (select id from unnest(array[c.account_id, c.group_account]) id where id is not null),
        ac as (
          update credit_account a set reserved_minor = a.reserved_minor + v_amount, version = a.version + 1 from bearers b where a.id = b.id)
        insert into exposure_by_date as d (account_id, bucket, on_date, amount_minor) select b.id, 'reserved', v_ship, v_amount from bearers b order by 1
        on conflict (account_id, bucket, on_date) do update set amount_minor = d.amount_minor + excluded.amount_minor;
      end if;
      v_fresh := array_append(v_fresh, jsonb_build_object('id', v_order, 'externalId', q."externalId", 'customer', c.id, 'account', c.account_id, 'group', c.group_account,
        'currency', q.currency, 'ship', v_ship, 'prepaid', q.prepaid, 'withTax', coalesce(q."pricesWithTax", true), 'taxRate', q."taxRate",
        'beyond', v_enters is not null, 'enters', v_enters, 'amount', v_amount, 'rest', v_rest, 'decision', v_decision, 'state', v_state,
        'target', v_target, 'approvedOn', case when v_decision = 'approved' then v_today end, 'reserved', v_reserved, 'hold', v_hold,
        'forced', v_verdict -> 'forced', 'reasons', v_verdict -> 'reasons', 'before', v_payer -> 'beforeMinor', 'after', v_payer -> 'afterMinor',
        'limit', v_limit, 'limitCurrency', v_payer -> 'currency', 'version', v_account, 'actorKind', q."actorKind", 'actorId', q."actorId",
        'hash', q.hash, 'reason', q.reason, 'lines', q.lines, 'shown', v_shown));
      v_pending := v_pending || q."externalId";
      v_locked := v_locked || v_order;
      if v_settled > 0 then
        perform order_write_new(to_jsonb(v_fresh), v_policy, (p_rules ->> 'holdDays')::int, v_now);
        v_fresh := '{}';
        v_pending := '{}';
        perform order_take_over(i.id, v_now) from invoice i where i.order_code = q."externalId" and i.currency = q.currency
          and same_bearer(i.customer_id, c.id) order by i.id;
      end if;
      v_results := v_results || jsonb_build_object('id', v_order, 'decision', v_decision, 'state', v_state, 'reasons', v_verdict -> 'reasons', 'beforeMinor', v_payer -> 'beforeMinor',
        'afterMinor', v_payer -> 'afterMinor', 'limitMinor', v_limit, 'limitCurrency', v_payer -> 'currency', 'version', v_account,
        'policyVersion', v_policy, 'orderHoldId', v_hold, 'changed', true, 'created', true);
      continue;
    end if;

    v_order := o.id;
    update sales_order set requested_ship_date = v_ship, prepaid = v_prepaid, amount_minor = v_amount,
        prices_with_tax = case when v_put then coalesce(q."pricesWithTax", true) else prices_with_tax end,
        tax_rate = case when v_put then q."taxRate" else tax_rate end, beyond_horizon = v_enters is not null, decision = v_decision,
        state = v_state, version = v_version, updated_at = v_now, content_hash = coalesce(q.hash, content_hash), put_by = case when v_put then q."actorId" else put_by end,
        reserved_until = v_reserved,
        approved_minor = case when v_decision <> 'approved' then null when v_verdict -> 'reasons' -> 0 ->> 'code' = 'within-tolerance' then approved_minor else v_amount end,
        approved_on = case when v_decision <> 'approved' then null when v_verdict -> 'reasons' -> 0 ->> 'code' = 'within-tolerance' then approved_on else v_today end
      where id = v_order;
    if v_put then
      v_done := order_put_lines(v_order, q.lines, v_target);
      v_deltas := array(select (c.account_id, x.bucket, x.on_date, x.delta, 'order.' || v_decision, v_order)::exposure_delta from (values
        ('reserved', v_ship, (v_done ->> 'reserved')::bigint), ('ordered', v_ship, (v_done ->> 'ordered')::bigint),
        ('reserved', o.requested_ship_date, -(v_done ->> 'reservedBefore')::bigint), ('ordered', o.requested_ship_date, -(v_done ->> 'orderedBefore')::bigint)
        ) x (bucket, on_date, delta) where x.delta <> 0);
      if v_prepaid or o.covered_minor > 0 then v_deltas := v_deltas || order_cover(array[v_order]); end if;
      if array_length(v_deltas, 1) > 0 then perform credit_post(v_deltas, v_now); end if;
    else
      select jsonb_agg(jsonb_build_object('line', i.line, 'from', i.bucket, 'to', v_target, 'amount', i.amount)) into v_moves from (
        select line, case q.op when 'reopen' then 'cancelled' when 'enter' then 'reserved' else 'held' end as bucket,
          case q.op when 'reopen' then cancelled_minor when 'enter' then reserved_minor else held_minor end as amount
        from order_line where order_id = v_order) i where i.amount > 0 and i.bucket <> v_target;
      if v_moves is not null then perform order_move(v_order, v_moves, 'order.' || v_decision, v_now); end if;
    end if;

    select version into v_account from credit_account where id = (v_payer ->> 'accountId')::uuid;
    v_hold := null;
    if v_decision = 'held' then
      insert into order_hold as h (order_id, customer_id, forced, amount_minor, reasons, requested_by, opened_at, expires_at, order_version)
      values (v_order, c.id, (v_verdict ->> 'forced')::boolean, v_rest, v_verdict -> 'reasons', case q.op when 'enter' then o.put_by else q."actorId" end, v_now,
        v_now + make_interval(days => (p_rules ->> 'holdDays')::int), v_version)
      on conflict (order_id) where state = 'open' do update set forced = excluded.forced, amount_minor = excluded.amount_minor, reasons = excluded.reasons,
        order_version = excluded.order_version
      returning h.id into v_hold;
    end if;
    insert into order_decision (order_id, version, at, decision, amount_minor, reasons, before_minor, after_minor, limit_minor, currency, account_version, policy_version, actor)
    values (v_order, v_version, v_now, v_decision, v_amount, v_verdict -> 'reasons', (v_payer ->> 'beforeMinor')::bigint, (v_payer ->> 'afterMinor')::bigint, v_limit,
      v_payer ->> 'currency', v_account, v_policy, q."actorId");
    insert into audit (business_at, actor_kind, actor_id, action, subject_kind, subject_id, customer_id, reason, policy_version, before, after)
    values (v_now, q."actorKind", q."actorId", v_action, 'order', v_order, c.id, q.reason, v_policy,
      jsonb_build_object('decision', o.decision, 'state', o.state, 'amountMinor', o.amount_minor, 'version', o.version), v_shown);
    insert into event (business_at, kind, subject_kind, subject_id, customer_id, data)
    values (v_now, v_action, 'order', v_order, c.id, jsonb_build_object('externalId', q."externalId", 'decision', v_decision));
    if v_reserved is not null then
      insert into wake (subject, kind, at, customer_id) values ('reservation-' || v_order, 'reservation', coalesce(v_enters, v_reserved), c.id)
      on conflict (subject) do update set asked = wake.asked + 1;
    elsif o.reserved_until is not null then
      update wake set asked = asked + 1 where subject = 'reservation-' || v_order;
    end if;
    if v_hold is not null then
      insert into wake (subject, kind, asked, customer_id) values ('order-hold-' || v_hold, 'order-hold', 1, c.id)
      on conflict (subject) do update set asked = wake.asked + 1;
    elsif o.decision = 'held' then
      update wake set asked = asked + 1 where subject in (select 'order-hold-' || h.id from order_hold h where h.order_id = v_order and h.state = 'open');
    end if;
    v_results := v_results || jsonb_build_object('id', v_order, 'decision', v_decision, 'state', v_state, 'reasons', v_verdict -> 'reasons', 'beforeMinor', v_payer -> 'beforeMinor',
      'afterMinor', v_payer -> 'afterMinor', 'limitMinor', v_limit, 'limitCurrency', v_payer -> 'currency', 'version', v_account,
      'policyVersion', v_policy, 'orderHoldId', v_hold, 'changed', true, 'created', false);
  end loop;
  if array_length(v_fresh, 1) > 0 then perform order_write_new(to_jsonb(v_fresh), v_policy, (p_rules ->> 'holdDays')::int, v_now); end if;
  perform pg_notify('duecourse', 'wake');
  return v_results;
end $$;
