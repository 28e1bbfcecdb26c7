-- Whoever tells a fact: the applications of the customer that wait for facts look again. No writer can forget.
create or replace function ask_waiting_applications() returns trigger language plpgsql as $$
begin
  update wake set asked = asked + 1 where subject in (
    select 'credit-application-' || a.id from credit_application a
    where a.customer_id in (select customer_id from told) and a.state = 'assessing' and a.waiting_for is not null);
  if found then
    perform pg_notify('duecourse', 'wake');
  end if;
  return null;
end $$;

create or replace trigger profile_fact_told after insert on profile_fact referencing new table as told
  for each statement execute function ask_waiting_applications();
