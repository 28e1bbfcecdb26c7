-- What one alone gave away in steps is judged as their sum: what two persons agreed to is told apart.
alter table refund add column agreed boolean not null default false;
comment on column refund.agreed is 'a second person agreed to it';
update refund f set agreed = true where exists (
  select from pending_act p where p.kind = 'refund' and p.subject_kind = 'refund' and p.subject_id = f.external_id and p.state = 'approved');

alter table invoice add column agreed_minor bigint;
comment on column invoice.agreed_minor is
  'the most it was worth, less its discount, since a second person last agreed to less; null: never corrected, what it is worth now';
