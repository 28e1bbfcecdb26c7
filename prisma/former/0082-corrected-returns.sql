-- What corrections took for a return without a second person: it counts with the next return of its order, as what is conceded does.

alter table goods_return add column corrected_alone_minor bigint not null default 0 check (corrected_alone_minor >= 0);
