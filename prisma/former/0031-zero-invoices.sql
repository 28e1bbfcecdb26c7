-- An invoice over nothing (free goods, a sample) is a document like any other; it is closed as it comes.
alter table invoice drop constraint invoice_amount_minor_check, add check (amount_minor >= 0 and amount_minor <= 9007199254740991);
alter table receivable drop constraint receivable_amount_minor_check, add check (amount_minor >= 0),
  drop constraint receivable_outcome_check,
  add constraint receivable_outcome_check check (outcome in ('paid', 'credited', 'replaced-by-plan', 'written-off', 'nothing-owed'));
