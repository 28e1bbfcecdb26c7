-- Credit that was decided on a breach which was none is reviewed.
alter table credit_review drop constraint credit_review_cause_check,
  add check (cause in ('date', 'early-warning', 'broken-promise', 'promise-kept', 'limit-expiry', 'request', 'dunning'));
