-- What of an upheld dispute a correction took the place of, or is expected anew: it is no part of what the dispute itself gave.

alter table dispute add column corrected_minor bigint not null default 0 check (corrected_minor >= 0 and corrected_minor <= amount_minor);
