-- When the wait for the credit note of an upheld dispute ended without it. Disputes upheld before this rule are not waited for.
alter table dispute add column lapsed_at timestamptz;
update dispute set lapsed_at = closed_at where state in ('upheld', 'part-upheld');
