-- One reason of a verdict, as a list of one: its code and its figures.
create or replace function credit_reason(p_code text, p_figures jsonb) returns jsonb language sql immutable as $$
  select jsonb_build_array(jsonb_build_object('code', p_code, 'figures', p_figures))
$$;
