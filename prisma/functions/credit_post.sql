-- The only writer of balances: locks groups, then payers, each by id; moves buckets, keeps the entries, and wakes holds where exposure fell.
create or replace function credit_post(p_deltas exposure_delta[], p_at timestamptz, p_group boolean default true) returns void language plpgsql as $$
declare
  v_all exposure_delta[];
  v_fell uuid[];
  v_missing boolean;
begin
  select array_agg(x) into v_all from (
    select (d.account_id, d.bucket, d.on_date, d.delta_minor, d.cause, d.cause_id)::exposure_delta as x
    from unnest(p_deltas) d where d.delta_minor <> 0
    union all
    select (a.group_account, d.bucket, d.on_date, d.delta_minor, d.cause, d.cause_id)::exposure_delta
    from unnest(p_deltas) d join credit_account a on a.id = d.account_id
    where p_group and a.group_account is not null and d.delta_minor <> 0) u;
  if v_all is null then return; end if;
  perform from credit_account a where a.id in (select account_id from unnest(v_all)) order by a.kind, a.id for no key update;
  if p_group then
    select exists (
      select from unnest(p_deltas) d join credit_account a on a.id = d.account_id
      where a.group_account is not null and d.delta_minor <> 0
        and not exists (select from unnest(v_all) v where v.account_id = a.group_account)) into v_missing;
    if v_missing then raise exception 'the group of an account changed meanwhile' using errcode = 'serialization_failure'; end if;
  end if;
  with s as (
    select account_id,
      coalesce(sum(delta_minor) filter (where bucket = 'reserved'), 0) as reserved,
      coalesce(sum(delta_minor) filter (where bucket = 'ordered'), 0) as ordered,
      coalesce(sum(delta_minor) filter (where bucket = 'delivered'), 0) as delivered,
      coalesce(sum(delta_minor) filter (where bucket = 'open'), 0) as open,
      coalesce(sum(delta_minor) filter (where bucket = 'bills'), 0) as bills,
      coalesce(sum(delta_minor) filter (where bucket = 'deposits'), 0) as deposits
    from unnest(v_all) group by account_id),
  moved as (
    update credit_account a set reserved_minor = a.reserved_minor + s.reserved, ordered_minor = a.ordered_minor + s.ordered,
      delivered_minor = a.delivered_minor + s.delivered, open_minor = a.open_minor + s.open, bills_minor = a.bills_minor + s.bills,
      deposits_minor = a.deposits_minor + s.deposits, version = a.version + 1
    from s where a.id = s.account_id
    returning a.id, s.reserved + s.ordered + s.delivered + s.open + s.bills - s.deposits as net)
  select array_agg(id) filter (where net < 0) into v_fell from moved;
  insert into exposure_entry (account_id, bucket, on_date, delta_minor, cause, cause_id, business_at)
  select account_id, bucket, on_date, sum(delta_minor), cause, cause_id, p_at from unnest(v_all)
  group by account_id, bucket, on_date, cause, cause_id having sum(delta_minor) <> 0;
  insert into exposure_by_date as b (account_id, bucket, on_date, amount_minor)
  select account_id, bucket, on_date, sum(delta_minor) from unnest(v_all) where bucket in ('reserved', 'ordered', 'open', 'bills')
  group by account_id, bucket, on_date having sum(delta_minor) <> 0 order by 1, 2, 3
  on conflict (account_id, bucket, on_date) do update set amount_minor = b.amount_minor + excluded.amount_minor;
  if exists (select from unnest(v_all) where delta_minor < 0 and on_date is not null) then
    delete from exposure_by_date b using (select distinct account_id, bucket, on_date from unnest(v_all) where delta_minor < 0) v
    where b.account_id = v.account_id and b.bucket = v.bucket and b.on_date = v.on_date and b.amount_minor = 0;
  end if;
  if v_fell is not null then perform credit_ask_holds(v_fell); end if;
end $$;
