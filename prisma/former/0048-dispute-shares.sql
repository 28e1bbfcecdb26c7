-- What of a dispute is left out of what is asked for while it is open: all of it (null), or what policy's share of the customer's open amount
-- left room for on the day it was opened.
alter table dispute add column unasked_minor bigint check (unasked_minor >= 0 and unasked_minor <= amount_minor);
