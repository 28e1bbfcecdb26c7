-- A rate that was corrected counts for the days on which it was on file: the exposure of a past day is told by it.
create table exchange_rate_before (
  base text not null,
  quote text not null,
  on_date date not null,
  rate numeric(20, 10) not null,
  recorded_at timestamptz not null,
  replaced_at timestamptz not null
);
comment on table exchange_rate_before is 'rates as they were on file until they were corrected';
create index exchange_rate_before_pair on exchange_rate_before (base, quote, on_date);
-- What was told once stays on record.
revoke update, delete, truncate on exchange_rate_before from duecourse_app;
