-- Held orders are decided by people: the way that was laid, for which content and amount, and what lies on the table.

alter table order_hold
  add column round int not null default 1,
  -- The way of this round was laid for what was asked with this version of the order; asked anew, or more of it held, is another round.
  add column routed_at timestamptz,
  add column routed_version int,
  add column routed_minor bigint,
  add column route_row text,
  add column policy_version text,
  add column warned_at timestamptz,
  add column offer jsonb not null default '{"as": "reserved", "lines": "all"}',
  add column exposure_version bigint,
  add column dossier_hash text,
  -- Accounts, profile, rules and day the order was last judged by: without news it is not judged again.
  add column judged text;
comment on column order_hold.requested_by is 'whoever asked for what this round decides';
create index order_hold_opened on order_hold (opened_at, id);
