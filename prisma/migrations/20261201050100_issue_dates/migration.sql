-- The issue date of an invoice until a correction moved it: figures of a past day are told by it.

create table invoice_version (
  id bigint generated always as identity primary key,
  invoice_id uuid not null references invoice,
  -- The business instant up to which it was so.
  until timestamptz not null,
  issue_date date not null
);
create index invoice_version_of on invoice_version (invoice_id, until);
