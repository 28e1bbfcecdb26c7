-- Terms that days alone do not say: whole months, a fixed day of the month. `terms_days` then is their length in days, as checks compare it.
alter table customer add column terms_rule jsonb;
alter table invoice add column terms_rule jsonb;
