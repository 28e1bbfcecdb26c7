-- Friendly letters to a customer that somebody else pays for go to the payer too: what it is still to be told, and what it was told.
create table payer_copy (
  receivable_id uuid not null references receivable,
  rung text not null,
  payer_id uuid not null references customer,
  requested_at timestamptz not null,
  state text not null default 'requested' check (state in ('requested', 'sent', 'dropped')),
  message_id uuid references message,
  primary key (receivable_id, rung)
);
create index payer_copy_requested on payer_copy (payer_id) where state = 'requested';

-- One message to the debtor for each step, channel after channel, and one to the payer.
alter table message_rung add column to_payer boolean not null default false;
alter table message_rung drop constraint message_rung_receivable_id_rung_attempt_key;
alter table message_rung add unique (receivable_id, rung, to_payer, attempt);
