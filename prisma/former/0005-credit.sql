-- Credit: profile, assessments, applications, approvals, limits, exposure, orders, shipments, holds, warnings.

-- Processes of credit. Their customer stands on the board itself, so that the relay need not look for it.
alter table wake drop constraint wake_kind_check;
alter table wake add constraint wake_kind_check check (kind in ('receivable', 'outreach', 'work-order', 'credit-application',
  'credit-review', 'reservation', 'order-hold', 'shipment-hold'));
alter table wake add column customer_id uuid;

-- A work order of a process rings it when it is escalated, done or cancelled.
alter table work_order add column process text;
create index work_order_process on work_order (process) where process is not null;

-- ---- Profile -------------------------------------------------------------------------------------------------------------------

-- Every fact ever known of a customer; the newest of a name that is not superseded counts.
create table profile_fact (
  id uuid primary key default uuidv7(),
  customer_id uuid not null references customer,
  name text not null,
  value jsonb not null,
  as_of date not null,
  source text not null,
  evidence jsonb,
  recorded_at timestamptz not null,
  recorded_by text not null,
  superseded_at timestamptz
);
create unique index profile_fact_current on profile_fact (customer_id, name) where superseded_at is null;
create index profile_fact_history on profile_fact (customer_id, name, recorded_at);

-- What a check of an order judges beside money; one row a customer, written by the profile and by decisions on its credit.
create table credit_profile (
  customer_id uuid primary key references customer,
  grade text,
  score int,
  max_terms_days int check (max_terms_days between 0 and 720),
  graded_at timestamptz,
  valid_until date,
  review_on date,
  profile_as_of date,
  licence_until date,
  listed jsonb not null default '[]',
  median_order_minor jsonb not null default '{}',
  version bigint not null default 1
);
comment on column credit_profile.listed is 'sanction or court-list entries in force: [{list, since, evidence}]';
comment on column credit_profile.median_order_minor is 'median order of the last year by currency, for the check of abnormal orders';

create table connector_call (
  id uuid primary key default uuidv7(),
  customer_id uuid not null references customer,
  connector text not null,
  asked_for text,
  state text not null check (state in ('asked', 'answered', 'failed', 'unavailable')),
  asked_at timestamptz not null,
  answered_at timestamptz,
  problem text
);
create index connector_call_customer on connector_call (customer_id, connector, asked_at);

-- Faults of master data, each a work order; `key` is made of business facts.
create table data_finding (
  id uuid primary key default uuidv7(),
  key text not null unique,
  customer_id uuid not null references customer,
  kind text not null,
  detail jsonb not null,
  found_at timestamptz not null,
  cleared_at timestamptz
);
create index data_finding_customer on data_finding (customer_id) where cleared_at is null;

create table early_warning (
  id uuid primary key default uuidv7(),
  key text not null unique,
  customer_id uuid not null references customer,
  kind text not null,
  severity text not null check (severity in ('notice', 'warning', 'alarm')),
  detail jsonb not null,
  effects jsonb not null default '[]',
  policy_version text not null,
  raised_at timestamptz not null,
  closed_at timestamptz
);
create index early_warning_customer on early_warning (customer_id, raised_at);

-- ---- Assessment and approval -----------------------------------------------------------------------------------------------------

-- A verdict with all it was made of: it can be made again from its row alone.
create table assessment (
  id uuid primary key default uuidv7(),
  customer_id uuid not null references customer,
  application_id uuid,
  at timestamptz not null,
  policy_versions jsonb not null,
  facts jsonb not null,
  score int,
  grade text,
  verdict jsonb not null,
  proposal jsonb not null,
  facts_hash text not null
);
create index assessment_customer on assessment (customer_id, at);

create table credit_application (
  id uuid primary key default uuidv7(),
  external_id text not null unique,
  customer_id uuid not null references customer,
  kind text not null check (kind in ('new', 'raise', 'temporary', 'terms', 'review')),
  state text not null default 'assessing'
    check (state in ('assessing', 'awaiting-decision', 'returned', 'approved', 'declined', 'withdrawn', 'expired')),
  limit_minor bigint check (limit_minor >= 0),
  currency text not null,
  terms_days int check (terms_days between 0 and 720),
  valid_until date,
  reason text not null,
  requested_by text not null,
  assessment_id uuid references assessment,
  -- Version of the credit account the approvers look at, and hash of the dossier they decide on.
  exposure_version bigint,
  dossier_hash text,
  policy_version text,
  round int not null default 1,
  waiting_for jsonb,
  granted jsonb,
  content_hash text not null,
  submitted_at timestamptz not null,
  expires_at timestamptz,
  decided_at timestamptz,
  seq bigint not null default 0,
  plan_step text not null default 'gather',
  plan_at timestamptz,
  plan_why jsonb not null default '{"code": "submitted", "params": {}}'
);
create index credit_application_customer on credit_application (customer_id, submitted_at);
create unique index credit_application_open on credit_application (customer_id, kind)
  where state in ('assessing', 'awaiting-decision', 'returned');
comment on column credit_application.waiting_for is 'why it does not go on: a connector that is down, facts that are being refreshed, answers of the applicant';

create table credit_review (
  id uuid primary key default uuidv7(),
  key text not null unique,
  customer_id uuid not null references customer,
  cause text not null check (cause in ('date', 'early-warning', 'broken-promise', 'limit-expiry', 'request')),
  detail jsonb not null default '{}',
  due_at timestamptz not null,
  state text not null default 'open' check (state in ('open', 'running', 'raised', 'kept', 'lowered', 'cancelled')),
  application_id uuid references credit_application,
  closed_at timestamptz,
  seq bigint not null default 0,
  plan_step text not null default 'wait',
  plan_at timestamptz,
  plan_why jsonb not null default '{"code": "review-due", "params": {}}'
);
create index credit_review_customer on credit_review (customer_id) where state in ('open', 'running');

-- One row a seat at a tier of a decision. Four eyes: who asked can never have decided.
create table approval (
  id uuid primary key default uuidv7(),
  process text not null,
  round int not null default 1,
  tier int not null,
  role text not null,
  state text not null default 'waiting'
    check (state in ('waiting', 'open', 'approved', 'declined', 'returned', 'countered', 'escalated')),
  requested_by text not null,
  opened_at timestamptz,
  deadline timestamptz,
  work_order_id uuid references work_order,
  decided_by text,
  on_behalf_of text,
  decided_at timestamptz,
  verdict jsonb,
  reason text,
  -- Id of the workflow update that decided: a repeat gets its first answer.
  update_id text unique,
  unique (process, round, tier, role),
  constraint four_eyes check (decided_by <> requested_by and on_behalf_of is distinct from requested_by)
);
create index approval_process on approval (process, round, tier);

create table delegation (
  id uuid primary key default uuidv7(),
  from_actor text not null,
  to_actor text not null check (to_actor <> from_actor),
  role text not null,
  valid_from date not null,
  valid_until date not null check (valid_until >= valid_from),
  reason text not null,
  created_by text not null,
  created_at timestamptz not null,
  revoked_at timestamptz
);
create index delegation_to on delegation (to_actor) where revoked_at is null;

-- ---- Accounts and exposure ---------------------------------------------------------------------------------------------------------

-- One row a payer or group and currency: the running balance of exposure_entry. Locked groups first, then payers, each by id.
create table credit_account (
  id uuid primary key default uuidv7(),
  kind text not null check (kind in ('payer', 'group')),
  code text not null,
  currency text not null,
  customer_id uuid references customer,
  group_account uuid references credit_account,
  reserved_minor bigint not null default 0 check (reserved_minor >= 0),
  ordered_minor bigint not null default 0 check (ordered_minor >= 0),
  delivered_minor bigint not null default 0 check (delivered_minor >= 0),
  open_minor bigint not null default 0 check (open_minor >= 0),
  bills_minor bigint not null default 0 check (bills_minor >= 0),
  deposits_minor bigint not null default 0 check (deposits_minor >= 0),
  version bigint not null default 1,
  opened_at timestamptz not null,
  unique (kind, code, currency),
  check (kind = 'payer' or group_account is null)
) with (fillfactor = 70);
create index credit_account_group on credit_account (group_account) where group_account is not null;
comment on table credit_account is 'opened by the first limit, security or order of a payer; what was owed then is its opening entry';

-- Which account bears a customer's documents.
create table credit_member (
  customer_id uuid not null references customer,
  currency text not null,
  account_id uuid not null references credit_account,
  primary key (customer_id, currency)
);
create index credit_member_account on credit_member (account_id);

create table exposure_entry (
  seq bigint generated always as identity primary key,
  account_id uuid not null references credit_account,
  bucket text not null check (bucket in ('reserved', 'ordered', 'delivered', 'open', 'bills', 'deposits')),
  -- Ship date of orders, due date of open items, clearing date of bills.
  on_date date,
  delta_minor bigint not null check (delta_minor <> 0),
  cause text not null,
  cause_id text not null,
  business_at timestamptz not null
);
create index exposure_entry_account on exposure_entry (account_id, seq);

-- The running balance of the buckets that are judged by date.
create table exposure_by_date (
  account_id uuid not null references credit_account,
  bucket text not null check (bucket in ('reserved', 'ordered', 'open', 'bills')),
  on_date date not null,
  amount_minor bigint not null,
  primary key (account_id, bucket, on_date)
) with (fillfactor = 70);

create table credit_limit (
  id uuid primary key default uuidv7(),
  account_id uuid not null references credit_account,
  kind text not null check (kind in ('standing', 'temporary')),
  amount_minor bigint not null check (amount_minor >= 0),
  valid_from date not null,
  valid_until date check (valid_until >= valid_from),
  application_id uuid references credit_application,
  external_id text unique,
  set_by text not null,
  reason text not null,
  set_at timestamptz not null,
  revoked_at timestamptz
);
create index credit_limit_account on credit_limit (account_id) where revoked_at is null;

create table security (
  id uuid primary key default uuidv7(),
  external_id text not null unique,
  account_id uuid not null references credit_account,
  kind text not null check (kind in ('guarantee', 'deposit', 'insurance', 'mortgage', 'letter-of-credit', 'other')),
  -- Raises the limit by value x share, or lowers the exposure by value x (1 - haircut); never both.
  effect text not null check (effect in ('raises-limit', 'lowers-exposure')),
  value_minor bigint not null check (value_minor > 0),
  share numeric(5, 4) not null check (share between 0 and 1),
  valid_from date not null,
  valid_until date check (valid_until >= valid_from),
  evidence jsonb,
  content_hash text not null,
  released_at timestamptz
);
create index security_account on security (account_id) where released_at is null;
comment on column security.share is 'what of the value counts: the percentage that raises the limit, or 1 - haircut';

create table exchange_rate (
  base text not null,
  quote text not null check (quote <> base),
  on_date date not null,
  rate numeric(20, 10) not null check (rate > 0),
  source text not null,
  recorded_by text not null,
  recorded_at timestamptz not null,
  primary key (base, quote, on_date)
);

-- Money by commercial bill counts as exposure until the day it clears.
alter table payment add column clears_on date;

-- ---- Orders and shipments ------------------------------------------------------------------------------------------------------------

create table sales_order (
  id uuid primary key default uuidv7(),
  external_id text not null unique,
  customer_id uuid not null references customer,
  account_id uuid not null references credit_account,
  currency text not null,
  requested_ship_date date not null,
  prepaid boolean not null default false,
  amount_minor bigint not null check (amount_minor > 0),
  decision text not null check (decision in ('approved', 'held', 'rejected')),
  state text not null default 'open' check (state in ('open', 'closed', 'cancelled', 'lapsed')),
  -- What was approved, and when: changes within the tolerance are not held again.
  approved_minor bigint,
  approved_on date,
  reserved_until timestamptz,
  put_by text not null,
  content_hash text not null,
  version int not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
) with (fillfactor = 80);
create index sales_order_customer on sales_order (customer_id, created_at);
create index sales_order_open on sales_order (account_id) where state = 'open';

-- Each cent of a line is in exactly one bucket.
create table order_line (
  order_id uuid not null references sales_order,
  line int not null,
  item text not null,
  product_line text,
  quantity numeric(18, 6) not null check (quantity > 0),
  unit_price text not null,
  amount_minor bigint not null check (amount_minor >= 0),
  held_minor bigint not null default 0 check (held_minor >= 0),
  prepaid_minor bigint not null default 0 check (prepaid_minor >= 0),
  reserved_minor bigint not null default 0 check (reserved_minor >= 0),
  ordered_minor bigint not null default 0 check (ordered_minor >= 0),
  delivered_minor bigint not null default 0 check (delivered_minor >= 0),
  invoiced_minor bigint not null default 0 check (invoiced_minor >= 0),
  cancelled_minor bigint not null default 0 check (cancelled_minor >= 0),
  shipped_quantity numeric(18, 6) not null default 0 check (shipped_quantity >= 0 and shipped_quantity <= quantity),
  primary key (order_id, line),
  constraint each_cent_once check (held_minor + prepaid_minor + reserved_minor + ordered_minor + delivered_minor + invoiced_minor
    + cancelled_minor = amount_minor)
) with (fillfactor = 80);

create table order_decision (
  id uuid primary key default uuidv7(),
  order_id uuid not null references sales_order,
  version int not null,
  at timestamptz not null,
  decision text not null check (decision in ('approved', 'held', 'rejected')),
  amount_minor bigint not null,
  reasons jsonb not null,
  before_minor bigint not null,
  after_minor bigint not null,
  limit_minor bigint,
  account_version bigint not null,
  policy_version text not null,
  actor text not null
);
create index order_decision_order on order_decision (order_id, at);

-- What of an order an invoice took over, so that a correction gives it back.
create table order_invoice (
  order_id uuid not null references sales_order,
  line int not null,
  invoice_id uuid not null references invoice,
  amount_minor bigint not null check (amount_minor > 0),
  from_bucket text not null,
  primary key (order_id, line, invoice_id, from_bucket)
);
create index order_invoice_invoice on order_invoice (invoice_id);

create table order_hold (
  id uuid primary key default uuidv7(),
  order_id uuid not null references sales_order,
  customer_id uuid not null references customer,
  state text not null default 'open' check (state in ('open', 'released', 'part-released', 'rejected', 'lapsed')),
  -- A forced hold is never released by itself.
  forced boolean not null default false,
  amount_minor bigint not null,
  reasons jsonb not null,
  requested_by text not null,
  opened_at timestamptz not null,
  expires_at timestamptz not null,
  closed_at timestamptz,
  outcome jsonb,
  seq bigint not null default 0,
  plan_step text not null default 'route',
  plan_at timestamptz,
  plan_why jsonb not null default '{"code": "held", "params": {}}'
);
create unique index order_hold_open on order_hold (order_id) where state = 'open';
create index order_hold_customer on order_hold (customer_id, opened_at);

create table shipment_request (
  id uuid primary key default uuidv7(),
  external_id text not null unique,
  order_id uuid not null references sales_order,
  customer_id uuid not null references customer,
  decision text not null check (decision in ('ship', 'reduce', 'hold')),
  lines jsonb not null,
  reasons jsonb not null,
  policy_version text not null,
  requested_by text not null,
  content_hash text not null,
  at timestamptz not null,
  closed_at timestamptz
);
create index shipment_request_order on shipment_request (order_id, at);

create table shipment (
  id uuid primary key default uuidv7(),
  external_id text not null unique,
  order_id uuid not null references sales_order,
  request_id uuid references shipment_request,
  lines jsonb not null,
  amount_minor bigint not null check (amount_minor >= 0),
  issued_on date not null,
  delivered_on date,
  accepted_on date,
  content_hash text not null,
  posted_at timestamptz not null
);
create index shipment_order on shipment (order_id);

create table shipment_hold (
  id uuid primary key default uuidv7(),
  request_id uuid not null unique references shipment_request,
  order_id uuid not null references sales_order,
  customer_id uuid not null references customer,
  state text not null default 'open' check (state in ('open', 'shipped', 'reduced', 'rescinded')),
  reasons jsonb not null,
  requested_by text not null,
  -- Contract clause, or article of law with evidence; a statutory hold is nothing without ground, evidence and notice.
  ground jsonb,
  evidence jsonb not null default '[]',
  noticed_at timestamptz,
  notice_message uuid references message,
  respond_by timestamptz,
  opened_at timestamptz not null,
  closed_at timestamptz,
  outcome jsonb,
  seq bigint not null default 0,
  plan_step text not null default 'ground',
  plan_at timestamptz,
  plan_why jsonb not null default '{"code": "held", "params": {}}'
);
create index shipment_hold_customer on shipment_hold (customer_id, opened_at);

-- Append-only records: the application can neither change nor remove them.
revoke update, delete, truncate on exposure_entry, order_decision, assessment from duecourse_app;
