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
  -- The sum as a fraction: a rate told the other way round divides.
  v_sum numeric := 0;
  v_over numeric := 1;
  f record;
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
    f := rate_fraction(v_currencies[i], v_to, p_today);
    -- One missing rate concerns that amount alone: it counts when there is one, and is shown and asked about until then.
    continue when f.times is null;
    v_sum := v_sum * f.over + v_counted[i] * f.times * v_over;
    v_over := v_over * f.over;
  end loop;
  f := rate_fraction(case when p_old = 0 and p_new = 0 then v_to else p_currency end, v_to, p_today);
  if f.times is null then return jsonb_build_object('missing', p_currency, 'to', v_to); end if;
  return v_limits[v_judge] || jsonb_build_object('accountId', v_ids[v_judge], 'currency', v_to, 'overdue', v_overdue, 'depositsMinor', v_deposits,
    'dunnedSince', v_dunned,
    'beforeMinor', half_up(v_sum, v_over), 'afterMinor', half_up(v_sum * f.over + (p_new - p_old) * f.times * v_over, v_over * f.over));
end $$;
