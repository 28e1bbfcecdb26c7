-- Write-offs as facts of their own, which can be taken back; money that comes afterwards is a recovery on the item itself.

create table write_off (
  id uuid primary key default uuidv7(),
  receivable_id uuid not null references receivable,
  customer_id uuid not null references customer,
  amount_minor bigint not null check (amount_minor > 0 and amount_minor <= 9007199254740991),
  currency text not null,
  written_off_on date not null,
  reason text not null,
  posted_at timestamptz not null,
  posted_by text not null,
  reversed_on date,
  reversed_at timestamptz,
  reversed_by text,
  reversal_reason text,
  check ((reversed_at is null) = (reversed_on is null))
);
comment on column receivable.written_off_minor is 'written off and neither taken back nor recovered: paid_minor holds what was recovered';
create index write_off_receivable on write_off (receivable_id);
create index write_off_customer on write_off (customer_id, written_off_on);
-- What money can still go to when nothing else is open.
create index receivable_written_off on receivable (customer_id) where written_off_minor > 0;

insert into write_off (receivable_id, customer_id, amount_minor, currency, written_off_on, reason, posted_at, posted_by)
select r.id, r.customer_id, (a.after ->> 'writtenOffMinor')::bigint - coalesce((a.before ->> 'writtenOffMinor')::bigint, 0), r.currency,
  (a.business_at at time zone 'Asia/Shanghai')::date, coalesce(a.reason, ''), a.business_at, a.actor_id
from audit a join receivable r on r.id::text = a.subject_id
where a.action = 'receivable.written-off' and (a.after ->> 'writtenOffMinor')::bigint > coalesce((a.before ->> 'writtenOffMinor')::bigint, 0);

-- Of a share: what of it lies on an amount that was written off, and what decided that it went there.
alter table allocation add column recovered_minor bigint not null default 0 check (recovered_minor between 0 and amount_minor),
  add column basis text;
