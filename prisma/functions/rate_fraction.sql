-- What minor units of one currency are multiplied and divided by to be those of another, by the newest rate on file told either way, of one
-- day the one told as it is asked for; null when there is none. `ratesOf` and `convertedMinor` are its twins in TypeScript.
create or replace function rate_fraction(p_from text, p_to text, p_today date, out times numeric, out over numeric) language plpgsql stable as $$
declare
  v_rate numeric;
  v_inverse boolean;
  v_lift int;
begin
  if p_from = p_to then
    times := 1;
    over := 1;
    return;
  end if;
  select k.rate, k.inverse into v_rate, v_inverse from (
    (select e.rate, false as inverse, e.on_date from exchange_rate e
      where e.base = p_from and e.quote = p_to and e.on_date <= p_today order by e.on_date desc limit 1)
    union all
    (select e.rate, true, e.on_date from exchange_rate e
      where e.base = p_to and e.quote = p_from and e.on_date <= p_today order by e.on_date desc limit 1)) k
  order by k.on_date desc, k.inverse limit 1;
  if v_rate is null then return; end if;
  v_lift := currency_exponent(p_to) - currency_exponent(p_from);
  times := case when v_inverse then 1 else v_rate end * case v_lift when 1 then 10 when 2 then 100 when 3 then 1000 else 1 end;
  over := case when v_inverse then v_rate else 1 end * case v_lift when -1 then 10 when -2 then 100 when -3 then 1000 else 1 end;
end $$;
