-- What a step of a dunning procedure can call for beside its task: a hold of the customer's orders and shipments, and a review of the credit.

alter table credit_review drop constraint credit_review_cause_check,
  add check (cause in ('date', 'early-warning', 'broken-promise', 'limit-expiry', 'request', 'dunning'));

-- The business day since which this item holds new orders and shipments of its payer, for as long as it is overdue.
alter table receivable add column holds_since date;
create index receivable_holds on receivable (customer_id) where holds_since is not null;

-- Since when dunning holds an account: an item that holds, is due, and has more open than what is conceded or let pass as disputed. An
-- item that is paid lets go by that alone, and holds again if its money is taken back.
create function dunned_since(p_account uuid, p_today date, p_share numeric) returns date language sql stable as $$
  select min(x.holds_since) from (
    select r.holds_since, r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor - receivable_conceded(r.id) as asked,
      (select coalesce(sum(d.amount_minor), 0) from dispute d where d.receivable_id = r.id and d.state = 'open') as claimed, a.open_minor
    from credit_member m join receivable r on r.customer_id = m.customer_id and r.currency = m.currency join credit_account a on a.id = m.account_id
    where m.account_id = p_account and r.holds_since is not null and r.due_date < p_today and r.question is null
      and r.paid_minor + r.credited_minor + r.written_off_minor < r.amount_minor) x
  where x.asked > least(x.claimed, floor(x.open_minor * p_share))
$$;

-- Whoever decides on the account sees that it is held now; an item that no longer holds lets orders and shipments be judged again.
create function dunning_moves_holds() returns trigger language plpgsql as $$
declare v_accounts uuid[];
begin
  v_accounts := array(select m.account_id from credit_member m where m.customer_id = new.customer_id and m.currency = new.currency);
  update credit_account set version = version + 1 where id = any(v_accounts);
  perform credit_ask_holds(v_accounts);
  return null;
end $$;
create trigger receivable_holds_moved after update of holds_since on receivable for each row
  when (old.holds_since is distinct from new.holds_since) execute function dunning_moves_holds();

-- How a payer or group stands: p_old is what the order counts by now, p_new what it will. Its accounts are locked by the caller.
create or replace function credit_standing(p_kind text, p_code text, p_currency text, p_today date, p_horizon date, p_old bigint, p_new bigint, p_share numeric default 1) returns jsonb
language plpgsql as $$
declare
  a record;
  v_ids uuid[] := '{}';
  v_currencies text[] := '{}';
  v_counted numeric[] := '{}';
  v_known boolean[] := '{}';
  v_limits jsonb[] := '{}';
  v_overdue jsonb := '[]';
  v_dunned date;
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
      v_dunned := least(v_dunned, dunned_since(a.id, p_today, p_share));
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
    -- One missing rate concerns that amount alone: it counts when there is one, and is shown and asked about until then.
    continue when v_factor is null;
    v_sum := v_sum + v_counted[i] * v_factor;
  end loop;
  v_factor := case when p_old = 0 and p_new = 0 then 0 else credit_factor(p_currency, v_to, p_today) end;
  if v_factor is null then return jsonb_build_object('missing', p_currency, 'to', v_to); end if;
  return v_limits[v_judge] || jsonb_build_object('accountId', v_ids[v_judge], 'currency', v_to, 'overdue', v_overdue, 'depositsMinor', v_deposits,
    'dunnedSince', v_dunned,
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
  if v_payer ->> 'dunnedSince' is not null then
    v_reasons := v_reasons || credit_reason('dunning-hold', jsonb_build_object('since', v_payer -> 'dunnedSince'));
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
