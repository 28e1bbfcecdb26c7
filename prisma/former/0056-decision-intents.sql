-- The whole decision stands here, its reason with it, and the engine is told who decides and what kind of act it is. Decisions that are on
-- their way while this runs are asked anew.
delete from decision_intent;
alter table decision_intent drop column input_hash, add column input jsonb not null;
