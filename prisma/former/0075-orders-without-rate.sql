-- An order in a currency without an exchange rate to the limit's is held by its own reason; a missing rate refuses nothing.
do $do$
declare
  v_text text;
  r record;
begin
  for r in select * from (values
    ('credit_check(jsonb, jsonb, text)', 'v_facts jsonb; v_verdict jsonb;', 'v_facts jsonb; v_unrated jsonb; v_verdict jsonb;'),
    ('credit_check(jsonb, jsonb, text)', $old$    if v_payer ? 'missing' or v_group ? 'missing' then
      v_fault := case when v_payer ? 'missing' then v_payer else v_group end;
      v_results := v_results || jsonb_build_object('refusal', 'rate-missing', 'pointer', '/currency', 'params',
        jsonb_build_object('from', v_fault -> 'missing', 'to', v_fault -> 'to', 'date', v_today));
      continue;
    end if;
$old$, $new$    v_unrated := case when v_payer ? 'missing' then v_payer when v_group ? 'missing' then v_group end;
    if v_unrated is not null then
      -- What cannot be counted is left out of the figures.
      v_payer := credit_standing('payer', c.code, q.currency, v_today, v_horizon, 0, 0, (p_rules ->> 'disputeShare')::numeric);
      v_group := case when c.group_account is not null then credit_standing('group', c.group_code, q.currency, v_today, v_horizon, 0, 0) end;
      v_unrated := jsonb_build_object('from', v_unrated -> 'missing', 'to', v_unrated -> 'to');
    end if;
$new$),
    ('credit_check(jsonb, jsonb, text)', $old$'payer', v_payer, 'group', v_group,$old$, $new$'payer', v_payer, 'group', v_group, 'unrated', v_unrated,$new$),
    ('credit_verdict(jsonb, jsonb)', $old$  if (rules ->> 'limit')::boolean then
$old$, $new$  if (rules ->> 'limit')::boolean then
    if v_counts and jsonb_typeof(f -> 'unrated') = 'object' then
      v_reasons := v_reasons || credit_reason('rate-missing', (f -> 'unrated') || jsonb_build_object('date', v_today));
    end if;
$new$)) x (name, old, new)
  loop
    v_text := pg_get_functiondef(r.name::regprocedure);
    if position(r.old in v_text) = 0 then raise exception '% does not hold: %', r.name, r.old; end if;
    execute replace(v_text, r.old, r.new);
  end loop;
end $do$;
