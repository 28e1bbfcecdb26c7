-- Payments that wait for a rate: they settle what they name, by these lines or their text, when it comes.
create table payment_wait (
  payment_id uuid primary key references payment,
  base text not null,
  quote text not null,
  lines jsonb
);
create index payment_wait_pair on payment_wait (base, quote);
comment on column payment_wait.lines is 'what the payer chose: null where only a text names it';
