-- A group that has had a limit is judged by it: once it has expired it is 0, for a reason of its own.
do $do$
declare
  v_old text := $old$    if jsonb_typeof(v_group) = 'object' and (v_group ->> 'valid')::boolean and v_counts
$old$;
  v_new text := $new$    if jsonb_typeof(v_group) = 'object' and (v_group ->> 'known')::boolean and not (v_group ->> 'valid')::boolean and v_group ->> 'expiredOn' is not null then
      v_reasons := v_reasons || credit_reason('group-limit-expired', jsonb_build_object('expiredOn', v_group -> 'expiredOn'));
    elsif jsonb_typeof(v_group) = 'object' and (v_group ->> 'valid')::boolean and v_counts
$new$;
  v_text text := pg_get_functiondef('credit_verdict(jsonb, jsonb)'::regprocedure);
begin
  if position(v_old in v_text) = 0 then raise exception 'credit_verdict does not hold: %', v_old; end if;
  execute replace(v_text, v_old, v_new);
end $do$;
