-- Every row has a key: what lists or copies rows can name each.
alter table payment_return add column id bigint generated always as identity primary key;
alter table refund_share add column id bigint generated always as identity primary key;
alter table exchange_rate_before add column id bigint generated always as identity primary key;
