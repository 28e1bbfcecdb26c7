-- What was agreed on a document is looked up when that is sent again.
create index pending_act_subject on pending_act (subject_kind, subject_id, kind);
