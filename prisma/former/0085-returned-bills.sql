-- What the bank took back of a bill is open again: it leaves the bill, which counts for the rest.
do $do$
declare
  v_text text;
  r record;
begin
  for r in select * from (values
    ('credit_documents(uuid[])', 'p.clears_on, sum(p.amount_minor)', 'p.clears_on, sum(p.amount_minor - p.returned_minor)'),
    ('payment_moves_exposure()', 'then n.amount_minor else', 'then n.amount_minor - n.returned_minor else'),
    ('payment_moves_exposure()', 'then -o.amount_minor else', 'then o.returned_minor - o.amount_minor else'),
    ('payment_moves_exposure()', '(n.currency, n.amount_minor, n.unapplied_minor,', '(n.currency, n.amount_minor, n.returned_minor, n.unapplied_minor,'),
    ('payment_moves_exposure()', '(o.currency, o.amount_minor, o.unapplied_minor,', '(o.currency, o.amount_minor, o.returned_minor, o.unapplied_minor,')) x (name, old, new)
  loop
    v_text := pg_get_functiondef(r.name::regprocedure);
    if position(r.old in v_text) = 0 then raise exception '% does not hold: %', r.name, r.old; end if;
    execute replace(v_text, r.old, r.new);
  end loop;
end $do$;

-- Bills of which a part went back before now.
do $$
declare v_deltas exposure_delta[];
begin
  select array_agg((m.account_id, 'bills', p.clears_on, -p.returned_minor, 'payment', p.id)::exposure_delta) into v_deltas
  from payment p join credit_member m on m.customer_id = p.customer_id and m.currency = p.currency
  where p.clears_on is not null and p.reversed_at is null and p.returned_minor > 0;
  if v_deltas is not null then perform credit_post(v_deltas, business_now()); end if;
end $$;
