-- Payments that settle in another currency than they were paid in: the row holds what is settled; beside it what was paid, by which rate, and
-- the exchange difference (what it was worth, less what it settled).
alter table payment
  add column paid_currency text,
  add column paid_minor bigint check (paid_minor > 0),
  add column exchange_rate numeric,
  add column exchange_source text check (exchange_source in ('bank', 'file')),
  add column exchange_difference_minor bigint not null default 0,
  add check ((paid_currency is null) = (paid_minor is null) and (paid_currency is null) = (exchange_source is null));
