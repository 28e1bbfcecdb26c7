-- What of a receivable was conceded and is still to be credited. domain/dunning/receivable.ts (expectedCredits) states the same rule.
create or replace function receivable_conceded(p_receivable uuid) returns bigint language plpgsql stable as $$
declare
  v_used bigint := 0;
  v_conceded bigint := 0;
  v_credited bigint;
  d record;
begin
  for d in
    select x.amount_minor, x.state, x.lapsed_at, coalesce((select sum(a.amount_minor) from allocation a where a.receivable_id = p_receivable
      and a.credit_note_id is not null and a.basis is distinct from 'discount' and a.reversed_at is null and a.posted_at >= x.opened_at), 0) as since
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
