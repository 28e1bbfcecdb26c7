-- A rate serves both ways: of a payment it may be that of the other way round. Sums in several currencies are fractions (rate_fraction).
alter table payment add column exchange_inverse boolean not null default false;
drop function if exists credit_factor(text, text, date);
