-- What the contact rules say of a call or visit a person made: the fact is kept all the same.
alter table contact_log add column warnings text[] not null default array[]::text[];
