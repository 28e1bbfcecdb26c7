-- Discount terms: what is let off when the money comes in time, and until when. What is granted is a credit note of its own kind.
alter table receivable
  add column discount_minor bigint not null default 0 check (discount_minor >= 0),
  add column discount_until date,
  -- A person said that a discount taken too late is asked for after all.
  add column discount_claimed boolean not null default false,
  drop constraint receivable_question_check,
  add constraint receivable_question_check check (question in ('due-date', 'discount'));
alter table credit_note add column kind text not null default 'note' check (kind in ('note', 'discount'));
