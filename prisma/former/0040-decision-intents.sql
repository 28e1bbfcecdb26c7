-- What the API was asked to decide, written before it is sent to the process. Whoever reaches the engine alone has no row here, and
-- nothing is carried out for them.
create table decision_intent (
  process text not null,
  update_id text not null,
  actor_id text not null,
  input_hash text not null,
  -- Real time: a decision that nobody took up in time is asked anew.
  sent_at timestamptz not null default clock_timestamp(),
  primary key (process, update_id)
);
