-- A key whose role decides, or makes keys, waits here until a second administrator confirms it: what asks who holds a key never sees it.
create table proposed_key (
  id uuid primary key default uuidv7(),
  name text not null,
  role text not null,
  scope jsonb not null,
  secret_hash text not null unique,
  prefix text not null,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz,
  revoked_at timestamptz,
  proposed_by text not null
);
revoke select on proposed_key from duecourse_auditor;
-- Who made a key, and who confirmed it; null where it came from the command line, or before this was kept.
alter table api_key
  add column proposed_by text,
  add column confirmed_by text,
  add column confirmed_at timestamptz not null default clock_timestamp();
update api_key set confirmed_at = created_at;
