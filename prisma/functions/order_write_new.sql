-- Writes new orders that were judged, all of a batch by one statement: most that is asked is new, and a statement costs as much as several rows.
create or replace function order_write_new(p_rows jsonb, p_policy text, p_hold_days int, p_at timestamptz) returns void language plpgsql as $$
declare
  v_written int;
begin
  with r as (
    select * from rows from (jsonb_to_recordset(p_rows) as (id uuid, "externalId" text, customer uuid, account uuid, "group" uuid, currency text, ship date,
      prepaid boolean, "withTax" boolean, "taxRate" text, beyond boolean, enters timestamptz, amount bigint, rest bigint, decision text, state text, target text, "approvedOn" date, reserved timestamptz, hold uuid,
      forced boolean, reasons jsonb, before bigint, after bigint, "limit" bigint, "limitCurrency" text, version bigint, "actorKind" text,
      "actorId" text, hash text, reason text, lines jsonb, shown jsonb)) with ordinality),
  o as (
    insert into sales_order (id, external_id, customer_id, account_id, currency, requested_ship_date, prepaid, amount_minor, decision, state, approved_minor,
      approved_on, reserved_until, put_by, content_hash, prices_with_tax, tax_rate, beyond_horizon, created_at, updated_at)
    select id, "externalId", customer, account, currency, ship, prepaid, amount, decision, state, case when decision = 'approved' then amount end,
      "approvedOn", reserved, "actorId", hash, "withTax", "taxRate", beyond, p_at, p_at from r order by ordinality
    on conflict (external_id) do nothing returning id),
  n as materialized (select r.* from r join o using (id) order by r.ordinality),
  li as (
    insert into order_line (order_id, line, item, product_line, quantity, unit_price, amount_minor, held_minor, prepaid_minor, reserved_minor, cancelled_minor)
    select n.id, x.line, x.item, x."productLine", x.quantity, x."unitPrice", x."amountMinor", case n.target when 'held' then x."amountMinor" else 0 end,
      case n.target when 'prepaid' then x."amountMinor" else 0 end, case n.target when 'reserved' then x."amountMinor" else 0 end,
      case n.target when 'cancelled' then x."amountMinor" else 0 end
    from n, jsonb_to_recordset(n.lines) as x (line int, item text, "productLine" text, quantity numeric, "unitPrice" text, "amountMinor" bigint)),
  en as (
    insert into exposure_entry (account_id, bucket, on_date, delta_minor, cause, cause_id, business_at)
    select b.id, 'reserved', n.ship, n.amount, 'order.' || n.decision, n.id, p_at from n, unnest(array[n.account, n."group"]) b (id)
    where n.target = 'reserved' and b.id is not null order by n.ordinality),
  ho as (
    insert into order_hold (id, order_id, customer_id, forced, amount_minor, reasons, requested_by, opened_at, expires_at, order_version)
    select hold, id, customer, forced, rest, reasons, "actorId", p_at, p_at + make_interval(days => p_hold_days), 1 from n where hold is not null),
  de as (
    insert into order_decision (order_id, version, at, decision, amount_minor, reasons, before_minor, after_minor, limit_minor, currency, account_version, policy_version, actor)
    select id, 1, p_at, decision, amount, reasons, before, after, "limit", "limitCurrency", version, p_policy, "actorId" from n order by ordinality),
  au as (
    insert into audit (business_at, actor_kind, actor_id, action, subject_kind, subject_id, customer_id, reason, policy_version, after)
    select p_at, "actorKind", "actorId", 'order.' || decision, 'order', id, customer, reason, p_policy, shown from n order by ordinality),
  ev as (
    insert into event (business_at, kind, subject_kind, subject_id, customer_id, data)
    select p_at, 'order.' || decision, 'order', id, customer, jsonb_build_object('externalId', "externalId", 'decision', decision) from n order by ordinality),
  wa as (
    insert into wake (subject, kind, at, asked, customer_id)
    select 'reservation-' || id, 'reservation', coalesce(enters, reserved), 0, customer from n where reserved is not null
    union all select 'order-hold-' || hold, 'order-hold', null, 1, customer from n where hold is not null)
  select count(*) into v_written from o;
  if v_written < jsonb_array_length(p_rows) then raise exception 'an order was written meanwhile' using errcode = 'serialization_failure'; end if;
  if exists (select from jsonb_array_elements(p_rows) r where (r ->> 'prepaid')::boolean or r ->> 'state' <> 'open') then
    perform credit_post(order_cover(array(select (r ->> 'id')::uuid from jsonb_array_elements(p_rows) r where (r ->> 'prepaid')::boolean or r ->> 'state' <> 'open' order by 1)), p_at);
  end if;
end $$;
