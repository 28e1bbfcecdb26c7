-- Money that is meant to stay with the customer: it lies on no item until a person applies it.
alter table payment add column on_account boolean not null default false;
