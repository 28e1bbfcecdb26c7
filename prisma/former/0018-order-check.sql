-- The check of an order again: it cost more with every order on file, because what it locks was sought by reading all of them. The rule is the same.
-- A session keeps the plans it made while its tables were small, when reading all of one was cheapest, until statistics are gathered; what the
-- check reads it reads by key, so such a plan is never wanted.

-- Writes new orders that were judged, all of a batch by one statement: most that is asked is new, and a statement costs as much as several rows.
create function order_write_new(p_rows jsonb, p_policy text, p_hold_days int, p_at timestamptz) returns void language plpgsql as $$
declare
  v_written int;
begin
  with r as (
    select * from rows from (jsonb_to_recordset(p_rows) as (id uuid, "externalId" text, customer uuid, account uuid, "group" uuid, currency text, ship date,
      prepaid boolean, amount bigint, rest bigint, decision text, state text, target text, "approvedOn" date, reserved timestamptz, hold uuid,
      forced boolean, reasons jsonb, before bigint, after bigint, "limit" bigint, "limitCurrency" text, version bigint, "actorKind" text,
      "actorId" text, hash text, reason text, lines jsonb, shown jsonb)) with ordinality),
  o as (
    insert into sales_order (id, external_id, customer_id, account_id, currency, requested_ship_date, prepaid, amount_minor, decision, state, approved_minor,
      approved_on, reserved_until, put_by, content_hash, created_at, updated_at)
    select id, "externalId", customer, account, currency, ship, prepaid, amount, decision, state, case when decision = 'approved' then amount end,
      "approvedOn", reserved, "actorId", hash, p_at, p_at from r order by ordinality
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
    select 'reservation-' || id, 'reservation', reserved, 0, customer from n where reserved is not null
    union all select 'order-hold-' || hold, 'order-hold', null, 1, customer from n where hold is not null)
  select count(*) into v_written from o;
  if v_written < jsonb_array_length(p_rows) then raise exception 'an order was written meanwhile' using errcode = 'serialization_failure'; end if;
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
      prepaid boolean, lines jsonb, "amountMinor" bigint, hash text, "actorKind" text, "actorId" text, regions text[], owner text, "ownOnly" boolean,
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
        'currency', q.currency, 'ship', v_ship, 'prepaid', q.prepaid, 'amount', v_amount, 'rest', v_rest, 'decision', v_decision, 'state', v_state,
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
  if array_length(v_fresh, 1) > 0 then perform order_write_new(to_jsonb(v_fresh), v_policy, (p_rules ->> 'holdDays')::int, v_now); end if;
  perform pg_notify('duecourse', 'wake');
  return v_results;
end $$;
