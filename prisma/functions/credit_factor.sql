-- Minor units of one currency in minor units of another by the newest rate on file; null when there is none.
create or replace function credit_factor(p_from text, p_to text, p_today date) returns numeric language sql stable as $$
  select case when p_from = p_to then 1 else (
    select e.rate * case currency_exponent(p_to) - currency_exponent(p_from) when 0 then 1 when 1 then 10 when 2 then 100 when 3 then 1000
      when -1 then 0.1 when -2 then 0.01 else 0.001 end
    from exchange_rate e where e.base = p_from and e.quote = p_to and e.on_date <= p_today order by e.on_date desc limit 1) end
$$;
