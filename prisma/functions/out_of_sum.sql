-- An amount is out of bounds beyond what a number carries to the last digit: an earlier version let such rows in.
create or replace function out_of_sum(minor bigint) returns boolean language sql immutable as $$ select minor > 9007199254740991 or minor < -9007199254740991 $$;
