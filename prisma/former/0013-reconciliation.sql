-- Statements and reconciliation: what we say a customer owes, what the customer's books say, and what differs.

-- ---- Ours -------------------------------------------------------------------------------------------------------------------------

create table statement (
  id uuid primary key default uuidv7(),
  customer_id uuid not null references customer,
  currency text not null,
  as_of date not null,
  total_minor bigint not null,
  content_hash text not null,
  state text not null default 'open' check (state in ('open', 'agreed', 'disputed', 'silent', 'withdrawn', 'superseded')),
  issued_on date not null,
  issued_at timestamptz not null,
  issued_by text not null,
  respond_by timestamptz not null,
  -- Facts that end the wait; the state follows from them, by its process.
  answered_at timestamptz,
  withdrawn_at timestamptz,
  superseded_by uuid references statement,
  handed_over_at timestamptz,
  seq bigint not null default 0,
  plan_step text not null default 'hand-over' check (plan_step in ('hand-over', 'close')),
  plan_at timestamptz
);
create index statement_customer on statement (customer_id, issued_at);
create unique index statement_waiting on statement (customer_id, currency)
  where answered_at is null and withdrawn_at is null and superseded_by is null and handed_over_at is null;

-- Credits of the customer are negative. The amounts are what was open when the statement was made.
create table statement_line (
  statement_id uuid not null references statement,
  line int not null,
  kind text not null check (kind in ('receivable', 'payment', 'credit-note')),
  receivable_id uuid references receivable,
  payment_id uuid references payment,
  credit_note_id uuid references credit_note,
  number text not null,
  on_date date not null,
  due_date date,
  amount_minor bigint not null check (amount_minor <> 0),
  primary key (statement_id, line),
  check (num_nonnulls(receivable_id, payment_id, credit_note_id) = 1)
);
create index statement_line_receivable on statement_line (receivable_id) where receivable_id is not null;

-- One answer a statement. A confirmation is an acknowledgement of the debt: it keeps who, when, how and what was confirmed.
create table statement_answer (
  id uuid primary key default uuidv7(),
  statement_id uuid not null unique references statement,
  verdict text not null check (verdict in ('confirmed', 'disputed')),
  answered_on date not null,
  by_contact text not null,
  channel text not null,
  evidence jsonb,
  -- Hash of what was confirmed, and the lines that were not.
  content_hash text not null,
  disputed jsonb not null default '[]',
  note text not null default '',
  recorded_at timestamptz not null,
  recorded_by text not null
);

-- ---- Theirs -----------------------------------------------------------------------------------------------------------------------

create table customer_statement (
  id uuid primary key default uuidv7(),
  external_id text not null unique,
  customer_id uuid not null references customer,
  currency text not null,
  basis text not null check (basis in ('open-items', 'movements')),
  from_date date,
  as_of date not null,
  total_minor bigint not null,
  content_hash text not null,
  received_at timestamptz not null,
  received_by text not null,
  -- Set when nothing is open any more of it.
  settled_at timestamptz,
  withdrawn_at timestamptz,
  check ((basis = 'movements') = (from_date is not null))
);
create index customer_statement_customer on customer_statement (customer_id, as_of);

create table customer_statement_line (
  statement_id uuid not null references customer_statement,
  line int not null,
  kind text not null check (kind in ('invoice', 'payment', 'credit-note', 'return')),
  number text,
  on_date date not null,
  quantity numeric(18, 6),
  -- Signed as in our books: what the customer owes is positive.
  amount_minor bigint not null check (amount_minor <> 0),
  primary key (statement_id, line)
);

-- Which of our documents answer which of their lines. One that no longer holds is put aside, never removed.
create table reconciliation_match (
  id uuid primary key default uuidv7(),
  statement_id uuid not null references customer_statement,
  key text not null,
  rule text not null check (rule in ('number', 'amount-date', 'sum')),
  confidence int not null check (confidence between 0 and 100),
  ours jsonb not null,
  theirs jsonb not null,
  ours_minor bigint not null,
  theirs_minor bigint not null,
  state text not null check (state in ('taken', 'proposed', 'accepted', 'rejected')),
  made_at timestamptz not null,
  decided_at timestamptz,
  decided_by text,
  reason text,
  put_aside_at timestamptz
);
create unique index reconciliation_match_current on reconciliation_match (statement_id, key) where put_aside_at is null;

-- What differs: a disputed line of our statement, or what their statement and our books do not agree on.
create table reconciliation_difference (
  id uuid primary key default uuidv7(),
  customer_id uuid not null references customer,
  statement_id uuid references statement,
  customer_statement_id uuid references customer_statement,
  key text not null,
  kind text not null check (kind in ('timing', 'price', 'quantity', 'unrecorded-return', 'unallocated-payment', 'unknown-document')),
  currency text not null,
  -- Theirs less ours.
  amount_minor bigint not null check (amount_minor <> 0),
  receivable_id uuid references receivable,
  payment_id uuid references payment,
  number text,
  on_date date not null,
  detail jsonb not null default '{}',
  state text not null default 'open' check (state in ('open', 'adjusted', 'cleared', 'withdrawn')),
  opened_at timestamptz not null,
  closed_at timestamptz,
  closed_by text,
  reason text,
  check (num_nonnulls(statement_id, customer_statement_id) = 1),
  check ((state = 'open') = (closed_at is null))
);
create unique index reconciliation_difference_open on reconciliation_difference (coalesce(statement_id, customer_statement_id), key)
  where state = 'open';
create index reconciliation_difference_customer on reconciliation_difference (customer_id, opened_at);
create index reconciliation_difference_standing on reconciliation_difference (customer_id) where state = 'open';

-- How a difference is put right: proposed by one person, decided by another.
create table reconciliation_adjustment (
  id uuid primary key default uuidv7(),
  difference_id uuid not null references reconciliation_difference,
  kind text not null check (kind in ('accept-theirs', 'keep-ours', 'allocate-payment')),
  amount_minor bigint not null,
  detail jsonb not null default '{}',
  state text not null default 'proposed' check (state in ('proposed', 'approved', 'declined', 'dropped')),
  proposed_by text not null,
  proposed_at timestamptz not null,
  reason text not null,
  decided_by text,
  decided_at timestamptz,
  decision_reason text,
  outcome jsonb,
  constraint four_eyes check (decided_by <> proposed_by),
  check ((state in ('approved', 'declined')) = (decided_by is not null))
);
create unique index reconciliation_adjustment_open on reconciliation_adjustment (difference_id) where state = 'proposed';

-- Evidence: the application can neither change nor remove it.
revoke update, delete, truncate on statement_line, statement_answer, customer_statement_line from duecourse_app;
revoke delete, truncate on statement, customer_statement, reconciliation_match, reconciliation_difference, reconciliation_adjustment
  from duecourse_app;

alter table wake drop constraint wake_kind_check;
alter table wake add constraint wake_kind_check check (kind in ('receivable', 'outreach', 'work-order', 'credit-application',
  'credit-review', 'reservation', 'order-hold', 'shipment-hold', 'nightly', 'profile-refresh', 'statement'));
