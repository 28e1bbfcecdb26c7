-- Upheld with a second person's word. Of disputes upheld before nobody knows any more; steps on their invoices count from here on.
alter table dispute add column agreed boolean not null default false;
update dispute set agreed = true where state in ('upheld', 'part-upheld');

-- Where an open dispute stood, and over how much, until a correction of its invoice moved it: figures of a past day are told by it.
create table dispute_version (
  id bigint generated always as identity primary key,
  dispute_id uuid not null references dispute,
  -- The business instant up to which it was so.
  until timestamptz not null,
  receivable_id uuid not null references receivable,
  amount_minor bigint not null
);
create index dispute_version_of on dispute_version (dispute_id, until);
create index dispute_version_receivable on dispute_version (receivable_id);
