-- The check of an order: judged and reserved in one statement, credit_check. domain/credit/check.ts states the same rule; tests hold both together.

-- Which version of the order a hold is about, and in which currency a decision was judged: that of the limit.
alter table order_hold add column order_version int;
alter table order_decision add column currency text;

create function currency_exponent(p_currency text) returns int language sql immutable parallel safe as $$
  select case
    when p_currency in ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF', 'XPF') then 0
    when p_currency in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 3
    else 2 end
$$;

-- Minor units of one currency in minor units of another by the newest rate on file; null when there is none.
create function credit_factor(p_from text, p_to text, p_today date) returns numeric language sql stable as $$
  select case when p_from = p_to then 1 else (
    select e.rate * case currency_exponent(p_to) - currency_exponent(p_from) when 0 then 1 when 1 then 10 when 2 then 100 when 3 then 1000
      when -1 then 0.1 when -2 then 0.01 else 0.001 end
    from exchange_rate e where e.base = p_from and e.quote = p_to and e.on_date <= p_today order by e.on_date desc limit 1) end
$$;

-- How a payer or group stands: p_old is what the order counts by now, p_new what it will. Its accounts are locked by the caller.
create function credit_standing(p_kind text, p_code text, p_currency text, p_today date, p_horizon date, p_old bigint, p_new bigint) returns jsonb
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
      left join lateral (
        select sum(d.amount_minor) as overdue, min(d.on_date) as since from exposure_by_date d
        where d.account_id = c.id and d.bucket = 'open' and d.on_date < p_today and d.amount_minor > 0) o on c.open_minor > 0
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

create function credit_reason(p_code text, p_figures jsonb) returns jsonb language sql immutable as $$
  select jsonb_build_array(jsonb_build_object('code', p_code, 'figures', p_figures))
$$;

-- The verdict over an order's facts (OrderFacts) by the rules (CheckRules): {decision, forced, reasons}. No table is read.
create function credit_verdict(f jsonb, rules jsonb) returns jsonb language plpgsql immutable as $$
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
create function order_move(p_order uuid, p_moves jsonb, p_cause text, p_at timestamptz) returns void language plpgsql as $$
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
  if v_deltas is not null then perform credit_post(v_deltas, p_at); end if;
  -- Its processes look again: a reservation that has nothing left to lapse ends, a hold that has nothing left to release too.
  if p_cause <> 'order.lapsed' then
    update wake set asked = asked + 1 where subject in (
      select 'reservation-' || p_order where v_order.reserved_until is not null
      union all select 'order-hold-' || h.id from order_hold h where h.order_id = p_order and h.state = 'open');
    if found then perform pg_notify('duecourse', 'wake'); end if;
  end if;
end $$;

-- An invoice takes over what its order stands for, delivered goods first; what it took before goes back first. Goods already shipped can
-- always be invoiced, whatever became of the order.
create function order_take_over(p_invoice uuid, p_at timestamptz) returns void language plpgsql as $$
declare
  v_invoice invoice;
  v_order sales_order;
  v_moves jsonb;
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
    delete from order_invoice where invoice_id = p_invoice and order_id = r.order_id;
    perform order_move(r.order_id, r.moves, 'invoice.gave-back', p_at);
  end loop;
  select * into v_order from sales_order where external_id = v_invoice.order_code and customer_id = v_invoice.customer_id and currency = v_invoice.currency;
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

create function invoice_moves_order() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    perform order_take_over(n.id, business_now()) from new_rows n join sales_order o on o.external_id = n.order_code order by o.id, n.id;
  else
    perform order_take_over(n.id, business_now()) from new_rows n join old_rows p on p.id = n.id
      where (n.order_code, n.amount_minor) is distinct from (p.order_code, p.amount_minor)
        and (exists (select from sales_order o where o.external_id = n.order_code) or exists (select from order_invoice i where i.invoice_id = n.id))
      order by n.id;
  end if;
  return null;
end $$;
create trigger invoice_inserted after insert on invoice referencing new table as new_rows
  for each statement execute function invoice_moves_order();
create trigger invoice_updated after update on invoice referencing old table as old_rows new table as new_rows
  for each statement execute function invoice_moves_order();

-- Why the lines sent cannot take the place of those that stand; null when they can.
create function order_lines_fault(p_order uuid, p_lines jsonb) returns jsonb language sql stable as $$
  select jsonb_build_object('refusal', 'quantity-exceeds', 'pointer', case when x.at is null then '/lines' else '/lines/' || x.at end,
    'params', jsonb_build_object('line', l.line, 'value', coalesce(x.quantity, '0'), 'left', trim_scale(l.shipped_quantity)::text))
  from order_line l left join (
    select (e.value ->> 'line')::int as line, e.value ->> 'quantity' as quantity, (e.value ->> 'amountMinor')::bigint as amount, e.ordinality - 1 as at
    from jsonb_array_elements(p_lines) with ordinality e) x on x.line = l.line
  where l.order_id = p_order and (coalesce(x.quantity::numeric, 0) < l.shipped_quantity or coalesce(x.amount, 0) < l.delivered_minor + l.invoiced_minor)
  order by l.line limit 1
$$;

-- Puts lines in the place of those that stand: what was delivered or invoiced stays, all else goes to the target bucket; of an approved
-- order what is committed to ship stays so. Answers how far each bucket of the account moved.
create function order_put_lines(p_order uuid, p_lines jsonb, p_target text) returns jsonb language sql as $$
  with x as (
    select * from jsonb_to_recordset(p_lines) as x (line int, item text, "productLine" text, quantity numeric, "unitPrice" text, "amountMinor" bigint)),
  old as (select * from order_line where order_id = p_order),
  n as (
    select x.*, coalesce(o.delivered_minor, 0) as delivered, coalesce(o.invoiced_minor, 0) as invoiced, o.line is not null as known,
      x."amountMinor" - coalesce(o.delivered_minor + o.invoiced_minor, 0) as rest,
      case when p_target = 'reserved' then least(coalesce(o.ordered_minor, 0), x."amountMinor" - coalesce(o.delivered_minor + o.invoiced_minor, 0)) else 0 end as ordered
    from x left join old o on o.line = x.line),
  gone as (delete from order_line l where l.order_id = p_order and not exists (select from x where x.line = l.line)),
  changed as (
    update order_line l set item = n.item, product_line = n."productLine", quantity = n.quantity, unit_price = n."unitPrice", amount_minor = n."amountMinor",
      held_minor = case p_target when 'held' then n.rest else 0 end, prepaid_minor = case p_target when 'prepaid' then n.rest else 0 end,
      reserved_minor = case p_target when 'reserved' then n.rest - n.ordered else 0 end, ordered_minor = n.ordered,
      cancelled_minor = case p_target when 'cancelled' then n.rest else 0 end
    from n where l.order_id = p_order and l.line = n.line),
  added as (
    insert into order_line (order_id, line, item, product_line, quantity, unit_price, amount_minor, held_minor, prepaid_minor, reserved_minor, cancelled_minor)
    select p_order, n.line, n.item, n."productLine", n.quantity, n."unitPrice", n."amountMinor", case p_target when 'held' then n.rest else 0 end,
      case p_target when 'prepaid' then n.rest else 0 end, case p_target when 'reserved' then n.rest else 0 end,
      case p_target when 'cancelled' then n.rest else 0 end
    from n where not n.known)
  select jsonb_build_object(
    'reservedBefore', coalesce((select sum(reserved_minor) from old), 0), 'orderedBefore', coalesce((select sum(ordered_minor) from old), 0),
    'reserved', case when p_target = 'reserved' then (select sum(rest - ordered) from n) else 0 end,
    'ordered', (select sum(ordered) from n))
$$;

-- Judges orders in the order they came and writes what follows: order and lines, decision, balances and entries, hold, audit, event, wake.
-- What is refused leaves nothing behind and eats nothing of a limit. `p_requests`: see CheckRequest; `p_rules`: CheckRules.
create function credit_check(p_requests jsonb, p_rules jsonb, p_zone text) returns jsonb language plpgsql as $$
declare
  v_now timestamptz := business_now();
  v_today date := (v_now at time zone p_zone)::date;
  v_horizon date := v_today + (p_rules ->> 'horizonDays')::int;
  v_policy text := p_rules ->> 'version';
  v_locked uuid[];
  v_ended uuid[];
  v_results jsonb := '[]';
  v_deltas exposure_delta[];
  q record; c record; o sales_order; l record;
  v_facts jsonb; v_verdict jsonb; v_payer jsonb; v_group jsonb; v_fault jsonb; v_lines jsonb;
  v_decision text; v_target text; v_state text; v_put boolean; v_ship date;
  v_amount bigint; v_rest bigint; v_old bigint; v_new bigint; v_settled bigint;
  v_order uuid; v_version int; v_hold uuid; v_reserved timestamptz; v_moves jsonb; v_done jsonb; v_shown jsonb; v_action text; v_limit bigint; v_held bigint; v_cancelled bigint; v_counted bigint; v_account bigint;
begin
  perform credit_open(x.id, x.currency, v_now) from (
    select k.id, r.currency from jsonb_to_recordset(p_requests) as r (customer text, currency text, regions text[], owner text, "ownOnly" boolean)
      join customer k on k.external_id = r.customer
      where (r.regions is null or k.region = any(r.regions)) and (not r."ownOnly" or k.owner = r.owner)
        and not exists (select from credit_member m where m.customer_id = k.id and m.currency = r.currency)
      group by 1, 2 order by 1, 2) x;
  -- Callers may be remembered from an earlier request: whether their keys still hold is judged here.
  select array_agg(r.credential) into v_ended from (select distinct credential from jsonb_to_recordset(p_requests) as (credential uuid) where credential is not null) r
  where not exists (select from api_key y where y.id = r.credential and y.revoked_at is null and (y.expires_at is null or y.expires_at > clock_timestamp()));
  -- Orders that stand, then accounts: groups before payers, each by id, in all their currencies.
  select array_agg(k.id) into v_locked from (
    select s.id from sales_order s where s.external_id in (select r ->> 'externalId' from jsonb_array_elements(p_requests) r)
    order by s.id for no key update) k;
  perform from credit_account a where a.id in (
    select s.id from (select distinct m.account_id from jsonb_to_recordset(p_requests) as r (customer text, currency text)
        join customer k on k.external_id = r.customer join credit_member m on m.customer_id = k.id and m.currency = r.currency) t
      join credit_account p on p.id = t.account_id left join credit_account g on g.id = p.group_account
      join credit_account s on s.kind = 'payer' and s.code = p.code or s.kind = 'group' and s.code = g.code)
    order by a.kind, a.id for no key update;

  for q in
    select * from rows from (jsonb_to_recordset(p_requests) as (op text, "externalId" text, customer text, currency text, "shipDate" date,
      prepaid boolean, lines jsonb, "amountMinor" bigint, hash text, "actorKind" text, "actorId" text, regions text[], owner text, "ownOnly" boolean,
      reason text, credential uuid)) with ordinality order by ordinality
  loop
    v_put := q.op = 'put';
    if q.credential = any(v_ended) then
      v_results := v_results || '{"refusal": "unauthenticated"}'::jsonb;
      continue;
    end if;
    select k.id, k.region, k.owner, k.terms_days, m.account_id, a.code, a.group_account, g.code as group_code, f.max_terms_days, f.profile_as_of,
        f.licence_until, case when f.listed = '[]' then '[]' else coalesce((select jsonb_agg(distinct e ->> 'list') from jsonb_array_elements(f.listed) e), '[]') end as listed,
        (f.median_order_minor ->> q.currency)::numeric as median, s as standing,
        case when s.id is null then (select least(q."amountMinor", coalesce(sum(i.amount_minor), 0)) from invoice i
          where i.order_code = q."externalId" and i.customer_id = k.id and i.currency = q.currency) end as invoiced,
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
        sum(cancelled_minor) as cancelled into v_counted, v_settled, v_held, v_cancelled from order_line where order_id = o.id;
      v_old := case when v_put and o.requested_ship_date <= v_horizon then v_counted else 0 end;
    end if;
    v_amount := case when v_put then q."amountMinor" else o.amount_minor end;
    v_rest := case q.op when 'put' then v_amount - v_settled when 'reopen' then v_cancelled else v_held end;
    v_new := case when (case when v_put then q.prepaid else o.prepaid end) or v_ship > v_horizon then 0 else v_rest end;
    v_payer := credit_standing('payer', c.code, q.currency, v_today, v_horizon, v_old, v_new);
    v_group := case when c.group_account is not null then credit_standing('group', c.group_code, q.currency, v_today, v_horizon, v_old, v_new) end;
    if v_payer ? 'missing' or v_group ? 'missing' then
      v_fault := case when v_payer ? 'missing' then v_payer else v_group end;
      v_results := v_results || jsonb_build_object('refusal', 'rate-missing', 'pointer', '/currency', 'params',
        jsonb_build_object('from', v_fault -> 'missing', 'to', v_fault -> 'to', 'date', v_today));
      continue;
    end if;
    v_facts := jsonb_build_object('today', v_today, 'currency', q.currency, 'shipDate', v_ship, 'prepaid', case when v_put then q.prepaid else o.prepaid end,
      'amountMinor', v_amount, 'restMinor', v_rest, 'payer', v_payer, 'group', v_group, 'overdue', v_payer -> 'overdue', 'depositsMinor', v_payer -> 'depositsMinor',
      'earlier', case when v_put and o.id is not null and o.state = 'open' and o.decision = 'approved' and o.approved_minor is not null and not o.prepaid and v_cancelled = 0
        then jsonb_build_object('approvedMinor', o.approved_minor, 'approvedOn', o.approved_on) end,
      'stage', c.stage,
      'termsDays', c.terms_days, 'maxTermsDays', c.max_terms_days, 'profileAsOf', c.profile_as_of, 'licenceUntil', c.licence_until, 'listed', c.listed,
      'medianMinor', c.median);
    v_verdict := credit_verdict(v_facts, p_rules);
    v_decision := v_verdict ->> 'decision';
    v_target := case when v_decision = 'approved' then case when (v_facts ->> 'prepaid')::boolean then 'prepaid' else 'reserved' end
      when v_decision = 'held' then 'held' else 'cancelled' end;
    v_state := case when v_decision = 'rejected' then 'cancelled' else 'open' end;
    v_reserved := case when v_target = 'reserved' then ((greatest(v_ship, v_today) + (p_rules ->> 'reservationDays')::int + 1)::timestamp at time zone p_zone) end;
    v_limit := (v_payer ->> 'limitMinor')::bigint;
    v_version := coalesce(o.version, 0) + 1;

    -- The judging account moves by one when it bears the order itself.
    v_account := (v_payer ->> 'version')::bigint
      + case when v_target = 'reserved' and (v_payer ->> 'accountId')::uuid = c.account_id then 1 else 0 end;
    v_action := 'order.' || v_decision;
    v_shown := jsonb_build_object('externalId', q."externalId", 'decision', v_decision, 'amountMinor', v_amount, 'currency', q.currency, 'reasons', v_verdict -> 'reasons',
      'beforeMinor', v_payer -> 'beforeMinor', 'afterMinor', v_payer -> 'afterMinor', 'limitMinor', v_limit, 'op', q.op, 'version', v_version);
    if o.id is null then
      -- A new order is written by one statement: most that is asked is new, and each statement costs as much as several rows.
      with n as (
        insert into sales_order (external_id, customer_id, account_id, currency, requested_ship_date, prepaid, amount_minor, decision, state, approved_minor,
          approved_on, reserved_until, put_by, content_hash, created_at, updated_at)
        values (q."externalId", c.id, c.account_id, q.currency, v_ship, q.prepaid, v_amount, v_decision, v_state,
          case when v_decision = 'approved' then v_amount end, case when v_decision = 'approved' then v_today end, v_reserved, q."actorId", q.hash, v_now, v_now)
        on conflict (external_id) do nothing returning id),
      li as (
        insert into order_line (order_id, line, item, product_line, quantity, unit_price, amount_minor, held_minor, prepaid_minor, reserved_minor, cancelled_minor)
        select n.id, x.line, x.item, x."productLine", x.quantity, x."unitPrice", x."amountMinor", case v_target when 'held' then x."amountMinor" else 0 end,
          case v_target when 'prepaid' then x."amountMinor" else 0 end, case v_target when 'reserved' then x."amountMinor" else 0 end,
          case v_target when 'cancelled' then x."amountMinor" else 0 end
        from n, jsonb_to_recordset(q.lines) as x (line int, item text, "productLine" text, quantity numeric, "unitPrice" text, "amountMinor" bigint)),
      bearers as (select id from unnest(array[c.account_id, c.group_account]) id where id is not null and v_target = 'reserved'),
      ac as (
        update credit_account a set reserved_minor = a.reserved_minor + v_amount, version = a.version + 1 from bearers b where a.id = b.id),
      en as (
        insert into exposure_entry (account_id, bucket, on_date, delta_minor, cause, cause_id, business_at)
        select b.id, 'reserved', v_ship, v_amount, v_action, n.id, v_now from n, bearers b),
      da as (
        insert into exposure_by_date as d (account_id, bucket, on_date, amount_minor) select b.id, 'reserved', v_ship, v_amount from bearers b order by 1
        on conflict (account_id, bucket, on_date) do update set amount_minor = d.amount_minor + excluded.amount_minor),
      ho as (
        insert into order_hold (order_id, customer_id, forced, amount_minor, reasons, requested_by, opened_at, expires_at, order_version)
        select n.id, c.id, (v_verdict ->> 'forced')::boolean, v_rest, v_verdict -> 'reasons', q."actorId", v_now,
          v_now + make_interval(days => (p_rules ->> 'holdDays')::int), v_version from n where v_decision = 'held' returning id),
      de as (
        insert into order_decision (order_id, version, at, decision, amount_minor, reasons, before_minor, after_minor, limit_minor, currency, account_version, policy_version, actor)
        select n.id, v_version, v_now, v_decision, v_amount, v_verdict -> 'reasons', (v_payer ->> 'beforeMinor')::bigint, (v_payer ->> 'afterMinor')::bigint, v_limit,
          v_payer ->> 'currency', v_account, v_policy, q."actorId" from n),
      au as (
        insert into audit (business_at, actor_kind, actor_id, action, subject_kind, subject_id, customer_id, reason, policy_version, after)
        select v_now, q."actorKind", q."actorId", v_action, 'order', n.id, c.id, q.reason, v_policy, v_shown from n),
      ev as (
        insert into event (business_at, kind, subject_kind, subject_id, customer_id, data)
        select v_now, v_action, 'order', n.id, c.id, jsonb_build_object('externalId', q."externalId", 'decision', v_decision) from n),
      wa as (
        insert into wake (subject, kind, at, asked, customer_id)
        select 'reservation-' || n.id, 'reservation', v_reserved, 0, c.id from n where v_reserved is not null
        union all select 'order-hold-' || ho.id, 'order-hold', null, 1, c.id from ho)
      select n.id, (select ho.id from ho) into v_order, v_hold from n;
      if v_order is null then raise exception 'an order was written meanwhile' using errcode = 'serialization_failure'; end if;
      v_locked := v_locked || v_order;
      if v_settled > 0 then
        perform order_take_over(i.id, v_now) from invoice i where i.order_code = q."externalId" and i.customer_id = c.id and i.currency = q.currency order by i.id;
      end if;
      v_results := v_results || jsonb_build_object('id', v_order, 'decision', v_decision, 'state', v_state, 'reasons', v_verdict -> 'reasons', 'beforeMinor', v_payer -> 'beforeMinor',
        'afterMinor', v_payer -> 'afterMinor', 'limitMinor', v_limit, 'limitCurrency', v_payer -> 'currency', 'version', v_account,
        'policyVersion', v_policy, 'orderHoldId', v_hold, 'changed', true, 'created', true);
      continue;
    end if;

    v_order := o.id;
    update sales_order set requested_ship_date = v_ship, prepaid = (v_facts ->> 'prepaid')::boolean, amount_minor = v_amount, decision = v_decision,
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
      if array_length(v_deltas, 1) > 0 then perform credit_post(v_deltas, v_now); end if;
    else
      select jsonb_agg(jsonb_build_object('line', i.line, 'from', i.bucket, 'to', v_target, 'amount', i.amount)) into v_moves from (
        select line, case q.op when 'reopen' then 'cancelled' else 'held' end as bucket, case q.op when 'reopen' then cancelled_minor else held_minor end as amount
        from order_line where order_id = v_order) i where i.amount > 0 and i.bucket <> v_target;
      if v_moves is not null then perform order_move(v_order, v_moves, 'order.' || v_decision, v_now); end if;
    end if;

    select version into v_account from credit_account where id = (v_payer ->> 'accountId')::uuid;
    v_hold := null;
    if v_decision = 'held' then
      insert into order_hold as h (order_id, customer_id, forced, amount_minor, reasons, requested_by, opened_at, expires_at, order_version)
      values (v_order, c.id, (v_verdict ->> 'forced')::boolean, v_rest, v_verdict -> 'reasons', q."actorId", v_now,
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
      insert into wake (subject, kind, at, customer_id) values ('reservation-' || v_order, 'reservation', v_reserved, c.id)
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
  perform pg_notify('duecourse', 'wake');
  return v_results;
end $$;
