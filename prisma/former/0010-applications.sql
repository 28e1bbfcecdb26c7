-- Applications: what lies on the table, how far the assessment is, and the answers given to decisions.

alter table credit_application
  add column offer jsonb not null default '{}',
  add column gathered_at timestamptz,
  add column routed_at timestamptz,
  add column warned_at timestamptz,
  add column connectors jsonb not null default '[]',
  add column route_row text,
  add column requested_role text not null default 'sales';
comment on column credit_application.offer is 'what lies on the table: {limitMinor, currency, termsDays, validUntil}, as asked for and lowered by counter-proposals';
comment on column credit_application.connectors is 'asked for facts in this round already';
create index credit_application_state on credit_application (state, submitted_at) where state in ('assessing', 'awaiting-decision', 'returned');

-- A seat may be taken by its role and by each role it was escalated to.
alter table approval
  add column roles jsonb not null default '[]',
  add column deadline_days int,
  add column orders int not null default 0,
  add column dossier_hash text;

-- What a decision was answered, by the id of its update: a repeat hears the same, whatever has happened since.
create table decision_answer (
  update_id text primary key,
  process text not null,
  answer jsonb not null,
  at timestamptz not null
);
create index decision_answer_process on decision_answer (process);

-- What lay before the decider, under its hash; kept once however often it was looked at.
create table decision_dossier (
  hash text primary key,
  content jsonb not null,
  kept_at timestamptz not null
);
revoke update, delete, truncate on decision_answer, decision_dossier from duecourse_app;

create index delegation_from on delegation (from_actor) where revoked_at is null;

-- Whoever tells a fact: the applications of the customer that wait for facts look again. No writer can forget.
create function ask_waiting_applications() returns trigger language plpgsql as $$
begin
  update wake set asked = asked + 1 where subject in (
    select 'credit-application-' || a.id from credit_application a
    where a.customer_id in (select customer_id from told) and a.state = 'assessing' and a.waiting_for is not null);
  if found then
    perform pg_notify('duecourse', 'wake');
  end if;
  return null;
end $$;
create trigger profile_fact_told after insert on profile_fact referencing new table as told
  for each statement execute function ask_waiting_applications();
