-- Customers, invoices, instalments (each one receivable), money, disputes, promises.

create table customer (
  id uuid primary key default uuidv7(),
  external_id text not null unique,
  name text not null,
  type text not null check (type in ('hospital', 'dealer', 'channel', 'other')),
  tier text,
  region text,
  group_code text,
  payer_code text,
  currency text not null,
  terms_days int not null default 30 check (terms_days between 0 and 720),
  terms_from text not null default 'invoiceDate' check (terms_from in ('invoiceDate', 'endOfMonth', 'delivery')),
  tax_id text,
  tax_rate text,
  owner text,
  ladder text,
  debtor_class text,
  creditor_was_sme boolean,
  facts jsonb not null default '{}',
  content_hash text not null,
  version int not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index customer_scope on customer (region, owner);

create table contact (
  customer_id uuid not null references customer,
  external_id text not null,
  name text not null,
  role text not null check (role in ('finance', 'purchasing', 'management', 'legal', 'other')),
  email text,
  mobile text,
  wecom text,
  language text not null default 'zh' check (language in ('zh', 'en')),
  position int not null,
  active boolean not null default true,
  primary key (customer_id, external_id)
);
create index contact_mobile on contact (mobile) where mobile is not null;
create index contact_email on contact (lower(email)) where email is not null;

create table opt_out (
  address_hash text not null,
  channel text not null check (channel in ('email', 'sms', 'wecom', 'letter')),
  at timestamptz not null,
  source text not null,
  lifted_at timestamptz,
  primary key (address_hash, channel)
);

create table invoice (
  id uuid primary key default uuidv7(),
  external_id text not null unique,
  customer_id uuid not null references customer,
  number text not null,
  issue_date date not null,
  currency text not null,
  amount_minor bigint not null check (amount_minor > 0 and amount_minor <= 9007199254740991),
  tax_rate text,
  tax_minor bigint,
  contract text,
  order_code text,
  ladder text,
  -- The terms an invoice without instalments was posted by; null: it named its instalments.
  terms_days int check (terms_days between 0 and 720),
  terms_from text check (terms_from in ('invoiceDate', 'endOfMonth', 'delivery')),
  delivered_on date,
  content_hash text not null,
  version int not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index invoice_customer on invoice (customer_id, issue_date);
create index invoice_number on invoice (customer_id, number);

create table receivable (
  id uuid primary key default uuidv7(),
  invoice_id uuid not null references invoice,
  customer_id uuid not null references customer,
  instalment int not null,
  kind text not null default 'other' check (kind in ('equipment', 'maintenance', 'insurance', 'other')),
  due_date date not null,
  currency text not null,
  amount_minor bigint not null check (amount_minor > 0),
  paid_minor bigint not null default 0 check (paid_minor >= 0),
  credited_minor bigint not null default 0 check (credited_minor >= 0),
  written_off_minor bigint not null default 0 check (written_off_minor >= 0),
  stage text not null default 'scheduled' check (stage in ('scheduled', 'due', 'reminder', 'escalation', 'legal', 'closed')),
  outcome text check (outcome in ('paid', 'credited', 'replaced-by-plan', 'written-off')),
  ladder text not null,
  policy_version int not null,
  collect_from date,
  -- Taken out of its invoice by a correction: nothing is owed, credited_minor holds its whole amount.
  withdrawn boolean not null default false,
  posted_at timestamptz not null,
  pauses jsonb not null default '[]',
  seq bigint not null default 1,
  plan_step text not null check (plan_step in ('wait', 'notice', 'remind', 'work-order', 'escalate', 'legal', 'close')),
  plan_rung text,
  plan_at timestamptz,
  plan_why jsonb not null,
  unique (invoice_id, instalment),
  check (paid_minor + credited_minor + written_off_minor <= amount_minor),
  check ((stage = 'closed') = (outcome is not null))
) with (fillfactor = 80);
create index receivable_customer on receivable (customer_id, due_date) where stage <> 'closed';
create index receivable_customer_all on receivable (customer_id, id);
-- What a payment can go to, whatever the stage its process has reached.
create index receivable_open on receivable (customer_id) where paid_minor + credited_minor + written_off_minor < amount_minor;
create index receivable_stage on receivable (stage, due_date);

-- Only rungs that have left 'planned' (or returned to it) have a row; the rest follow from the ladder.
create table rung (
  receivable_id uuid not null references receivable,
  rung text not null,
  position int not null,
  state text not null check (state in ('planned', 'requested', 'taken', 'missed', 'skipped', 'before-go-live')),
  at timestamptz not null,
  reason text,
  primary key (receivable_id, rung)
);
create index rung_requested on rung (receivable_id) where state = 'requested';

create table payment (
  id uuid primary key default uuidv7(),
  external_id text not null unique,
  customer_id uuid not null references customer,
  amount_minor bigint not null check (amount_minor > 0 and amount_minor <= 9007199254740991),
  unapplied_minor bigint not null check (unapplied_minor >= 0),
  currency text not null,
  received_on date not null,
  reference text,
  content_hash text not null,
  posted_at timestamptz not null,
  reversed_at timestamptz,
  reversed_on date,
  check (unapplied_minor <= amount_minor)
);
create index payment_customer on payment (customer_id, received_on);

create table credit_note (
  id uuid primary key default uuidv7(),
  external_id text not null unique,
  customer_id uuid not null references customer,
  invoice_id uuid not null references invoice,
  amount_minor bigint not null check (amount_minor > 0 and amount_minor <= 9007199254740991),
  unapplied_minor bigint not null check (unapplied_minor >= 0),
  currency text not null,
  issued_on date not null,
  reason text not null,
  content_hash text not null,
  posted_at timestamptz not null
);

create table allocation (
  id uuid primary key default uuidv7(),
  receivable_id uuid not null references receivable,
  payment_id uuid references payment,
  credit_note_id uuid references credit_note,
  amount_minor bigint not null check (amount_minor > 0),
  value_date date not null,
  posted_at timestamptz not null,
  reversed_at timestamptz,
  check ((payment_id is null) <> (credit_note_id is null))
);
create index allocation_receivable on allocation (receivable_id);
create index allocation_payment on allocation (payment_id);

create table dispute (
  id uuid primary key default uuidv7(),
  receivable_id uuid not null references receivable,
  customer_id uuid not null references customer,
  amount_minor bigint not null check (amount_minor > 0),
  category text not null check (category in ('quantity', 'price', 'quality', 'paperwork', 'acceptance', 'complaint', 'other')),
  note text not null default '',
  state text not null default 'open' check (state in ('open', 'upheld', 'part-upheld', 'rejected', 'withdrawn')),
  opened_at timestamptz not null,
  opened_by text not null,
  closed_at timestamptz,
  closed_by text,
  resolution text
);
create index dispute_receivable on dispute (receivable_id);

create table promise (
  id uuid primary key default uuidv7(),
  receivable_id uuid not null references receivable,
  customer_id uuid not null references customer,
  amount_minor bigint not null check (amount_minor > 0),
  due_on date not null,
  by_contact text,
  note text not null default '',
  state text not null default 'pending' check (state in ('pending', 'kept', 'part-kept', 'broken', 'cancelled')),
  made_at timestamptz not null,
  made_by text not null,
  judged_at timestamptz
);
create index promise_receivable on promise (receivable_id);
