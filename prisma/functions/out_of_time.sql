-- Rows that an earlier version let in with a date out of bounds are found by indexes that hold nothing else, and shown as faulty. A date is out
-- of bounds more than sixty years from the day its row was entered (documents may lie thirty years from that day).
create or replace function out_of_time(on_date date, entered timestamptz) returns boolean language sql immutable as $$ select on_date < (entered at time zone 'UTC')::date - 21915 or on_date > (entered at time zone 'UTC')::date + 21915 $$;
