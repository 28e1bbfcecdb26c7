-- The ground every fact stands on: clock, doorbell board, audit, events, policies, calendar, identity.

create table clock (
  one boolean primary key default true check (one),
  real_anchor timestamptz not null,
  business_anchor timestamptz not null,
  speed double precision not null check (speed >= 0),
  pinned boolean not null default true,
  contacts_open boolean not null default false
);
comment on column clock.contacts_open is 'at speed 0: outreach is rung only while this is true, so that one digest carries all that an hour asked for';
comment on table clock is 'businessNow = business_anchor + (now - real_anchor) * speed; pinned: production, speed 1, no changes';

create table setting (
  key text primary key,
  value jsonb not null
);

-- One row a process. Work is pending exactly while asked > answered or at <= businessNow.
create table wake (
  subject text primary key,
  kind text not null check (kind in ('receivable', 'outreach', 'work-order')),
  at timestamptz,
  asked bigint not null default 0,
  rang bigint not null default 0,
  answered bigint not null default 0,
  started_at timestamptz,
  rang_at timestamptz,
  leased_until timestamptz,
  nudged_at timestamptz
) with (fillfactor = 70);
create index wake_to_ring on wake (at) where asked > rang or started_at is null;
create index wake_unanswered on wake (rang_at) where asked > answered;
create index wake_at on wake (at) where at is not null;

create table audit (
  seq bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  business_at timestamptz not null,
  actor_kind text not null check (actor_kind in ('key', 'user', 'system')),
  actor_id text not null,
  action text not null,
  subject_kind text not null,
  subject_id text not null,
  customer_id uuid,
  reason text,
  policy_version text,
  before jsonb,
  after jsonb
);
create index audit_subject on audit (subject_kind, subject_id, seq);
create index audit_customer on audit (customer_id, seq);

create function audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the audit record is append-only' using errcode = 'insufficient_privilege';
end $$;
create trigger audit_append_only before update or delete or truncate on audit
  for each statement execute function audit_is_append_only();

create table event (
  seq bigint generated always as identity primary key,
  tx xid8 not null default pg_current_xact_id(),
  at timestamptz not null default clock_timestamp(),
  business_at timestamptz not null,
  kind text not null,
  subject_kind text not null,
  subject_id text not null,
  customer_id uuid,
  data jsonb not null default '{}'
);
create index event_tx on event (tx, seq);
comment on column event.tx is 'readers go on from (tx, seq) below the oldest transaction in flight, so that none is skipped whose commit came late';

create table policy (
  kind text not null,
  version int not null,
  content jsonb not null,
  content_hash text not null,
  effective_from date not null,
  author text not null,
  approved_by text,
  created_at timestamptz not null,
  primary key (kind, version),
  constraint four_eyes check (approved_by <> author or author = 'default')
);

create table calendar_year (
  year int primary key,
  published boolean not null,
  source text
);
create table calendar_day (
  day date primary key,
  kind text not null check (kind in ('off', 'work')),
  name text not null
);

create table api_key (
  id uuid primary key default uuidv7(),
  name text not null,
  role text not null,
  secret_hash text not null unique,
  prefix text not null,
  scope jsonb not null default '{}',
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz,
  revoked_at timestamptz
);

create table idempotency (
  caller text not null,
  route text not null,
  key text not null,
  request_hash text not null,
  state text not null check (state in ('running', 'done')),
  status int,
  body jsonb,
  location text,
  at timestamptz not null default clock_timestamp(),
  committed_at timestamptz,
  primary key (caller, route, key)
);
comment on column idempotency.committed_at is 'set in the transaction that wrote the facts: the request is never carried out again, even if its answer was lost';
create index idempotency_at on idempotency (at);

create table job (
  id uuid primary key default uuidv7(),
  kind text not null,
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed')),
  dry_run boolean not null default false,
  done int not null default 0,
  total int,
  failures int not null default 0,
  input jsonb not null default '{}',
  file bytea,
  actor jsonb not null,
  error jsonb,
  result jsonb,
  created_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  leased_until timestamptz
);
create table job_row (
  job_id uuid not null references job,
  row_no int not null,
  state text not null check (state in ('created', 'changed', 'unchanged', 'failed')),
  external_id text,
  errors jsonb,
  primary key (job_id, row_no)
);
create index job_row_failed on job_row (job_id, row_no) where state = 'failed';
