-- A person is known at another customer by each of their addresses.
create index contact_wecom on contact (wecom) where wecom is not null;
