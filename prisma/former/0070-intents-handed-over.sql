-- The engine is told the id of a decision alone: what kind of act it is stands here, so that nobody can have it carried out as another.
-- What nobody has answered is handed to the process again from here until it has an outcome, which stands here too when it was refused.
alter table decision_intent
  add column act text,
  add column settled_at timestamptz,
  add column refused jsonb,
  add column hand_over_at timestamptz not null default clock_timestamp() + interval '1 minute';
-- Decisions of before are not handed over: the act of those is not known.
update decision_intent set settled_at = clock_timestamp()
  where sent_at < clock_timestamp() - interval '15 minutes'
    or exists (select from decision_answer a where a.update_id = decision_intent.update_id);
create index decision_intent_open on decision_intent (hand_over_at) where settled_at is null and act is not null;
