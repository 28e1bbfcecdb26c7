-- The schema as one file, for new databases: what prisma/former brings about. Functions and triggers come from prisma/functions, but for those
-- that indexes and views use.

-- owner: migrations. app: no DDL, no UPDATE/DELETE on the audit record. auditor: reads all but secrets.
do $$ begin
  if not exists (select from pg_roles where rolname = 'duecourse_app') then create role duecourse_app nologin; end if;
  if not exists (select from pg_roles where rolname = 'duecourse_auditor') then create role duecourse_auditor nologin; end if;
exception when duplicate_object or unique_violation then null;
end $$;
grant duecourse_app, duecourse_auditor to current_user;
grant usage on schema public to duecourse_app, duecourse_auditor;
alter default privileges in schema public grant select, insert, update, delete on tables to duecourse_app;
alter default privileges in schema public grant usage on sequences to duecourse_app;
alter default privileges in schema public grant select on tables to duecourse_auditor;

create type exposure_delta as (account_id uuid, bucket text, on_date date, delta_minor bigint, cause text, cause_id text);
create function out_of_sum(minor bigint) returns boolean language sql immutable as $$ select minor > 9007199254740991 or minor < -9007199254740991 $$;
create function out_of_time(on_date date, entered timestamptz) returns boolean language sql immutable as $$ select on_date < (entered at time zone 'UTC')::date - 21915 or on_date > (entered at time zone 'UTC')::date + 21915 $$;

-- platform
create table clock (
  one boolean not null default true,
  real_anchor timestamptz not null,
  business_anchor timestamptz not null,
  speed double precision not null,
  pinned boolean not null default true,
  contacts_open boolean not null default false,
  calendar_version integer not null default 0,
  constraint clock_pkey primary key (one),
  constraint clock_one_check check (one),
  constraint clock_speed_check check ((speed >= (0)::double precision))
);
comment on table clock is 'businessNow = business_anchor + (now - real_anchor) * speed; pinned: production, speed 1, no changes';
comment on column clock.contacts_open is 'at speed 0: outreach is rung only while this is true, so that one digest carries all that an hour asked for';

create table setting (
  key text not null,
  value jsonb not null,
  constraint setting_pkey primary key (key)
);

create table wake (
  subject text not null,
  kind text not null,
  at timestamptz,
  asked bigint not null default 0,
  rang bigint not null default 0,
  answered bigint not null default 0,
  started_at timestamptz,
  rang_at timestamptz,
  leased_until timestamptz,
  nudged_at timestamptz,
  customer_id uuid,
  constraint wake_pkey primary key (subject),
  constraint wake_kind_check check (kind in ('receivable', 'outreach', 'work-order', 'credit-application', 'credit-review', 'reservation', 'order-hold', 'shipment-hold', 'nightly', 'profile-refresh', 'statement', 'reconciliation'))
) with (fillfactor=70);
create index wake_at on wake (at) where (at IS NOT NULL);
create index wake_to_ring on wake (at) where ((asked > rang) OR (started_at IS NULL));
create index wake_unanswered on wake (rang_at) where (asked > answered);

create table night (
  id uuid not null default uuidv7(),
  on_date date not null,
  reached text not null default ''::text,
  customers integer not null default 0,
  warnings integer not null default 0,
  findings integer not null default 0,
  began_at timestamptz,
  ended_at timestamptz,
  seq bigint not null default 0,
  plan_step text not null default 'watch'::text,
  plan_at timestamptz,
  constraint night_pkey primary key (id),
  constraint night_on_date_key unique (on_date),
  constraint night_plan_step_check check (plan_step in ('watch', 'close'))
);
create unique index night_open on night ((true)) where (ended_at IS NULL);

create table idempotency (
  caller text not null,
  route text not null,
  key text not null,
  request_hash text not null,
  state text not null,
  status integer,
  body jsonb,
  location text,
  at timestamptz not null default clock_timestamp(),
  committed_at timestamptz,
  constraint idempotency_pkey primary key (caller, route, key),
  constraint idempotency_state_check check (state in ('running', 'done'))
);
create index idempotency_at on idempotency (at);
comment on column idempotency.committed_at is 'set in the transaction that wrote the facts: the request is never carried out again, even if its answer was lost';
revoke select on idempotency from duecourse_auditor;

create table connector_call (
  id uuid not null default uuidv7(),
  customer_id uuid not null,
  connector text not null,
  asked_for text,
  state text not null,
  asked_at timestamptz not null,
  answered_at timestamptz,
  problem text,
  constraint connector_call_pkey primary key (id),
  constraint connector_call_state_check check (state in ('asked', 'answered', 'failed', 'unavailable'))
);
create index connector_call_customer on connector_call (customer_id, connector, asked_at);

-- access
create table api_key (
  id uuid not null default uuidv7(),
  name text not null,
  role text not null,
  secret_hash text not null,
  prefix text not null,
  scope jsonb not null default '{}'::jsonb,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz,
  revoked_at timestamptz,
  proposed_by text,
  confirmed_by text,
  confirmed_at timestamptz not null default clock_timestamp(),
  constraint api_key_pkey primary key (id),
  constraint api_key_secret_hash_key unique (secret_hash)
);
revoke select on api_key from duecourse_auditor;

create table proposed_key (
  id uuid not null default uuidv7(),
  name text not null,
  role text not null,
  scope jsonb not null,
  secret_hash text not null,
  prefix text not null,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz,
  revoked_at timestamptz,
  proposed_by text not null,
  constraint proposed_key_pkey primary key (id),
  constraint proposed_key_secret_hash_key unique (secret_hash)
);
revoke select on proposed_key from duecourse_auditor;

create table delegation (
  id uuid not null default uuidv7(),
  from_actor text not null,
  to_actor text not null,
  role text not null,
  valid_from date not null,
  valid_until date not null,
  reason text not null,
  created_by text not null,
  created_at timestamptz not null,
  revoked_at timestamptz,
  constraint delegation_pkey primary key (id),
  constraint delegation_check check ((to_actor <> from_actor)),
  constraint delegation_check1 check ((valid_until >= valid_from))
);
create index delegation_from on delegation (from_actor) where (revoked_at IS NULL);
create index delegation_to on delegation (to_actor) where (revoked_at IS NULL);

-- policies
create table policy (
  kind text not null,
  version integer not null,
  content jsonb not null,
  content_hash text not null,
  effective_from date not null,
  author text not null,
  approved_by text,
  created_at timestamptz not null,
  constraint policy_pkey primary key (kind, version),
  constraint four_eyes check (((approved_by <> author) OR (author = 'default'::text)))
);

create table template (
  id text not null,
  language text not null,
  channel text not null,
  version integer not null,
  class text not null,
  tone text not null default 'neutral'::text,
  subject text,
  body text not null,
  provider_template text,
  content_hash text not null,
  author text not null,
  created_at timestamptz not null,
  effective_from date not null,
  approved_by text,
  constraint template_pkey primary key (id, language, channel, version),
  constraint four_eyes check (((approved_by <> author) OR (author = 'default'::text))),
  constraint template_channel_check check (channel in ('email', 'sms', 'wecom', 'letter')),
  constraint template_class_check check (class in ('notice', 'reminder', 'demand', 'statement', 'neutral')),
  constraint template_language_check check (language in ('zh', 'en'))
);

create table calendar_year (
  year integer not null,
  published boolean not null,
  source text,
  constraint calendar_year_pkey primary key (year)
);

create table calendar_day (
  day date not null,
  kind text not null,
  name text not null,
  year integer not null,
  constraint calendar_day_pkey primary key (day),
  constraint calendar_day_kind_check check (kind in ('off', 'work'))
);
create index calendar_day_year on calendar_day (year);

-- customers
create table customer (
  id uuid not null default uuidv7(),
  external_id text not null,
  name text not null,
  type text not null,
  tier text,
  region text,
  group_code text,
  payer_code text,
  currency text not null,
  terms_days integer not null default 30,
  terms_from text not null default 'invoiceDate'::text,
  tax_id text,
  tax_rate text,
  owner text,
  ladder text,
  debtor_class text,
  creditor_was_sme boolean,
  facts jsonb not null default '{}'::jsonb,
  content_hash text not null,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  terms_rule jsonb,
  merged_into uuid,
  merged_at timestamptz,
  constraint customer_pkey primary key (id),
  constraint customer_external_id_key unique (external_id),
  constraint customer_check check ((merged_into <> id)),
  constraint customer_merged_whole check (((merged_into IS NULL) = (merged_at IS NULL))),
  constraint customer_terms_days_check check (((terms_days >= 0) AND (terms_days <= 720))),
  constraint customer_terms_from_check check (terms_from in ('invoiceDate', 'endOfMonth', 'delivery')),
  constraint customer_type_check check (type in ('hospital', 'dealer', 'channel', 'other'))
);
create index customer_group on customer (group_code) where (group_code IS NOT NULL);
create index customer_merged on customer (merged_into) where (merged_into IS NOT NULL);
create index customer_payer on customer (payer_code) where (payer_code IS NOT NULL);
create index customer_scope on customer (region, owner);
comment on column customer.merged_into is 'the customer that took it over, never itself merged: a later merge of that one moves this on';

create table customer_key (
  customer_id uuid not null,
  kind text not null,
  key text not null,
  constraint customer_key_pkey primary key (customer_id, kind),
  constraint customer_key_kind_check check (kind in ('tax-id', 'name', 'bank'))
);
create index customer_key_key on customer_key (kind, key);

create table contact (
  customer_id uuid not null,
  external_id text not null,
  name text not null,
  role text not null,
  email text,
  mobile text,
  wecom text,
  language text not null default 'zh'::text,
  position integer not null,
  active boolean not null default true,
  constraint contact_pkey primary key (customer_id, external_id),
  constraint contact_language_check check (language in ('zh', 'en')),
  constraint contact_role_check check (role in ('finance', 'purchasing', 'management', 'legal', 'other'))
);
create index contact_email on contact (lower(email)) where (email IS NOT NULL);
create index contact_mobile on contact (mobile) where (mobile IS NOT NULL);
create index contact_wecom on contact (wecom) where (wecom IS NOT NULL);

create table data_finding (
  id uuid not null default uuidv7(),
  key text not null,
  customer_id uuid not null,
  kind text not null,
  detail jsonb not null,
  found_at timestamptz not null,
  cleared_at timestamptz,
  times integer not null default 1,
  constraint data_finding_pkey primary key (id),
  constraint data_finding_key_key unique (key)
);
create index data_finding_customer on data_finding (customer_id) where (cleared_at IS NULL);

create table duplicate_doubt (
  document_id uuid not null,
  kind text not null,
  twin_id uuid not null,
  state text not null default 'suspected'::text,
  opened_at timestamptz not null,
  closed_at timestamptz,
  reason text,
  constraint duplicate_doubt_pkey primary key (document_id),
  constraint duplicate_doubt_kind_check check (kind in ('invoice', 'payment', 'credit-note')),
  constraint duplicate_doubt_state_check check (state in ('suspected', 'both-right', 'duplicate', 'corrected'))
);
create index duplicate_doubt_twin on duplicate_doubt (twin_id);

create table owner_before (
  id bigint not null generated always as identity,
  subject uuid not null,
  customer_id uuid not null,
  until timestamptz not null,
  constraint owner_before_pkey primary key (id)
);
create index owner_before_customer on owner_before (customer_id);
create index owner_before_subject on owner_before (subject, id);

-- tasks
create table work_order (
  id uuid not null default uuidv7(),
  key text not null,
  kind text not null,
  state text not null default 'open'::text,
  role text not null,
  assignee text,
  level integer not null default 0,
  customer_id uuid,
  receivable_id uuid,
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
  plan_why jsonb not null,
  process text,
  constraint work_order_pkey primary key (id),
  constraint work_order_key_key unique (key),
  constraint work_order_state_check check (state in ('open', 'warned', 'escalated', 'done', 'cancelled'))
);
create index work_order_customer on work_order (customer_id);
create index work_order_list on work_order (role, due_at) where (state = ANY (ARRAY['open'::text, 'warned'::text, 'escalated'::text]));
create index work_order_process on work_order (process) where (process IS NOT NULL);
create index work_order_receivable on work_order (receivable_id);

create table work_order_item (
  work_order_id uuid not null,
  receivable_id uuid not null,
  rung text not null,
  joined_at timestamptz not null,
  left_at timestamptz,
  outcome text,
  constraint work_order_item_pkey primary key (work_order_id, receivable_id)
);
create index work_order_item_open on work_order_item (receivable_id) where (left_at IS NULL);
create index work_order_item_receivable on work_order_item (receivable_id);
comment on column work_order_item.outcome is 'of the receivable, when it left';

-- approvals
create table approval (
  id uuid not null default uuidv7(),
  process text not null,
  round integer not null default 1,
  tier integer not null,
  role text not null,
  state text not null default 'waiting'::text,
  requested_by text not null,
  opened_at timestamptz,
  deadline timestamptz,
  work_order_id uuid,
  decided_by text,
  on_behalf_of text,
  decided_at timestamptz,
  verdict jsonb,
  reason text,
  update_id text,
  roles jsonb not null default '[]'::jsonb,
  deadline_days integer,
  orders integer not null default 0,
  dossier_hash text,
  constraint approval_pkey primary key (id),
  constraint approval_process_round_tier_role_key unique (process, round, tier, role),
  constraint approval_update_id_key unique (update_id),
  constraint approval_state_check check (state in ('waiting', 'open', 'approved', 'declined', 'returned', 'countered', 'escalated')),
  constraint four_eyes check (((decided_by <> requested_by) AND (on_behalf_of IS DISTINCT FROM requested_by)))
);
create index approval_credit_file on approval (dossier_hash) where (dossier_hash IS NOT NULL);
create index approval_process on approval (process, round, tier);

create table decision_intent (
  process text not null,
  update_id text not null,
  actor_id text not null,
  sent_at timestamptz not null default clock_timestamp(),
  input jsonb not null,
  act text,
  settled_at timestamptz,
  refused jsonb,
  hand_over_at timestamptz not null default (clock_timestamp() + '00:01:00'::interval),
  constraint decision_intent_pkey primary key (process, update_id)
);
create index decision_intent_open on decision_intent (hand_over_at) where ((settled_at IS NULL) AND (act IS NOT NULL));

create table decision_answer (
  update_id text not null,
  process text not null,
  answer jsonb not null,
  at timestamptz not null,
  constraint decision_answer_pkey primary key (update_id)
);
create index decision_answer_process on decision_answer (process);
revoke delete, update on decision_answer from duecourse_app;

create table decision_dossier (
  hash text not null,
  content jsonb not null,
  kept_at timestamptz not null,
  constraint decision_dossier_pkey primary key (hash)
);
revoke delete, update on decision_dossier from duecourse_app;

create table pending_act (
  id uuid not null default uuidv7(),
  kind text not null,
  state text not null default 'pending'::text,
  customer_id uuid,
  subject_kind text not null,
  subject_id text not null,
  about text not null,
  amount_minor bigint,
  currency text,
  days integer,
  what jsonb not null,
  payload jsonb not null,
  payload_hash text not null,
  booked boolean not null default false,
  evidence jsonb,
  requested_by text not null,
  requested_role text not null,
  reason text not null,
  route_row text not null,
  policy_version text not null,
  requested_at timestamptz not null,
  expires_at timestamptz,
  decided_by text,
  on_behalf_of text,
  decision_reason text,
  outcome jsonb,
  closed_at timestamptz,
  constraint pending_act_pkey primary key (id),
  constraint pending_act_amount_minor_check check ((amount_minor >= 0)),
  constraint pending_act_check check (((amount_minor IS NULL) = (currency IS NULL))),
  constraint pending_act_check1 check (((state = 'pending'::text) = (closed_at IS NULL))),
  constraint pending_act_four_eyes check (((state <> ALL (ARRAY['approved'::text, 'declined'::text])) OR ((decided_by IS NOT NULL) AND (decided_by <> requested_by) AND (on_behalf_of IS DISTINCT FROM requested_by)))),
  constraint pending_act_state_check check (state in ('pending', 'approved', 'declined', 'withdrawn', 'lapsed'))
);
create index pending_act_customer on pending_act (customer_id, id);
create index pending_act_expiry on pending_act (expires_at) where (state = 'pending'::text);
create unique index pending_act_once on pending_act (kind, subject_kind, subject_id) where (state = 'pending'::text);
comment on column pending_act.about is 'of its tasks, without names: e.g. invoice INV-1/1';
comment on column pending_act.what is 'what is asked for, as people read it: amounts as decimal strings';
comment on column pending_act.payload is 'what is carried out when it is approved: never changed, its hash stands beside it';
comment on column pending_act.booked is 'the ERP has booked it already: until it is decided it is not asked for, and everything else keeps the old value';
revoke delete on pending_act from duecourse_app;

create table pending_act_receivable (
  act_id uuid not null,
  receivable_id uuid not null,
  amount_minor bigint not null,
  constraint pending_act_receivable_pkey primary key (act_id, receivable_id),
  constraint pending_act_receivable_amount_minor_check check ((amount_minor > 0))
);
create index pending_act_receivable_of on pending_act_receivable (receivable_id);
revoke update on pending_act_receivable from duecourse_app;

create table go_live_window (
  id uuid not null default uuidv7(),
  state text not null default 'open'::text,
  valid_from date not null,
  valid_until date not null,
  requested_by text not null,
  opened_by text not null,
  opened_at timestamptz not null,
  close_requested_by text,
  closed_by text,
  closed_at timestamptz,
  constraint go_live_window_pkey primary key (id),
  constraint go_live_window_check check ((valid_until >= valid_from)),
  constraint go_live_window_check1 check ((opened_by <> requested_by)),
  constraint go_live_window_check2 check (((closed_by IS NULL) OR (closed_by <> close_requested_by))),
  constraint go_live_window_state_check check (state in ('open', 'closing', 'closed'))
);
create unique index go_live_window_one on go_live_window ((true)) where (state <> 'closed'::text);

-- ledger
create table invoice (
  id uuid not null default uuidv7(),
  external_id text not null,
  customer_id uuid not null,
  number text not null,
  issue_date date not null,
  currency text not null,
  amount_minor bigint not null,
  tax_rate text,
  tax_minor bigint,
  contract text,
  order_code text,
  ladder text,
  terms_days integer,
  terms_from text,
  delivered_on date,
  content_hash text not null,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  terms_rule jsonb,
  agreed_minor bigint,
  constraint invoice_pkey primary key (id),
  constraint invoice_external_id_key unique (external_id),
  constraint invoice_amount_minor_check check (((amount_minor >= 0) AND (amount_minor <= '9007199254740991'::bigint))),
  constraint invoice_terms_days_check check (((terms_days >= 0) AND (terms_days <= 720))),
  constraint invoice_terms_from_check check (terms_from in ('invoiceDate', 'endOfMonth', 'delivery'))
);
create index invoice_customer on invoice (customer_id, issue_date);
create index invoice_faulty on invoice (id) where (out_of_time(issue_date, created_at) OR out_of_sum(amount_minor));
create index invoice_number on invoice (customer_id, number);
create index invoice_order on invoice (order_code) where (order_code IS NOT NULL);
create index invoice_printed on invoice (number);
comment on column invoice.agreed_minor is 'the most it was worth, less its discount, since a second person last agreed to less; null: never corrected, what it is worth now';

create table receivable (
  id uuid not null default uuidv7(),
  invoice_id uuid not null,
  customer_id uuid not null,
  instalment integer not null,
  kind text not null default 'other'::text,
  due_date date not null,
  currency text not null,
  amount_minor bigint not null,
  paid_minor bigint not null default 0,
  credited_minor bigint not null default 0,
  written_off_minor bigint not null default 0,
  stage text not null default 'scheduled'::text,
  outcome text,
  ladder text not null,
  policy_version integer not null,
  collect_from date,
  withdrawn boolean not null default false,
  posted_at timestamptz not null,
  pauses jsonb not null default '[]'::jsonb,
  seq bigint not null default 1,
  plan_step text not null,
  plan_rung text,
  plan_at timestamptz,
  plan_why jsonb not null,
  question text,
  agreed_due_date date,
  limitation_due_date date,
  suspected boolean not null default false,
  discount_minor bigint not null default 0,
  discount_until date,
  discount_claimed boolean not null default false,
  holds_since date,
  constraint receivable_pkey primary key (id),
  constraint receivable_invoice_id_instalment_key unique (invoice_id, instalment),
  constraint receivable_amount_minor_check check ((amount_minor >= 0)),
  constraint receivable_check check ((((paid_minor + credited_minor) + written_off_minor) <= amount_minor)),
  constraint receivable_check1 check (((stage = 'closed'::text) = (outcome IS NOT NULL))),
  constraint receivable_credited_minor_check check ((credited_minor >= 0)),
  constraint receivable_discount_minor_check check ((discount_minor >= 0)),
  constraint receivable_kind_check check (kind in ('equipment', 'maintenance', 'insurance', 'other')),
  constraint receivable_outcome_check check (outcome in ('paid', 'credited', 'replaced-by-plan', 'written-off', 'nothing-owed')),
  constraint receivable_paid_minor_check check ((paid_minor >= 0)),
  constraint receivable_plan_step_check check (plan_step in ('wait', 'notice', 'remind', 'work-order', 'escalate', 'legal', 'close')),
  constraint receivable_question_check check (question in ('due-date', 'discount')),
  constraint receivable_stage_check check (stage in ('scheduled', 'due', 'reminder', 'escalation', 'legal', 'closed')),
  constraint receivable_written_off_minor_check check ((written_off_minor >= 0))
) with (fillfactor=80);
create index receivable_customer on receivable (customer_id, due_date) where (stage <> 'closed'::text);
create index receivable_customer_all on receivable (customer_id, id);
create index receivable_faulty on receivable (id) where (out_of_time(due_date, posted_at) OR out_of_sum(amount_minor));
create index receivable_holds on receivable (customer_id) where (holds_since IS NOT NULL);
create index receivable_in_question on receivable (customer_id) where (question IS NOT NULL);
create index receivable_late on receivable (customer_id, stage) where (stage = ANY (ARRAY['reminder'::text, 'escalation'::text, 'legal'::text]));
create index receivable_left_alone on receivable (id) where ((plan_why ->> 'code'::text) = 'faulty'::text);
create index receivable_open on receivable (customer_id) where (((paid_minor + credited_minor) + written_off_minor) < amount_minor);
create index receivable_stage on receivable (stage, due_date);
create index receivable_suspected on receivable (customer_id) where suspected;
create index receivable_written_off on receivable (customer_id) where (written_off_minor > 0);
comment on column receivable.written_off_minor is 'written off and neither taken back nor recovered: paid_minor holds what was recovered';
comment on column receivable.question is 'why a person must look before it is asked for; null: nothing in question';
comment on column receivable.suspected is 'its invoice looks like another one under another key: not asked for, nor held against orders, until a person has looked';

create table receivable_version (
  id bigint not null generated always as identity,
  receivable_id uuid not null,
  until timestamptz not null,
  amount_minor bigint not null,
  due_date date not null,
  withdrawn boolean not null,
  constraint receivable_version_pkey primary key (id)
);
create index receivable_version_of on receivable_version (receivable_id, until);

create table payment (
  id uuid not null default uuidv7(),
  external_id text not null,
  customer_id uuid not null,
  amount_minor bigint not null,
  unapplied_minor bigint not null,
  currency text not null,
  received_on date not null,
  reference text,
  content_hash text not null,
  posted_at timestamptz not null,
  reversed_at timestamptz,
  reversed_on date,
  clears_on date,
  order_code text,
  refunded_minor bigint not null default 0,
  returned_minor bigint not null default 0,
  paid_currency text,
  paid_minor bigint,
  exchange_rate numeric,
  exchange_source text,
  exchange_difference_minor bigint not null default 0,
  on_account boolean not null default false,
  converted_at timestamptz,
  constraint payment_pkey primary key (id),
  constraint payment_external_id_key unique (external_id),
  constraint payment_amount_minor_check check (((amount_minor > 0) AND (amount_minor <= '9007199254740991'::bigint))),
  constraint payment_check check ((unapplied_minor <= amount_minor)),
  constraint payment_check1 check ((((unapplied_minor + refunded_minor) + returned_minor) <= amount_minor)),
  constraint payment_check2 check ((((paid_currency IS NULL) = (paid_minor IS NULL)) AND ((paid_currency IS NULL) = (exchange_source IS NULL)))),
  constraint payment_exchange_source_check check (exchange_source in ('bank', 'file')),
  constraint payment_paid_minor_check check ((paid_minor > 0)),
  constraint payment_refunded_minor_check check ((refunded_minor >= 0)),
  constraint payment_returned_minor_check check ((returned_minor >= 0)),
  constraint payment_unapplied_minor_check check ((unapplied_minor >= 0))
);
create index payment_bills on payment (customer_id) where ((clears_on IS NOT NULL) AND (reversed_at IS NULL));
create index payment_customer on payment (customer_id, received_on);
create index payment_faulty on payment (id) where (out_of_time(received_on, posted_at) OR out_of_sum(amount_minor) OR out_of_sum(unapplied_minor));
create index payment_order on payment (order_code) where (order_code IS NOT NULL);
create index payment_unapplied on payment (customer_id) where (unapplied_minor > 0);
comment on column payment.converted_at is 'when money that lay in its own currency was converted; null: as it was posted, or never';

create table payment_return (
  payment_id uuid not null,
  amount_minor bigint not null,
  returned_on date not null,
  posted_at timestamptz not null,
  constraint payment_return_amount_minor_check check ((amount_minor > 0))
);
create index payment_return_payment on payment_return (payment_id);

create table payment_wait (
  payment_id uuid not null,
  base text not null,
  quote text not null,
  lines jsonb,
  constraint payment_wait_pkey primary key (payment_id)
);
create index payment_wait_pair on payment_wait (base, quote);
comment on column payment_wait.lines is 'what the payer chose: null where only a text names it';

create table credit_note (
  id uuid not null default uuidv7(),
  external_id text not null,
  customer_id uuid not null,
  invoice_id uuid,
  amount_minor bigint not null,
  unapplied_minor bigint not null,
  currency text not null,
  issued_on date not null,
  reason text not null,
  content_hash text not null,
  posted_at timestamptz not null,
  on_account boolean not null default false,
  refunded_minor bigint not null default 0,
  reversed_at timestamptz,
  reversed_on date,
  kind text not null default 'note'::text,
  agreed boolean not null default false,
  constraint credit_note_pkey primary key (id),
  constraint credit_note_external_id_key unique (external_id),
  constraint credit_note_amount_minor_check check (((amount_minor > 0) AND (amount_minor <= '9007199254740991'::bigint))),
  constraint credit_note_check check (((invoice_id IS NOT NULL) OR on_account)),
  constraint credit_note_check1 check (((unapplied_minor + refunded_minor) <= amount_minor)),
  constraint credit_note_kind_check check (kind in ('note', 'discount')),
  constraint credit_note_refunded_minor_check check ((refunded_minor >= 0)),
  constraint credit_note_unapplied_minor_check check ((unapplied_minor >= 0))
);
create index credit_note_customer on credit_note (customer_id, issued_on);
create index credit_note_faulty on credit_note (id) where (out_of_time(issued_on, posted_at) OR out_of_sum(amount_minor));
create index credit_note_invoice on credit_note (invoice_id) where (invoice_id IS NOT NULL);
create index credit_note_unapplied on credit_note (customer_id) where (unapplied_minor > 0);
comment on column credit_note.agreed is 'a second person agreed to it, or to the go-live window it came in by; a discount that a person granted stays while it is exactly what is left';

create table allocation (
  id uuid not null default uuidv7(),
  receivable_id uuid not null,
  payment_id uuid,
  credit_note_id uuid,
  amount_minor bigint not null,
  value_date date not null,
  posted_at timestamptz not null,
  reversed_at timestamptz,
  recovered_minor bigint not null default 0,
  basis text,
  constraint allocation_pkey primary key (id),
  constraint allocation_amount_minor_check check ((amount_minor > 0)),
  constraint allocation_check check (((payment_id IS NULL) <> (credit_note_id IS NULL))),
  constraint allocation_check1 check (((recovered_minor >= 0) AND (recovered_minor <= amount_minor)))
);
create index allocation_credit_note on allocation (credit_note_id) where (credit_note_id IS NOT NULL);
create index allocation_payment on allocation (payment_id);
create index allocation_receivable on allocation (receivable_id);

create table write_off (
  id uuid not null default uuidv7(),
  receivable_id uuid not null,
  customer_id uuid not null,
  amount_minor bigint not null,
  currency text not null,
  written_off_on date not null,
  reason text not null,
  posted_at timestamptz not null,
  posted_by text not null,
  reversed_on date,
  reversed_at timestamptz,
  reversed_by text,
  reversal_reason text,
  constraint write_off_pkey primary key (id),
  constraint write_off_amount_minor_check check (((amount_minor > 0) AND (amount_minor <= '9007199254740991'::bigint))),
  constraint write_off_check check (((reversed_at IS NULL) = (reversed_on IS NULL)))
);
create index write_off_customer on write_off (customer_id, written_off_on);
create index write_off_receivable on write_off (receivable_id);

create table refund (
  id uuid not null default uuidv7(),
  external_id text not null,
  customer_id uuid not null,
  amount_minor bigint not null,
  currency text not null,
  paid_on date not null,
  reason text not null,
  content_hash text not null,
  posted_at timestamptz not null,
  reversed_at timestamptz,
  reversed_on date,
  agreed boolean not null default false,
  constraint refund_pkey primary key (id),
  constraint refund_external_id_key unique (external_id),
  constraint refund_amount_minor_check check (((amount_minor > 0) AND (amount_minor <= '9007199254740991'::bigint)))
);
create index refund_customer on refund (customer_id, paid_on);
comment on column refund.agreed is 'a second person agreed to it';

create table refund_share (
  refund_id uuid not null,
  payment_id uuid,
  credit_note_id uuid,
  amount_minor bigint not null,
  constraint refund_share_amount_minor_check check ((amount_minor > 0)),
  constraint refund_share_check check (((payment_id IS NULL) <> (credit_note_id IS NULL)))
);
create index refund_share_credit_note on refund_share (credit_note_id) where (credit_note_id IS NOT NULL);
create index refund_share_payment on refund_share (payment_id) where (payment_id IS NOT NULL);
create index refund_share_refund on refund_share (refund_id);

create table exchange_rate (
  base text not null,
  quote text not null,
  on_date date not null,
  rate numeric(20,10) not null,
  source text not null,
  recorded_by text not null,
  recorded_at timestamptz not null,
  constraint exchange_rate_pkey primary key (base, quote, on_date),
  constraint exchange_rate_check check ((quote <> base)),
  constraint exchange_rate_rate_check check ((rate > (0)::numeric))
);

create table exchange_rate_before (
  base text not null,
  quote text not null,
  on_date date not null,
  rate numeric(20,10) not null,
  recorded_at timestamptz not null,
  replaced_at timestamptz not null
);
create index exchange_rate_before_pair on exchange_rate_before (base, quote, on_date);
comment on table exchange_rate_before is 'rates as they were on file until they were corrected';
revoke delete, update on exchange_rate_before from duecourse_app;

-- dunning
create table rung (
  receivable_id uuid not null,
  rung text not null,
  position integer not null,
  state text not null,
  at timestamptz not null,
  reason text,
  constraint rung_pkey primary key (receivable_id, rung),
  constraint rung_state_check check (state in ('planned', 'requested', 'taken', 'missed', 'skipped', 'before-go-live'))
);
create index rung_requested on rung (receivable_id) where (state = 'requested'::text);

create table promise (
  id uuid not null default uuidv7(),
  receivable_id uuid not null,
  customer_id uuid not null,
  amount_minor bigint not null,
  due_on date not null,
  by_contact text,
  note text not null default ''::text,
  state text not null default 'pending'::text,
  made_at timestamptz not null,
  made_by text not null,
  judged_at timestamptz,
  constraint promise_pkey primary key (id),
  constraint promise_amount_minor_check check ((amount_minor > 0)),
  constraint promise_state_check check (state in ('pending', 'kept', 'part-kept', 'broken', 'cancelled'))
);
create index promise_customer on promise (customer_id, due_on);
create index promise_faulty on promise (id) where (out_of_time(due_on, made_at) OR out_of_sum(amount_minor));
create index promise_receivable on promise (receivable_id);

create table dispute (
  id uuid not null default uuidv7(),
  receivable_id uuid not null,
  customer_id uuid not null,
  amount_minor bigint not null,
  category text not null,
  note text not null default ''::text,
  state text not null default 'open'::text,
  opened_at timestamptz not null,
  opened_by text not null,
  closed_at timestamptz,
  closed_by text,
  resolution text,
  lapsed_at timestamptz,
  unasked_minor bigint,
  return_id uuid,
  rest_of uuid,
  corrected_minor bigint not null default 0,
  constraint dispute_pkey primary key (id),
  constraint dispute_amount_minor_check check ((amount_minor > 0)),
  constraint dispute_category_check check (category in ('quantity', 'price', 'quality', 'paperwork', 'acceptance', 'complaint', 'return', 'other')),
  constraint dispute_check check (((unasked_minor >= 0) AND (unasked_minor <= amount_minor))),
  constraint dispute_check1 check (((corrected_minor >= 0) AND (corrected_minor <= amount_minor))),
  constraint dispute_state_check check (state in ('open', 'upheld', 'part-upheld', 'rejected', 'withdrawn'))
);
create index dispute_customer on dispute (customer_id, closed_at);
create index dispute_let_pass on dispute (customer_id) where ((state = 'open'::text) OR ((state = ANY (ARRAY['upheld'::text, 'part-upheld'::text])) AND (lapsed_at IS NULL)));
create index dispute_receivable on dispute (receivable_id);
create index dispute_return on dispute (return_id) where (return_id IS NOT NULL);

create table payer_copy (
  receivable_id uuid not null,
  rung text not null,
  payer_id uuid not null,
  requested_at timestamptz not null,
  state text not null default 'requested'::text,
  message_id uuid,
  constraint payer_copy_pkey primary key (receivable_id, rung),
  constraint payer_copy_state_check check (state in ('requested', 'sent', 'dropped'))
);
create index payer_copy_requested on payer_copy (payer_id) where (state = 'requested'::text);

-- outreach
create table outreach (
  customer_id uuid not null,
  seq bigint not null default 0,
  plan_step text not null,
  plan_at timestamptz,
  plan_why jsonb not null,
  plan_message uuid,
  constraint outreach_pkey primary key (customer_id)
);

create table message (
  id uuid not null default uuidv7(),
  key text not null,
  customer_id uuid not null,
  contact_id text,
  channel text not null,
  template text not null,
  template_version integer not null,
  class text not null,
  language text not null,
  state text not null,
  reason text,
  outbox boolean not null default false,
  address text not null,
  address_hash text not null,
  subject text,
  body text not null,
  content_hash text not null,
  provider text,
  provider_id text,
  fallback_of uuid,
  receipt_by timestamptz,
  calls integer not null default 0,
  called_at timestamptz,
  followed_at timestamptz,
  at timestamptz not null,
  sending_at timestamptz not null,
  sent_at timestamptz,
  delivered_at timestamptz,
  fallback boolean not null default false,
  wait_until timestamptz,
  constraint message_pkey primary key (id),
  constraint message_key_key unique (key),
  constraint message_channel_check check (channel in ('email', 'sms', 'wecom', 'letter')),
  constraint message_state_check check (state in ('requested', 'deferred', 'sending', 'sent', 'delivered', 'failed', 'unknown', 'dropped'))
);
create index message_address on message (address_hash, sending_at);
create index message_customer on message (customer_id, sending_at);
create index message_fallback on message (customer_id, sending_at) where fallback;
create index message_provider on message (provider, provider_id) where (provider_id IS NOT NULL);
create index message_state on message (state) where (state = ANY (ARRAY['sending'::text, 'unknown'::text]));
create index message_to_follow on message (customer_id) where ((followed_at IS NULL) AND ((state = ANY (ARRAY['failed'::text, 'dropped'::text])) OR (receipt_by IS NOT NULL)));
comment on column message.called_at is 'real time of the provider call that has no known outcome yet; set before the call, so that a crash is seen';
comment on column message.followed_at is 'when a failure or a missing receipt was dealt with: by another channel, or by a person';
comment on column message.wait_until is 'when a delivery that the contact rules held back is tried next; kept when it is tried, so that a second evening is seen';

create table message_rung (
  message_id uuid not null,
  receivable_id uuid not null,
  rung text not null,
  asked_minor bigint not null,
  attempt integer not null default 0,
  to_payer boolean not null default false,
  constraint message_rung_pkey primary key (message_id, receivable_id, rung),
  constraint message_rung_receivable_id_rung_to_payer_attempt_key unique (receivable_id, rung, to_payer, attempt)
);
create index message_rung_receivable on message_rung (receivable_id);
comment on column message_rung.attempt is '0: the first message of the rung; 1, 2, …: its fallbacks. The same rung can never be in two first messages';

create table receipt (
  id uuid not null default uuidv7(),
  provider text not null,
  event_key text not null,
  provider_id text not null,
  message_id uuid,
  status text not null,
  code text,
  at timestamptz not null,
  applied boolean not null default false,
  constraint receipt_pkey primary key (id),
  constraint receipt_provider_event_key_key unique (provider, event_key)
);
create index receipt_parked on receipt (provider, provider_id) where (NOT applied);

create table notice (
  id uuid not null default uuidv7(),
  key text not null,
  customer_id uuid not null,
  template text not null,
  context jsonb not null,
  process text not null,
  state text not null default 'requested'::text,
  reason text,
  tried jsonb not null default '[]'::jsonb,
  requested_at timestamptz not null,
  taken_at timestamptz,
  message_id uuid,
  constraint notice_pkey primary key (id),
  constraint notice_key_key unique (key),
  constraint notice_state_check check (state in ('requested', 'taken', 'dropped'))
);
create index notice_message on notice (message_id) where (message_id IS NOT NULL);
create index notice_requested on notice (customer_id) where (state = 'requested'::text);

create table contact_log (
  id uuid not null default uuidv7(),
  customer_id uuid not null,
  receivable_id uuid,
  kind text not null,
  contact_id text,
  outcome text not null,
  note text not null default ''::text,
  at timestamptz not null,
  by_actor text not null,
  warnings text[] not null default ARRAY[]::text[],
  constraint contact_log_pkey primary key (id),
  constraint contact_log_kind_check check (kind in ('call', 'visit', 'email', 'other'))
);
create index contact_log_customer on contact_log (customer_id, at);

create table opt_out (
  address_hash text not null,
  channel text not null,
  at timestamptz not null,
  source text not null,
  lifted_at timestamptz,
  constraint opt_out_pkey primary key (address_hash, channel),
  constraint opt_out_channel_check check (channel in ('email', 'sms', 'wecom', 'letter'))
);

-- credit
create table credit_profile (
  customer_id uuid not null,
  grade text,
  score integer,
  max_terms_days integer,
  graded_at timestamptz,
  valid_until date,
  review_on date,
  profile_as_of date,
  licence_until date,
  listed jsonb not null default '[]'::jsonb,
  median_order_minor jsonb not null default '{}'::jsonb,
  version bigint not null default 1,
  ladder text,
  constraint credit_profile_pkey primary key (customer_id),
  constraint credit_profile_max_terms_days_check check (((max_terms_days >= 0) AND (max_terms_days <= 720)))
);
comment on column credit_profile.profile_as_of is 'the day up to which the books were last calculated and judged for this customer';
comment on column credit_profile.listed is 'sanction or court-list entries in force: [{list, since, evidence}]';
comment on column credit_profile.median_order_minor is 'median order of the last year by currency, for the check of abnormal orders';

create table profile_fact (
  id uuid not null default uuidv7(),
  customer_id uuid not null,
  name text not null,
  value jsonb not null,
  as_of date not null,
  source text not null,
  evidence jsonb,
  recorded_at timestamptz not null,
  recorded_by text not null,
  superseded_at timestamptz,
  constraint profile_fact_pkey primary key (id)
);
create unique index profile_fact_current on profile_fact (customer_id, name) where (superseded_at IS NULL);
create index profile_fact_history on profile_fact (customer_id, name, recorded_at);

create table assessment (
  id uuid not null default uuidv7(),
  customer_id uuid not null,
  application_id uuid,
  at timestamptz not null,
  policy_versions jsonb not null,
  facts jsonb not null,
  score integer,
  grade text,
  verdict jsonb not null,
  proposal jsonb not null,
  facts_hash text not null,
  constraint assessment_pkey primary key (id)
);
create index assessment_customer on assessment (customer_id, at);
revoke delete, update on assessment from duecourse_app;

create table credit_application (
  id uuid not null default uuidv7(),
  external_id text not null,
  customer_id uuid not null,
  kind text not null,
  state text not null default 'assessing'::text,
  limit_minor bigint,
  currency text not null,
  terms_days integer,
  valid_until date,
  reason text not null,
  requested_by text not null,
  assessment_id uuid,
  exposure_version bigint,
  dossier_hash text,
  policy_version text,
  round integer not null default 1,
  waiting_for jsonb,
  granted jsonb,
  content_hash text not null,
  submitted_at timestamptz not null,
  expires_at timestamptz,
  decided_at timestamptz,
  seq bigint not null default 0,
  plan_step text not null default 'gather'::text,
  plan_at timestamptz,
  plan_why jsonb not null default '{"code": "submitted", "params": {}}'::jsonb,
  offer jsonb not null default '{}'::jsonb,
  gathered_at timestamptz,
  routed_at timestamptz,
  warned_at timestamptz,
  connectors jsonb not null default '[]'::jsonb,
  route_row text,
  requested_role text not null default 'sales'::text,
  constraint credit_application_pkey primary key (id),
  constraint credit_application_external_id_key unique (external_id),
  constraint credit_application_kind_check check (kind in ('new', 'raise', 'temporary', 'terms', 'review')),
  constraint credit_application_limit_minor_check check ((limit_minor >= 0)),
  constraint credit_application_state_check check (state in ('assessing', 'awaiting-decision', 'returned', 'approved', 'declined', 'withdrawn', 'expired')),
  constraint credit_application_terms_days_check check (((terms_days >= 0) AND (terms_days <= 720)))
);
create index credit_application_customer on credit_application (customer_id, submitted_at);
create index credit_application_file on credit_application (dossier_hash) where (dossier_hash IS NOT NULL);
create unique index credit_application_open on credit_application (customer_id, kind) where (state = ANY (ARRAY['assessing'::text, 'awaiting-decision'::text, 'returned'::text]));
create index credit_application_state on credit_application (state, submitted_at) where (state = ANY (ARRAY['assessing'::text, 'awaiting-decision'::text, 'returned'::text]));
comment on column credit_application.waiting_for is 'why it does not go on: a connector that is down, facts that are being refreshed, answers of the applicant';
comment on column credit_application.offer is 'what lies on the table: {limitMinor, currency, termsDays, validUntil}, as asked for and lowered by counter-proposals';
comment on column credit_application.connectors is 'asked for facts in this round already';

create table credit_review (
  id uuid not null default uuidv7(),
  key text not null,
  customer_id uuid not null,
  cause text not null,
  detail jsonb not null default '{}'::jsonb,
  due_at timestamptz not null,
  state text not null default 'open'::text,
  application_id uuid,
  closed_at timestamptz,
  seq bigint not null default 0,
  plan_step text not null default 'wait'::text,
  plan_at timestamptz,
  plan_why jsonb not null default '{"code": "review-due", "params": {}}'::jsonb,
  constraint credit_review_pkey primary key (id),
  constraint credit_review_key_key unique (key),
  constraint credit_review_cause_check check (cause in ('date', 'early-warning', 'broken-promise', 'promise-kept', 'limit-expiry', 'request', 'dunning')),
  constraint credit_review_state_check check (state in ('open', 'running', 'raised', 'kept', 'lowered', 'cancelled'))
);
create index credit_review_customer on credit_review (customer_id) where (state = ANY (ARRAY['open'::text, 'running'::text]));

create table early_warning (
  id uuid not null default uuidv7(),
  key text not null,
  customer_id uuid not null,
  kind text not null,
  severity text not null,
  detail jsonb not null,
  effects jsonb not null default '[]'::jsonb,
  policy_version text not null,
  raised_at timestamptz not null,
  closed_at timestamptz,
  times integer not null default 1,
  constraint early_warning_pkey primary key (id),
  constraint early_warning_key_key unique (key),
  constraint early_warning_severity_check check (severity in ('notice', 'warning', 'alarm'))
);
create index early_warning_customer on early_warning (customer_id, raised_at);
create index early_warning_open on early_warning (customer_id) where (closed_at IS NULL);

create table credit_account (
  id uuid not null default uuidv7(),
  kind text not null,
  code text not null,
  currency text not null,
  customer_id uuid,
  group_account uuid,
  reserved_minor bigint not null default 0,
  ordered_minor bigint not null default 0,
  delivered_minor bigint not null default 0,
  open_minor bigint not null default 0,
  bills_minor bigint not null default 0,
  deposits_minor bigint not null default 0,
  version bigint not null default 1,
  opened_at timestamptz not null,
  constraint credit_account_pkey primary key (id),
  constraint credit_account_kind_code_currency_key unique (kind, code, currency),
  constraint credit_account_bills_minor_check check ((bills_minor >= 0)),
  constraint credit_account_check check (((kind = 'payer'::text) OR (group_account IS NULL))),
  constraint credit_account_delivered_minor_check check ((delivered_minor >= 0)),
  constraint credit_account_deposits_minor_check check ((deposits_minor >= 0)),
  constraint credit_account_kind_check check (kind in ('payer', 'group')),
  constraint credit_account_open_minor_check check ((open_minor >= 0)),
  constraint credit_account_ordered_minor_check check ((ordered_minor >= 0)),
  constraint credit_account_reserved_minor_check check ((reserved_minor >= 0))
) with (fillfactor=70);
create index credit_account_group on credit_account (group_account) where (group_account IS NOT NULL);
comment on table credit_account is 'opened by the first limit, security or order of a payer; what was owed then is its opening entry';

create table credit_member (
  customer_id uuid not null,
  currency text not null,
  account_id uuid not null,
  constraint credit_member_pkey primary key (customer_id, currency)
);
create index credit_member_account on credit_member (account_id);

create table exposure_entry (
  seq bigint not null generated always as identity,
  account_id uuid not null,
  bucket text not null,
  on_date date,
  delta_minor bigint not null,
  cause text not null,
  cause_id text not null,
  business_at timestamptz not null,
  constraint exposure_entry_pkey primary key (seq),
  constraint exposure_entry_bucket_check check (bucket in ('reserved', 'ordered', 'delivered', 'open', 'bills', 'deposits')),
  constraint exposure_entry_delta_minor_check check ((delta_minor <> 0))
);
create index exposure_entry_account on exposure_entry (account_id, seq);
revoke delete, update on exposure_entry from duecourse_app;

create table exposure_by_date (
  account_id uuid not null,
  bucket text not null,
  on_date date not null,
  amount_minor bigint not null,
  constraint exposure_by_date_pkey primary key (account_id, bucket, on_date),
  constraint exposure_by_date_bucket_check check (bucket in ('reserved', 'ordered', 'open', 'bills'))
) with (fillfactor=70);

create table credit_limit (
  id uuid not null default uuidv7(),
  account_id uuid not null,
  kind text not null,
  amount_minor bigint not null,
  valid_from date not null,
  valid_until date,
  application_id uuid,
  external_id text,
  set_by text not null,
  reason text not null,
  set_at timestamptz not null,
  revoked_at timestamptz,
  go_live_window_id uuid,
  constraint credit_limit_pkey primary key (id),
  constraint credit_limit_external_id_key unique (external_id),
  constraint credit_limit_amount_minor_check check ((amount_minor >= 0)),
  constraint credit_limit_check check ((valid_until >= valid_from)),
  constraint credit_limit_kind_check check (kind in ('standing', 'temporary'))
);
create index credit_limit_account on credit_limit (account_id) where (revoked_at IS NULL);

create table security (
  id uuid not null default uuidv7(),
  external_id text not null,
  account_id uuid not null,
  kind text not null,
  effect text not null,
  value_minor bigint not null,
  share numeric(5,4) not null,
  valid_from date not null,
  valid_until date,
  evidence jsonb,
  content_hash text not null,
  released_at timestamptz,
  constraint security_pkey primary key (id),
  constraint security_external_id_key unique (external_id),
  constraint security_check check ((valid_until >= valid_from)),
  constraint security_effect_check check (effect in ('raises-limit', 'lowers-exposure')),
  constraint security_kind_check check (kind in ('guarantee', 'deposit', 'insurance', 'mortgage', 'letter-of-credit', 'other')),
  constraint security_share_check check (((share >= (0)::numeric) AND (share <= (1)::numeric))),
  constraint security_value_minor_check check ((value_minor > 0))
);
create index security_account on security (account_id) where (released_at IS NULL);
comment on column security.share is 'what of the value counts: the percentage that raises the limit, or 1 - haircut';

-- orders
create table sales_order (
  id uuid not null default uuidv7(),
  external_id text not null,
  customer_id uuid not null,
  account_id uuid not null,
  currency text not null,
  requested_ship_date date not null,
  prepaid boolean not null default false,
  amount_minor bigint not null,
  decision text not null,
  state text not null default 'open'::text,
  approved_minor bigint,
  approved_on date,
  reserved_until timestamptz,
  put_by text not null,
  content_hash text not null,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  beyond_horizon boolean not null default false,
  covered_minor bigint not null default 0,
  prices_with_tax boolean not null default true,
  tax_rate text,
  constraint sales_order_pkey primary key (id),
  constraint sales_order_external_id_key unique (external_id),
  constraint sales_order_amount_minor_check check ((amount_minor > 0)),
  constraint sales_order_covered_minor_check check ((covered_minor >= 0)),
  constraint sales_order_decision_check check (decision in ('approved', 'held', 'rejected')),
  constraint sales_order_state_check check (state in ('open', 'closed', 'cancelled', 'lapsed'))
) with (fillfactor=80);
create index sales_order_beyond on sales_order (customer_id, requested_ship_date) where beyond_horizon;
create index sales_order_customer on sales_order (customer_id, created_at);
create index sales_order_faulty on sales_order (id) where (out_of_time(requested_ship_date, created_at) OR out_of_sum(amount_minor));
create index sales_order_held on sales_order (account_id) where ((state = 'open'::text) AND (decision = 'held'::text));
create index sales_order_open on sales_order (account_id) where (state = 'open'::text);
create index sales_order_prepaid on sales_order (customer_id) where (prepaid AND (state = 'open'::text));

create table order_line (
  order_id uuid not null,
  line integer not null,
  item text not null,
  product_line text,
  quantity numeric(18,6) not null,
  unit_price text not null,
  amount_minor bigint not null,
  held_minor bigint not null default 0,
  prepaid_minor bigint not null default 0,
  reserved_minor bigint not null default 0,
  ordered_minor bigint not null default 0,
  delivered_minor bigint not null default 0,
  invoiced_minor bigint not null default 0,
  cancelled_minor bigint not null default 0,
  shipped_quantity numeric(18,6) not null default 0,
  returned_minor bigint not null default 0,
  constraint order_line_pkey primary key (order_id, line),
  constraint each_cent_once check (((((((((held_minor + prepaid_minor) + reserved_minor) + ordered_minor) + delivered_minor) + invoiced_minor) + cancelled_minor) + returned_minor) = amount_minor)),
  constraint order_line_amount_minor_check check ((amount_minor >= 0)),
  constraint order_line_cancelled_minor_check check ((cancelled_minor >= 0)),
  constraint order_line_check check (((shipped_quantity >= (0)::numeric) AND (shipped_quantity <= quantity))),
  constraint order_line_delivered_minor_check check ((delivered_minor >= 0)),
  constraint order_line_held_minor_check check ((held_minor >= 0)),
  constraint order_line_invoiced_minor_check check ((invoiced_minor >= 0)),
  constraint order_line_ordered_minor_check check ((ordered_minor >= 0)),
  constraint order_line_prepaid_minor_check check ((prepaid_minor >= 0)),
  constraint order_line_quantity_check check ((quantity > (0)::numeric)),
  constraint order_line_reserved_minor_check check ((reserved_minor >= 0)),
  constraint order_line_returned_minor_check check ((returned_minor >= 0))
) with (fillfactor=80);

create table order_decision (
  id uuid not null default uuidv7(),
  order_id uuid not null,
  version integer not null,
  at timestamptz not null,
  decision text not null,
  amount_minor bigint not null,
  reasons jsonb not null,
  before_minor bigint not null,
  after_minor bigint not null,
  limit_minor bigint,
  account_version bigint not null,
  policy_version text not null,
  actor text not null,
  currency text,
  constraint order_decision_pkey primary key (id),
  constraint order_decision_decision_check check (decision in ('approved', 'held', 'rejected'))
);
create index order_decision_order on order_decision (order_id, at);
revoke delete, update on order_decision from duecourse_app;

create table order_invoice (
  order_id uuid not null,
  line integer not null,
  invoice_id uuid not null,
  amount_minor bigint not null,
  from_bucket text not null,
  constraint order_invoice_pkey primary key (order_id, line, invoice_id, from_bucket),
  constraint order_invoice_amount_minor_check check ((amount_minor > 0))
);
create index order_invoice_invoice on order_invoice (invoice_id);

create table order_hold (
  id uuid not null default uuidv7(),
  order_id uuid not null,
  customer_id uuid not null,
  state text not null default 'open'::text,
  forced boolean not null default false,
  amount_minor bigint not null,
  reasons jsonb not null,
  requested_by text not null,
  opened_at timestamptz not null,
  expires_at timestamptz not null,
  closed_at timestamptz,
  outcome jsonb,
  seq bigint not null default 0,
  plan_step text not null default 'route'::text,
  plan_at timestamptz,
  plan_why jsonb not null default '{"code": "held", "params": {}}'::jsonb,
  order_version integer,
  round integer not null default 1,
  routed_at timestamptz,
  routed_version integer,
  routed_minor bigint,
  route_row text,
  policy_version text,
  warned_at timestamptz,
  offer jsonb not null default '{"as": "reserved", "lines": "all"}'::jsonb,
  exposure_version bigint,
  dossier_hash text,
  judged text,
  constraint order_hold_pkey primary key (id),
  constraint order_hold_state_check check (state in ('open', 'released', 'part-released', 'rejected', 'lapsed'))
);
create index order_hold_customer on order_hold (customer_id, opened_at);
create unique index order_hold_open on order_hold (order_id) where (state = 'open'::text);
create index order_hold_opened on order_hold (opened_at, id);
comment on column order_hold.requested_by is 'whoever asked for what this round decides';

create table goods_return (
  id uuid not null default uuidv7(),
  external_id text not null,
  order_id uuid not null,
  customer_id uuid not null,
  returned_on date not null,
  reason text not null,
  state text not null default 'posted'::text,
  credit text not null default 'none'::text,
  content_hash text not null,
  posted_by text not null,
  posted_at timestamptz not null,
  withdrawn_at timestamptz,
  corrected_alone_minor bigint not null default 0,
  constraint goods_return_pkey primary key (id),
  constraint goods_return_external_id_key unique (external_id),
  constraint goods_return_check check (((state = 'withdrawn'::text) = (withdrawn_at IS NOT NULL))),
  constraint goods_return_corrected_alone_minor_check check ((corrected_alone_minor >= 0)),
  constraint goods_return_credit_check check (credit in ('none', 'waits', 'conceded', 'declined')),
  constraint goods_return_state_check check (state in ('posted', 'withdrawn'))
);
create index goods_return_customer on goods_return (customer_id, id);
create index goods_return_order on goods_return (order_id);

create table goods_return_line (
  return_id uuid not null,
  line integer not null,
  quantity numeric(18,6) not null,
  worth_minor bigint not null,
  delivered_minor bigint not null,
  constraint goods_return_line_pkey primary key (return_id, line),
  constraint goods_return_line_check check (((delivered_minor >= 0) AND (delivered_minor <= worth_minor))),
  constraint goods_return_line_quantity_check check ((quantity > (0)::numeric)),
  constraint goods_return_line_worth_minor_check check ((worth_minor >= 0))
);

create table goods_return_invoice (
  return_id uuid not null,
  line integer not null,
  invoice_id uuid not null,
  amount_minor bigint not null,
  constraint goods_return_invoice_pkey primary key (return_id, line, invoice_id),
  constraint goods_return_invoice_amount_minor_check check ((amount_minor > 0))
);
create index goods_return_invoice_invoice on goods_return_invoice (invoice_id);

-- shipments
create table shipment_request (
  id uuid not null default uuidv7(),
  external_id text not null,
  order_id uuid not null,
  customer_id uuid not null,
  decision text not null,
  lines jsonb not null,
  reasons jsonb not null,
  policy_version text not null,
  requested_by text not null,
  content_hash text not null,
  at timestamptz not null,
  closed_at timestamptz,
  constraint shipment_request_pkey primary key (id),
  constraint shipment_request_external_id_key unique (external_id),
  constraint shipment_request_decision_check check (decision in ('ship', 'reduce', 'hold'))
);
create index shipment_request_customer on shipment_request (customer_id, at);
create index shipment_request_order on shipment_request (order_id, at);
comment on column shipment_request.lines is 'as first answered: [{line, requested, allowed}]; what became of it stands in shipment_request_line';

create table shipment_request_line (
  request_id uuid not null,
  line integer not null,
  requested numeric(18,6) not null,
  allowed numeric(18,6) not null,
  issued numeric(18,6) not null default 0,
  dropped numeric(18,6) not null default 0,
  constraint shipment_request_line_pkey primary key (request_id, line),
  constraint each_piece_once check (((allowed + dropped) <= requested)),
  constraint shipment_request_line_check check ((allowed >= issued)),
  constraint shipment_request_line_dropped_check check ((dropped >= (0)::numeric)),
  constraint shipment_request_line_issued_check check ((issued >= (0)::numeric)),
  constraint shipment_request_line_requested_check check ((requested > (0)::numeric))
);

create table shipment (
  id uuid not null default uuidv7(),
  external_id text not null,
  order_id uuid not null,
  request_id uuid,
  lines jsonb not null,
  amount_minor bigint not null,
  issued_on date not null,
  delivered_on date,
  accepted_on date,
  content_hash text not null,
  posted_at timestamptz not null,
  breach jsonb not null default '[]'::jsonb,
  breach_holds uuid,
  breach_settled_at timestamptz,
  constraint shipment_pkey primary key (id),
  constraint shipment_external_id_key unique (external_id),
  constraint shipment_amount_minor_check check ((amount_minor >= 0))
);
create index shipment_breach on shipment (breach_holds) where (breach_holds IS NOT NULL);
create index shipment_order on shipment (order_id);

create table shipment_hold (
  id uuid not null default uuidv7(),
  request_id uuid not null,
  order_id uuid not null,
  customer_id uuid not null,
  state text not null default 'open'::text,
  reasons jsonb not null,
  requested_by text not null,
  ground jsonb,
  evidence jsonb not null default '[]'::jsonb,
  noticed_at timestamptz,
  respond_by timestamptz,
  opened_at timestamptz not null,
  closed_at timestamptz,
  outcome jsonb,
  seq bigint not null default 0,
  plan_step text not null default 'tell'::text,
  plan_at timestamptz,
  plan_why jsonb not null default '{"code": "held", "params": {}}'::jsonb,
  forced boolean not null default false,
  withheld_minor bigint not null default 0,
  round integer not null default 1,
  told_at timestamptz,
  arrived_at timestamptz,
  notice_by_hand jsonb,
  responded_at timestamptz,
  offer jsonb,
  secured_minor bigint not null default 0,
  constraint shipment_hold_pkey primary key (id),
  constraint shipment_hold_request_id_key unique (request_id),
  constraint shipment_hold_state_check check (state in ('open', 'shipped', 'reduced', 'rescinded')),
  constraint shipment_hold_withheld_minor_check check ((withheld_minor >= 0))
);
create index shipment_hold_customer on shipment_hold (customer_id, opened_at);
create index shipment_hold_open on shipment_hold (customer_id) where (state = 'open'::text);
create index shipment_hold_order on shipment_hold (order_id) where (state = 'open'::text);

-- reconciliation
create table statement (
  id uuid not null default uuidv7(),
  customer_id uuid not null,
  currency text not null,
  as_of date not null,
  total_minor bigint not null,
  content_hash text not null,
  state text not null default 'open'::text,
  issued_on date not null,
  issued_at timestamptz not null,
  issued_by text not null,
  respond_by timestamptz not null,
  answered_at timestamptz,
  withdrawn_at timestamptz,
  superseded_by uuid,
  handed_over_at timestamptz,
  seq bigint not null default 0,
  plan_step text not null default 'hand-over'::text,
  plan_at timestamptz,
  constraint statement_pkey primary key (id),
  constraint statement_plan_step_check check (plan_step in ('hand-over', 'close')),
  constraint statement_state_check check (state in ('open', 'agreed', 'disputed', 'silent', 'withdrawn', 'superseded'))
);
create index statement_customer on statement (customer_id, issued_at);
create unique index statement_waiting on statement (customer_id, currency) where ((answered_at IS NULL) AND (withdrawn_at IS NULL) AND (superseded_by IS NULL) AND (handed_over_at IS NULL));
revoke delete on statement from duecourse_app;

create table statement_line (
  statement_id uuid not null,
  line integer not null,
  kind text not null,
  receivable_id uuid,
  payment_id uuid,
  credit_note_id uuid,
  number text not null,
  on_date date not null,
  due_date date,
  amount_minor bigint not null,
  constraint statement_line_pkey primary key (statement_id, line),
  constraint statement_line_amount_minor_check check ((amount_minor <> 0)),
  constraint statement_line_check check ((num_nonnulls(receivable_id, payment_id, credit_note_id) = 1)),
  constraint statement_line_kind_check check (kind in ('receivable', 'payment', 'credit-note'))
);
create index statement_line_receivable on statement_line (receivable_id) where (receivable_id IS NOT NULL);
revoke delete, update on statement_line from duecourse_app;

create table statement_answer (
  id uuid not null default uuidv7(),
  statement_id uuid not null,
  verdict text not null,
  answered_on date not null,
  by_contact text not null,
  channel text not null,
  evidence jsonb,
  content_hash text not null,
  disputed jsonb not null default '[]'::jsonb,
  note text not null default ''::text,
  recorded_at timestamptz not null,
  recorded_by text not null,
  constraint statement_answer_pkey primary key (id),
  constraint statement_answer_statement_id_key unique (statement_id),
  constraint statement_answer_verdict_check check (verdict in ('confirmed', 'disputed'))
);
revoke delete, update on statement_answer from duecourse_app;

create table customer_statement (
  id uuid not null default uuidv7(),
  external_id text not null,
  customer_id uuid not null,
  currency text not null,
  basis text not null,
  from_date date,
  as_of date not null,
  total_minor bigint not null,
  content_hash text not null,
  received_at timestamptz not null,
  received_by text not null,
  settled_at timestamptz,
  withdrawn_at timestamptz,
  superseded_by uuid,
  seq bigint not null default 0,
  plan_step text not null default 'look'::text,
  plan_at timestamptz,
  constraint customer_statement_pkey primary key (id),
  constraint customer_statement_external_id_key unique (external_id),
  constraint customer_statement_basis_check check (basis in ('open-items', 'movements')),
  constraint customer_statement_check check (((basis = 'movements'::text) = (from_date IS NOT NULL))),
  constraint customer_statement_plan_step_check check (plan_step in ('wait', 'look', 'close'))
);
create index customer_statement_customer on customer_statement (customer_id, as_of);
create index customer_statement_open on customer_statement (customer_id) where ((settled_at IS NULL) AND (withdrawn_at IS NULL) AND (superseded_by IS NULL));
revoke delete on customer_statement from duecourse_app;

create table customer_statement_line (
  statement_id uuid not null,
  line integer not null,
  kind text not null,
  number text,
  on_date date not null,
  quantity numeric(18,6),
  amount_minor bigint not null,
  constraint customer_statement_line_pkey primary key (statement_id, line),
  constraint customer_statement_line_amount_minor_check check ((amount_minor <> 0)),
  constraint customer_statement_line_kind_check check (kind in ('invoice', 'payment', 'credit-note', 'return'))
);
revoke delete, update on customer_statement_line from duecourse_app;

create table reconciliation_match (
  id uuid not null default uuidv7(),
  statement_id uuid not null,
  key text not null,
  rule text not null,
  confidence integer not null,
  ours jsonb not null,
  theirs jsonb not null,
  ours_minor bigint not null,
  theirs_minor bigint not null,
  state text not null,
  made_at timestamptz not null,
  decided_at timestamptz,
  decided_by text,
  reason text,
  put_aside_at timestamptz,
  constraint reconciliation_match_pkey primary key (id),
  constraint reconciliation_match_confidence_check check (((confidence >= 0) AND (confidence <= 100))),
  constraint reconciliation_match_rule_check check (rule in ('number', 'amount-date', 'sum')),
  constraint reconciliation_match_state_check check (state in ('taken', 'proposed', 'accepted', 'rejected'))
);
create unique index reconciliation_match_current on reconciliation_match (statement_id, key) where (put_aside_at IS NULL);
revoke delete on reconciliation_match from duecourse_app;

create table reconciliation_difference (
  id uuid not null default uuidv7(),
  customer_id uuid not null,
  statement_id uuid,
  customer_statement_id uuid,
  key text not null,
  kind text not null,
  currency text not null,
  amount_minor bigint not null,
  receivable_id uuid,
  payment_id uuid,
  number text,
  on_date date not null,
  detail jsonb not null default '{}'::jsonb,
  state text not null default 'open'::text,
  opened_at timestamptz not null,
  closed_at timestamptz,
  closed_by text,
  reason text,
  constraint reconciliation_difference_pkey primary key (id),
  constraint reconciliation_difference_amount_minor_check check ((amount_minor <> 0)),
  constraint reconciliation_difference_check check ((num_nonnulls(statement_id, customer_statement_id) = 1)),
  constraint reconciliation_difference_check1 check (((state = 'open'::text) = (closed_at IS NULL))),
  constraint reconciliation_difference_kind_check check (kind in ('timing', 'price', 'quantity', 'unrecorded-return', 'unallocated-payment', 'unknown-document')),
  constraint reconciliation_difference_state_check check (state in ('open', 'adjusted', 'cleared', 'withdrawn'))
);
create index reconciliation_difference_customer on reconciliation_difference (customer_id, opened_at);
create unique index reconciliation_difference_open on reconciliation_difference (COALESCE(statement_id, customer_statement_id), key) where (state = 'open'::text);
create index reconciliation_difference_standing on reconciliation_difference (customer_id) where (state = 'open'::text);
revoke delete on reconciliation_difference from duecourse_app;

create table reconciliation_adjustment (
  id uuid not null default uuidv7(),
  difference_id uuid not null,
  kind text not null,
  amount_minor bigint not null,
  detail jsonb not null default '{}'::jsonb,
  state text not null default 'proposed'::text,
  proposed_by text not null,
  proposed_at timestamptz not null,
  reason text not null,
  decided_by text,
  decided_at timestamptz,
  decision_reason text,
  outcome jsonb,
  constraint reconciliation_adjustment_pkey primary key (id),
  constraint four_eyes check ((decided_by <> proposed_by)),
  constraint reconciliation_adjustment_check check (((state = ANY (ARRAY['approved'::text, 'declined'::text])) = (decided_by IS NOT NULL))),
  constraint reconciliation_adjustment_kind_check check (kind in ('accept-theirs', 'keep-ours', 'allocate-payment')),
  constraint reconciliation_adjustment_state_check check (state in ('proposed', 'approved', 'declined', 'dropped'))
);
create unique index reconciliation_adjustment_open on reconciliation_adjustment (difference_id) where (state = 'proposed'::text);
revoke delete on reconciliation_adjustment from duecourse_app;

-- legal
create table legal_case (
  id uuid not null default uuidv7(),
  customer_id uuid not null,
  currency text not null,
  state text not null default 'demand'::text,
  opened_at timestamptz not null,
  closed_at timestamptz,
  constraint legal_case_pkey primary key (id),
  constraint legal_case_state_check check (state in ('demand', 'path', 'waiting', 'closed'))
);
create index legal_case_customer on legal_case (customer_id, opened_at);
create unique index legal_case_open on legal_case (customer_id, currency) where (state <> 'closed'::text);

create table legal_case_receivable (
  legal_case_id uuid not null,
  receivable_id uuid not null,
  joined_at timestamptz not null,
  constraint legal_case_receivable_pkey primary key (legal_case_id, receivable_id)
);

-- imports
create table job (
  id uuid not null default uuidv7(),
  kind text not null,
  state text not null default 'queued'::text,
  dry_run boolean not null default false,
  done integer not null default 0,
  total integer,
  failures integer not null default 0,
  input jsonb not null default '{}'::jsonb,
  file bytea,
  actor jsonb not null,
  error jsonb,
  result jsonb,
  created_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  leased_until timestamptz,
  constraint job_pkey primary key (id),
  constraint job_state_check check (state in ('queued', 'running', 'done', 'failed'))
);
revoke select on job from duecourse_auditor;

create table job_row (
  job_id uuid not null,
  row_no integer not null,
  state text not null,
  external_id text,
  errors jsonb,
  constraint job_row_pkey primary key (job_id, row_no),
  constraint job_row_state_check check (state in ('created', 'changed', 'unchanged', 'failed'))
);
create index job_row_failed on job_row (job_id, row_no) where (state = 'failed'::text);

-- records
create table audit (
  seq bigint not null generated always as identity,
  at timestamptz not null default clock_timestamp(),
  business_at timestamptz not null,
  actor_kind text not null,
  actor_id text not null,
  action text not null,
  subject_kind text not null,
  subject_id text not null,
  customer_id uuid,
  reason text,
  policy_version text,
  before jsonb,
  after jsonb,
  constraint audit_pkey primary key (seq),
  constraint audit_actor_kind_check check (actor_kind in ('key', 'user', 'system'))
);
create index audit_customer on audit (customer_id, seq);
create index audit_subject on audit (subject_kind, subject_id, seq);
revoke delete, update on audit from duecourse_app;

create table event (
  seq bigint not null generated always as identity,
  tx xid8 not null default pg_current_xact_id(),
  at timestamptz not null default clock_timestamp(),
  business_at timestamptz not null,
  kind text not null,
  subject_kind text not null,
  subject_id text not null,
  customer_id uuid,
  data jsonb not null default '{}'::jsonb,
  constraint event_pkey primary key (seq)
);
create index event_tx on event (tx, seq);
comment on column event.tx is 'readers go on from (tx, seq) below the oldest transaction in flight, so that none is skipped whose commit came late';
revoke delete, update on event from duecourse_app;

-- What refers to what; and bounds that rows of before may not keep to.
alter table connector_call add constraint connector_call_customer_id_fkey foreign key (customer_id) references customer(id);
alter table customer add constraint customer_merged_into_fkey foreign key (merged_into) references customer(id);
alter table customer_key add constraint customer_key_customer_id_fkey foreign key (customer_id) references customer(id);
alter table contact add constraint contact_customer_id_fkey foreign key (customer_id) references customer(id);
alter table data_finding add constraint data_finding_customer_id_fkey foreign key (customer_id) references customer(id);
alter table owner_before add constraint owner_before_customer_id_fkey foreign key (customer_id) references customer(id);
alter table work_order add constraint work_order_customer_id_fkey foreign key (customer_id) references customer(id);
alter table work_order add constraint work_order_legal_case_id_fkey foreign key (legal_case_id) references legal_case(id);
alter table work_order add constraint work_order_receivable_id_fkey foreign key (receivable_id) references receivable(id);
alter table work_order_item add constraint work_order_item_receivable_id_fkey foreign key (receivable_id) references receivable(id);
alter table work_order_item add constraint work_order_item_work_order_id_fkey foreign key (work_order_id) references work_order(id);
alter table approval add constraint approval_work_order_id_fkey foreign key (work_order_id) references work_order(id);
alter table pending_act add constraint pending_act_customer_id_fkey foreign key (customer_id) references customer(id);
alter table pending_act_receivable add constraint pending_act_receivable_act_id_fkey foreign key (act_id) references pending_act(id);
alter table pending_act_receivable add constraint pending_act_receivable_receivable_id_fkey foreign key (receivable_id) references receivable(id);
alter table invoice add constraint invoice_customer_id_fkey foreign key (customer_id) references customer(id);
alter table receivable add constraint receivable_customer_id_fkey foreign key (customer_id) references customer(id);
alter table receivable add constraint receivable_invoice_id_fkey foreign key (invoice_id) references invoice(id);
alter table receivable_version add constraint receivable_version_receivable_id_fkey foreign key (receivable_id) references receivable(id);
alter table payment add constraint payment_customer_id_fkey foreign key (customer_id) references customer(id);
alter table payment_return add constraint payment_return_payment_id_fkey foreign key (payment_id) references payment(id);
alter table payment_wait add constraint payment_wait_payment_id_fkey foreign key (payment_id) references payment(id);
alter table credit_note add constraint credit_note_customer_id_fkey foreign key (customer_id) references customer(id);
alter table credit_note add constraint credit_note_invoice_id_fkey foreign key (invoice_id) references invoice(id);
alter table allocation add constraint allocation_credit_note_id_fkey foreign key (credit_note_id) references credit_note(id);
alter table allocation add constraint allocation_payment_id_fkey foreign key (payment_id) references payment(id);
alter table allocation add constraint allocation_receivable_id_fkey foreign key (receivable_id) references receivable(id);
alter table write_off add constraint write_off_customer_id_fkey foreign key (customer_id) references customer(id);
alter table write_off add constraint write_off_receivable_id_fkey foreign key (receivable_id) references receivable(id);
alter table refund add constraint refund_customer_id_fkey foreign key (customer_id) references customer(id);
alter table refund_share add constraint refund_share_credit_note_id_fkey foreign key (credit_note_id) references credit_note(id);
alter table refund_share add constraint refund_share_payment_id_fkey foreign key (payment_id) references payment(id);
alter table refund_share add constraint refund_share_refund_id_fkey foreign key (refund_id) references refund(id);
alter table rung add constraint rung_receivable_id_fkey foreign key (receivable_id) references receivable(id);
alter table promise add constraint promise_customer_id_fkey foreign key (customer_id) references customer(id);
alter table promise add constraint promise_receivable_id_fkey foreign key (receivable_id) references receivable(id);
alter table dispute add constraint dispute_customer_id_fkey foreign key (customer_id) references customer(id);
alter table dispute add constraint dispute_receivable_id_fkey foreign key (receivable_id) references receivable(id);
alter table dispute add constraint dispute_rest_of_fkey foreign key (rest_of) references dispute(id);
alter table dispute add constraint dispute_return_id_fkey foreign key (return_id) references goods_return(id);
alter table payer_copy add constraint payer_copy_message_id_fkey foreign key (message_id) references message(id);
alter table payer_copy add constraint payer_copy_payer_id_fkey foreign key (payer_id) references customer(id);
alter table payer_copy add constraint payer_copy_receivable_id_fkey foreign key (receivable_id) references receivable(id);
alter table outreach add constraint outreach_customer_id_fkey foreign key (customer_id) references customer(id);
alter table outreach add constraint outreach_plan_message_fkey foreign key (plan_message) references message(id);
alter table message add constraint message_customer_id_fkey foreign key (customer_id) references customer(id);
alter table message add constraint message_fallback_of_fkey foreign key (fallback_of) references message(id);
alter table message_rung add constraint message_rung_message_id_fkey foreign key (message_id) references message(id);
alter table message_rung add constraint message_rung_receivable_id_fkey foreign key (receivable_id) references receivable(id);
alter table receipt add constraint receipt_message_id_fkey foreign key (message_id) references message(id);
alter table notice add constraint notice_customer_id_fkey foreign key (customer_id) references customer(id);
alter table notice add constraint notice_message_id_fkey foreign key (message_id) references message(id);
alter table contact_log add constraint contact_log_customer_id_fkey foreign key (customer_id) references customer(id);
alter table contact_log add constraint contact_log_receivable_id_fkey foreign key (receivable_id) references receivable(id);
alter table credit_profile add constraint credit_profile_customer_id_fkey foreign key (customer_id) references customer(id);
alter table profile_fact add constraint profile_fact_customer_id_fkey foreign key (customer_id) references customer(id);
alter table assessment add constraint assessment_customer_id_fkey foreign key (customer_id) references customer(id);
alter table credit_application add constraint credit_application_assessment_id_fkey foreign key (assessment_id) references assessment(id);
alter table credit_application add constraint credit_application_customer_id_fkey foreign key (customer_id) references customer(id);
alter table credit_review add constraint credit_review_application_id_fkey foreign key (application_id) references credit_application(id);
alter table credit_review add constraint credit_review_customer_id_fkey foreign key (customer_id) references customer(id);
alter table early_warning add constraint early_warning_customer_id_fkey foreign key (customer_id) references customer(id);
alter table credit_account add constraint credit_account_sum_bound check ((((((((reserved_minor)::numeric + (ordered_minor)::numeric) + (delivered_minor)::numeric) + (open_minor)::numeric) + (bills_minor)::numeric) <= ('9007199254740991'::bigint)::numeric) AND (deposits_minor <= '9007199254740991'::bigint))) not valid;
alter table credit_account add constraint credit_account_customer_id_fkey foreign key (customer_id) references customer(id);
alter table credit_account add constraint credit_account_group_account_fkey foreign key (group_account) references credit_account(id);
alter table credit_member add constraint credit_member_account_id_fkey foreign key (account_id) references credit_account(id);
alter table credit_member add constraint credit_member_customer_id_fkey foreign key (customer_id) references customer(id);
alter table exposure_entry add constraint exposure_entry_account_id_fkey foreign key (account_id) references credit_account(id);
alter table exposure_by_date add constraint exposure_by_date_account_id_fkey foreign key (account_id) references credit_account(id);
alter table credit_limit add constraint credit_limit_account_id_fkey foreign key (account_id) references credit_account(id);
alter table credit_limit add constraint credit_limit_application_id_fkey foreign key (application_id) references credit_application(id);
alter table credit_limit add constraint credit_limit_go_live_window_id_fkey foreign key (go_live_window_id) references go_live_window(id);
alter table security add constraint security_account_id_fkey foreign key (account_id) references credit_account(id);
alter table sales_order add constraint sales_order_account_id_fkey foreign key (account_id) references credit_account(id);
alter table sales_order add constraint sales_order_customer_id_fkey foreign key (customer_id) references customer(id);
alter table order_line add constraint order_line_order_id_fkey foreign key (order_id) references sales_order(id);
alter table order_decision add constraint order_decision_sum_bound check (((abs(before_minor) <= '9007199254740991'::bigint) AND (abs(after_minor) <= '9007199254740991'::bigint))) not valid;
alter table order_decision add constraint order_decision_order_id_fkey foreign key (order_id) references sales_order(id);
alter table order_invoice add constraint order_invoice_invoice_id_fkey foreign key (invoice_id) references invoice(id);
alter table order_invoice add constraint order_invoice_order_id_fkey foreign key (order_id) references sales_order(id);
alter table order_hold add constraint order_hold_customer_id_fkey foreign key (customer_id) references customer(id);
alter table order_hold add constraint order_hold_order_id_fkey foreign key (order_id) references sales_order(id);
alter table goods_return add constraint goods_return_customer_id_fkey foreign key (customer_id) references customer(id);
alter table goods_return add constraint goods_return_order_id_fkey foreign key (order_id) references sales_order(id);
alter table goods_return_line add constraint goods_return_line_return_id_fkey foreign key (return_id) references goods_return(id);
alter table goods_return_invoice add constraint goods_return_invoice_invoice_id_fkey foreign key (invoice_id) references invoice(id);
alter table goods_return_invoice add constraint goods_return_invoice_return_id_fkey foreign key (return_id) references goods_return(id);
alter table shipment_request add constraint shipment_request_customer_id_fkey foreign key (customer_id) references customer(id);
alter table shipment_request add constraint shipment_request_order_id_fkey foreign key (order_id) references sales_order(id);
alter table shipment_request_line add constraint shipment_request_line_request_id_fkey foreign key (request_id) references shipment_request(id);
alter table shipment add constraint shipment_breach_holds_fkey foreign key (breach_holds) references customer(id);
alter table shipment add constraint shipment_order_id_fkey foreign key (order_id) references sales_order(id);
alter table shipment add constraint shipment_request_id_fkey foreign key (request_id) references shipment_request(id);
alter table shipment_hold add constraint shipment_hold_customer_id_fkey foreign key (customer_id) references customer(id);
alter table shipment_hold add constraint shipment_hold_order_id_fkey foreign key (order_id) references sales_order(id);
alter table shipment_hold add constraint shipment_hold_request_id_fkey foreign key (request_id) references shipment_request(id);
alter table statement add constraint statement_customer_id_fkey foreign key (customer_id) references customer(id);
alter table statement add constraint statement_superseded_by_fkey foreign key (superseded_by) references statement(id) deferrable initially deferred;
alter table statement_line add constraint statement_line_credit_note_id_fkey foreign key (credit_note_id) references credit_note(id);
alter table statement_line add constraint statement_line_payment_id_fkey foreign key (payment_id) references payment(id);
alter table statement_line add constraint statement_line_receivable_id_fkey foreign key (receivable_id) references receivable(id);
alter table statement_line add constraint statement_line_statement_id_fkey foreign key (statement_id) references statement(id);
alter table statement_answer add constraint statement_answer_statement_id_fkey foreign key (statement_id) references statement(id);
alter table customer_statement add constraint customer_statement_customer_id_fkey foreign key (customer_id) references customer(id);
alter table customer_statement add constraint customer_statement_superseded_by_fkey foreign key (superseded_by) references customer_statement(id);
alter table customer_statement_line add constraint customer_statement_line_statement_id_fkey foreign key (statement_id) references customer_statement(id);
alter table reconciliation_match add constraint reconciliation_match_statement_id_fkey foreign key (statement_id) references customer_statement(id);
alter table reconciliation_difference add constraint reconciliation_difference_customer_id_fkey foreign key (customer_id) references customer(id);
alter table reconciliation_difference add constraint reconciliation_difference_customer_statement_id_fkey foreign key (customer_statement_id) references customer_statement(id);
alter table reconciliation_difference add constraint reconciliation_difference_payment_id_fkey foreign key (payment_id) references payment(id);
alter table reconciliation_difference add constraint reconciliation_difference_receivable_id_fkey foreign key (receivable_id) references receivable(id);
alter table reconciliation_difference add constraint reconciliation_difference_statement_id_fkey foreign key (statement_id) references statement(id);
alter table reconciliation_adjustment add constraint reconciliation_adjustment_difference_id_fkey foreign key (difference_id) references reconciliation_difference(id);
alter table legal_case add constraint legal_case_customer_id_fkey foreign key (customer_id) references customer(id);
alter table legal_case_receivable add constraint legal_case_receivable_legal_case_id_fkey foreign key (legal_case_id) references legal_case(id);
alter table legal_case_receivable add constraint legal_case_receivable_receivable_id_fkey foreign key (receivable_id) references receivable(id);
alter table job_row add constraint job_row_job_id_fkey foreign key (job_id) references job(id);

create view credit_bearer as
 SELECT c.id AS customer_id,
    COALESCE(c.payer_code, c.external_id) AS code,
    p.id AS payer_id,
    p.group_code
   FROM (customer c
     LEFT JOIN customer p ON ((p.external_id = COALESCE(c.payer_code, c.external_id))));
create view faulty_row as
 SELECT 'receivable'::text AS kind,
    receivable.id,
    receivable.customer_id,
    array_remove(ARRAY[
        CASE
            WHEN out_of_time(receivable.due_date, receivable.posted_at) THEN 'due-date'::text
            ELSE NULL::text
        END,
        CASE
            WHEN out_of_sum(receivable.amount_minor) THEN 'amount'::text
            ELSE NULL::text
        END], NULL::text) AS fields,
    receivable.withdrawn AS ended
   FROM receivable
  WHERE (out_of_time(receivable.due_date, receivable.posted_at) OR out_of_sum(receivable.amount_minor))
UNION ALL
 SELECT 'invoice'::text AS kind,
    invoice.id,
    invoice.customer_id,
    array_remove(ARRAY[
        CASE
            WHEN out_of_time(invoice.issue_date, invoice.created_at) THEN 'issue-date'::text
            ELSE NULL::text
        END,
        CASE
            WHEN out_of_sum(invoice.amount_minor) THEN 'amount'::text
            ELSE NULL::text
        END], NULL::text) AS fields,
    false AS ended
   FROM invoice
  WHERE (out_of_time(invoice.issue_date, invoice.created_at) OR out_of_sum(invoice.amount_minor))
UNION ALL
 SELECT 'payment'::text AS kind,
    payment.id,
    payment.customer_id,
    array_remove(ARRAY[
        CASE
            WHEN out_of_time(payment.received_on, payment.posted_at) THEN 'received-on'::text
            ELSE NULL::text
        END,
        CASE
            WHEN (out_of_sum(payment.amount_minor) OR out_of_sum(payment.unapplied_minor)) THEN 'amount'::text
            ELSE NULL::text
        END], NULL::text) AS fields,
    (payment.reversed_at IS NOT NULL) AS ended
   FROM payment
  WHERE (out_of_time(payment.received_on, payment.posted_at) OR out_of_sum(payment.amount_minor) OR out_of_sum(payment.unapplied_minor))
UNION ALL
 SELECT 'credit-note'::text AS kind,
    credit_note.id,
    credit_note.customer_id,
    array_remove(ARRAY[
        CASE
            WHEN out_of_time(credit_note.issued_on, credit_note.posted_at) THEN 'issue-date'::text
            ELSE NULL::text
        END,
        CASE
            WHEN out_of_sum(credit_note.amount_minor) THEN 'amount'::text
            ELSE NULL::text
        END], NULL::text) AS fields,
    (credit_note.reversed_on IS NOT NULL) AS ended
   FROM credit_note
  WHERE (out_of_time(credit_note.issued_on, credit_note.posted_at) OR out_of_sum(credit_note.amount_minor))
UNION ALL
 SELECT 'promise'::text AS kind,
    promise.id,
    promise.customer_id,
    array_remove(ARRAY[
        CASE
            WHEN out_of_time(promise.due_on, promise.made_at) THEN 'promised-for'::text
            ELSE NULL::text
        END,
        CASE
            WHEN out_of_sum(promise.amount_minor) THEN 'amount'::text
            ELSE NULL::text
        END], NULL::text) AS fields,
    (promise.state <> 'pending'::text) AS ended
   FROM promise
  WHERE (out_of_time(promise.due_on, promise.made_at) OR out_of_sum(promise.amount_minor))
UNION ALL
 SELECT 'order'::text AS kind,
    sales_order.id,
    sales_order.customer_id,
    array_remove(ARRAY[
        CASE
            WHEN out_of_time(sales_order.requested_ship_date, sales_order.created_at) THEN 'ship-date'::text
            ELSE NULL::text
        END,
        CASE
            WHEN out_of_sum(sales_order.amount_minor) THEN 'amount'::text
            ELSE NULL::text
        END], NULL::text) AS fields,
    false AS ended
   FROM sales_order
  WHERE (out_of_time(sales_order.requested_ship_date, sales_order.created_at) OR out_of_sum(sales_order.amount_minor));
