-- owner: migrations. app: no DDL, no UPDATE/DELETE on the audit record. auditor: reads all but secrets.
do $$ begin
  if not exists (select from pg_roles where rolname = 'duecourse_app') then create role duecourse_app nologin; end if;
  if not exists (select from pg_roles where rolname = 'duecourse_auditor') then create role duecourse_auditor nologin; end if;
exception when duplicate_object or unique_violation then null;
end $$;
grant duecourse_app, duecourse_auditor to current_user;
grant usage on schema public to duecourse_app, duecourse_auditor;
grant select, insert, update, delete on all tables in schema public to duecourse_app;
revoke update, delete, truncate on audit, event from duecourse_app;
grant usage on all sequences in schema public to duecourse_app;
grant select on all tables in schema public to duecourse_auditor;
revoke select on api_key, idempotency, job from duecourse_auditor;
alter default privileges in schema public grant select, insert, update, delete on tables to duecourse_app;
alter default privileges in schema public grant usage on sequences to duecourse_app;
alter default privileges in schema public grant select on tables to duecourse_auditor;
