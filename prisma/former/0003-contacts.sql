-- Contacts, work orders, legal cases.

create table template (
  id text not null,
  language text not null check (language in ('zh', 'en')),
  channel text not null check (channel in ('email', 'sms', 'wecom', 'letter')),
  version int not null,
  class text not null check (class in ('notice', 'reminder', 'demand', 'statement', 'neutral')),
  tone text not null default 'neutral',
  subject text,
  body text not null,
  provider_template text,
  content_hash text not null,
  author text not null,
  created_at timestamptz not null,
  primary key (id, language, channel, version)
);

-- One row a message intent. `key` is made of business facts: the same contact can never become two messages.
create table message (
  id uuid primary key default uuidv7(),
  key text not null unique,
  customer_id uuid not null references customer,
  contact_id text,
  channel text not null check (channel in ('email', 'sms', 'wecom', 'letter')),
  template text not null,
  template_version int not null,
  class text not null,
  language text not null,
  state text not null check (state in ('requested', 'deferred', 'sending', 'sent', 'delivered', 'failed', 'unknown', 'dropped')),
  reason text,
  outbox boolean not null default false,
  address text not null,
  address_hash text not null,
  subject text,
  body text not null,
  content_hash text not null,
  provider text,
  provider_id text,
  fallback_of uuid references message,
  receipt_by timestamptz,
  calls int not null default 0,
  called_at timestamptz,
  followed_at timestamptz,
  at timestamptz not null,
  sending_at timestamptz not null,
  sent_at timestamptz,
  delivered_at timestamptz
);
create index message_customer on message (customer_id, sending_at);
create index message_address on message (address_hash, sending_at);
create index message_state on message (state) where state in ('sending', 'unknown');
create index message_to_follow on message (customer_id) where followed_at is null and (state = 'failed' or receipt_by is not null);
comment on column message.called_at is 'real time of the provider call that has no known outcome yet; set before the call, so that a crash is seen';
comment on column message.followed_at is 'when a failure or a missing receipt was dealt with: by another channel, or by a person';
create index message_provider on message (provider, provider_id) where provider_id is not null;

create table message_rung (
  message_id uuid not null references message,
  receivable_id uuid not null references receivable,
  rung text not null,
  asked_minor bigint not null,
  attempt int not null default 0,
  primary key (message_id, receivable_id, rung),
  unique (receivable_id, rung, attempt)
);
comment on column message_rung.attempt is '0: the first message of the rung; 1, 2, …: its fallbacks. The same rung can never be in two first messages';
create index message_rung_receivable on message_rung (receivable_id);

create table receipt (
  id uuid primary key default uuidv7(),
  provider text not null,
  event_key text not null,
  provider_id text not null,
  message_id uuid references message,
  status text not null,
  code text,
  at timestamptz not null,
  applied boolean not null default false,
  unique (provider, event_key)
);
create index receipt_parked on receipt (provider, provider_id) where not applied;

create table outreach (
  customer_id uuid primary key references customer,
  seq bigint not null default 0,
  plan_step text not null,
  plan_at timestamptz,
  plan_why jsonb not null,
  plan_message uuid references message
);

create table work_order (
  id uuid primary key default uuidv7(),
  key text not null unique,
  kind text not null,
  state text not null default 'open' check (state in ('open', 'warned', 'escalated', 'done', 'cancelled')),
  role text not null,
  assignee text,
  level int not null default 0,
  customer_id uuid references customer,
  receivable_id uuid references receivable,
  legal_case_id uuid,
  subject text not null,
  reason jsonb not null,
  opened_at timestamptz not null,
  warn_at timestamptz not null,
  due_at timestamptz not null,
  snoozed_until timestamptz,
  closed_at timestamptz,
  closed_by text,
  outcome text,
  note text,
  seq bigint not null default 0,
  plan_step text not null,
  plan_at timestamptz,
  plan_why jsonb not null
);
create index work_order_list on work_order (role, due_at) where state in ('open', 'warned', 'escalated');
create index work_order_receivable on work_order (receivable_id);
create index work_order_customer on work_order (customer_id);

create table legal_case (
  id uuid primary key default uuidv7(),
  customer_id uuid not null references customer,
  currency text not null,
  state text not null default 'demand' check (state in ('demand', 'path', 'waiting', 'closed')),
  opened_at timestamptz not null,
  closed_at timestamptz
);
create unique index legal_case_open on legal_case (customer_id, currency) where state <> 'closed';
create table legal_case_receivable (
  legal_case_id uuid not null references legal_case,
  receivable_id uuid not null references receivable,
  joined_at timestamptz not null,
  primary key (legal_case_id, receivable_id)
);
alter table work_order add foreign key (legal_case_id) references legal_case;

create table contact_log (
  id uuid primary key default uuidv7(),
  customer_id uuid not null references customer,
  receivable_id uuid references receivable,
  kind text not null check (kind in ('call', 'visit', 'email', 'other')),
  contact_id text,
  outcome text not null,
  note text not null default '',
  at timestamptz not null,
  by_actor text not null
);
create index contact_log_customer on contact_log (customer_id, at);
