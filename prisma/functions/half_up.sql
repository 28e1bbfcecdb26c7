-- Numerator ÷ denominator (above zero), rounded half up (towards plus infinity), once and exactly. `halfUp` is its twin in TypeScript.
create or replace function half_up(p_numerator numeric, p_denominator numeric) returns numeric language sql immutable parallel safe as $$
  select div(x.twice, 2 * p_denominator) - case when x.twice < 0 and mod(x.twice, 2 * p_denominator) <> 0 then 1 else 0 end
  from (select 2 * p_numerator + p_denominator as twice) x
$$;
