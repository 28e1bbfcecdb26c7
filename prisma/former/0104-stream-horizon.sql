-- The first transaction that has not surely ended, of this database alone: a long one of a neighbour on the same server, whose ids are drawn
-- from the same row, holds up no stream of events. Sessions that log in as another role are hidden from whoever may not read them: while
-- there is one, the bound of the whole server stands in, which is never later.
--
-- To be called before what is read by it. What has a lower id than xmax still runs and is found here, or has ended and is seen by every
-- later snapshot. backend_xid is the lower half of an id, counted back from xmax; one ahead of xmax is beyond the bound anyway.
create function stream_horizon() returns xid8 language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  with bound as materialized (
    select pg_snapshot_xmin(s)::text::numeric as xmin, pg_snapshot_xmax(s)::text::numeric as xmax from pg_current_snapshot() s
  ),
  session as (
    select mod(b.xmax - a.backend_xid::text::numeric + 4294967296, 4294967296) as behind,
      a.usesysid is not null and a.backend_type is null as hidden
    from bound b cross join pg_stat_activity a where a.datname = current_database()
  ),
  found as (
    select coalesce(max(behind) filter (where behind < 2147483648), 0) as behind, coalesce(bool_or(hidden), false) as hidden from session
  )
  select (case when f.hidden then b.xmin else b.xmax - f.behind end)::text::xid8 from bound b cross join found f
$$;
revoke execute on function stream_horizon() from public;
grant execute on function stream_horizon() to duecourse_app, duecourse_auditor;
