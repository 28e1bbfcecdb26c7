-- A message whose delivery came outside the hours of contact waits for the next slot, and is judged anew then.
alter table message add wait_until timestamptz;
comment on column message.wait_until is 'when a delivery that the contact rules held back is tried next; kept when it is tried, so that a second evening is seen';
drop index message_to_follow;
create index message_to_follow on message (customer_id) where followed_at is null and (state in ('failed', 'dropped') or receipt_by is not null);
