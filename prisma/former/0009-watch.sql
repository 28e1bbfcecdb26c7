-- Data quality, early warnings and the night's pass over all customers.

-- What duplicates are found by: the tax id, a normal form of the name, a hash of the bank account.
create table customer_key (
  customer_id uuid not null references customer,
  kind text not null check (kind in ('tax-id', 'name', 'bank')),
  key text not null,
  primary key (customer_id, kind)
);
create index customer_key_key on customer_key (kind, key);

-- A fault or cause that was gone and is there again counts anew; its work order has the number in its key.
alter table data_finding add column times int not null default 1;
alter table early_warning add column times int not null default 1;
create index early_warning_open on early_warning (customer_id) where closed_at is null;

-- One row a night: how far it came, and what it found. The next is written when one has ended.
create table night (
  id uuid primary key default uuidv7(),
  on_date date not null unique,
  -- External id of the last customer that was looked at.
  reached text not null default '',
  customers int not null default 0,
  warnings int not null default 0,
  findings int not null default 0,
  began_at timestamptz,
  ended_at timestamptz,
  seq bigint not null default 0,
  plan_step text not null default 'watch' check (plan_step in ('watch', 'close')),
  plan_at timestamptz
);
create unique index night_open on night ((true)) where ended_at is null;

alter table wake drop constraint wake_kind_check;
alter table wake add constraint wake_kind_check check (kind in ('receivable', 'outreach', 'work-order', 'credit-application',
  'credit-review', 'reservation', 'order-hold', 'shipment-hold', 'nightly', 'profile-refresh'));
