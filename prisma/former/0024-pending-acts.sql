-- What gives money, time or credit away waits here until a second person has agreed; its tiers are rows of approval (process pending-act-<id>).
create table pending_act (
  id uuid primary key default uuidv7(),
  kind text not null,
  state text not null default 'pending' check (state in ('pending', 'approved', 'declined', 'withdrawn', 'lapsed')),
  customer_id uuid references customer,
  subject_kind text not null,
  subject_id text not null,
  about text not null,
  amount_minor bigint check (amount_minor >= 0),
  currency text,
  days int,
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
  check ((amount_minor is null) = (currency is null)),
  check ((state = 'pending') = (closed_at is null)),
  constraint pending_act_four_eyes check (
    state not in ('approved', 'declined') or (decided_by is not null and decided_by <> requested_by and on_behalf_of is distinct from requested_by))
);
comment on column pending_act.about is 'of its tasks, without names: e.g. invoice INV-1/1';
comment on column pending_act.what is 'what is asked for, as people read it: amounts as decimal strings';
comment on column pending_act.payload is 'what is carried out when it is approved: never changed, its hash stands beside it';
comment on column pending_act.booked is 'the ERP has booked it already: until it is decided it is not asked for, and everything else keeps the old value';
create unique index pending_act_once on pending_act (kind, subject_kind, subject_id) where state = 'pending';
create index pending_act_customer on pending_act (customer_id, id);
create index pending_act_expiry on pending_act (expires_at) where state = 'pending';

-- Who asked for what, and what is carried out, is never written over.
create function pending_act_keeps() returns trigger language plpgsql as $$
begin
  if (new.kind, new.customer_id, new.subject_kind, new.subject_id, new.amount_minor, new.currency, new.payload, new.payload_hash, new.requested_by)
    is distinct from (old.kind, old.customer_id, old.subject_kind, old.subject_id, old.amount_minor, old.currency, old.payload, old.payload_hash, old.requested_by)
    or old.state <> 'pending' then
    raise exception 'a pending act is decided once, as it was asked for';
  end if;
  return new;
end $$;
create trigger pending_act_keeps before update on pending_act for each row execute function pending_act_keeps();
revoke delete, truncate on pending_act from duecourse_app;

-- Opening limits come in while a window is open, which one person asks for and another opens; so it is closed.
create table go_live_window (
  id uuid primary key default uuidv7(),
  state text not null default 'open' check (state in ('open', 'closing', 'closed')),
  valid_from date not null,
  valid_until date not null check (valid_until >= valid_from),
  requested_by text not null,
  opened_by text not null check (opened_by <> requested_by),
  opened_at timestamptz not null,
  close_requested_by text,
  closed_by text,
  closed_at timestamptz,
  check (closed_by is null or closed_by <> close_requested_by)
);
create unique index go_live_window_one on go_live_window ((true)) where state <> 'closed';
alter table credit_limit add column go_live_window_id uuid references go_live_window;
