-- Which year's notice (or law) names a day: a notice that comes takes the place of all that was known of its year. The version tells processes that
-- what they remember of the calendar is old.
alter table calendar_day add column year int;
update calendar_day set year = extract(year from day + 5)::int;
alter table calendar_day alter column year set not null;
create index calendar_day_year on calendar_day (year);
alter table clock add column calendar_version int not null default 0;
grant select, insert, update, delete on calendar_day, calendar_year to duecourse_app;
