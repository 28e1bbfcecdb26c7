-- Money that had lain in its own currency counts as it was paid until the day on which it was converted.
alter table payment add column converted_at timestamptz;
comment on column payment.converted_at is 'when money that lay in its own currency was converted; null: as it was posted, or never';
update payment p set converted_at = (
  select min(a.posted_at) from allocation a join receivable r on r.id = a.receivable_id where a.payment_id = p.id and r.currency = p.currency)
where p.paid_currency is not null and not exists (
  select from audit e where e.subject_kind = 'payment' and e.subject_id = p.id::text and e.action = 'payment.posted' and e.after ? 'exchange');
