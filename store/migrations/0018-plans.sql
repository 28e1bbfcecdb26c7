-- A session keeps the plans it made while its tables were small, when reading all of a table was cheapest: until statistics are gathered, the
-- next minute, a decision would cost more with every order of a busy start. What the check reads it reads by key.
alter function credit_check(jsonb, jsonb, text) set enable_seqscan = off;
