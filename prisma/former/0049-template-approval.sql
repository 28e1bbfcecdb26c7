-- A letter is written by one person and approved by another; it is in force from its day. What was in force stays.
alter table template
  add column effective_from date not null default '1970-01-01',
  add column approved_by text;
update template set approved_by = 'default';
alter table template
  alter column effective_from drop default,
  add constraint four_eyes check (approved_by <> author or author = 'default');
