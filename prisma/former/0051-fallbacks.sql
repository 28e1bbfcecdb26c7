-- A message by another channel than the customer's own: all of a customer's count under one cap.
alter table message add column fallback boolean not null default false;
update message set fallback = true where fallback_of is not null or template = 'please-contact-us';
create index message_fallback on message (customer_id, sending_at) where fallback;
