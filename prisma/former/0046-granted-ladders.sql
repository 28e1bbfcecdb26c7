-- The dunning ladder that went with the grade when it was granted; null: the company's strategy decides.
alter table credit_profile add column ladder text;
update credit_profile p set ladder = x.ladder from (
  select distinct on (a.customer_id) a.customer_id, s.verdict #>> '{proposal,ladder}' as ladder
  from credit_application a join assessment s on s.id = a.assessment_id
  where a.state = 'approved' and a.kind <> 'temporary' order by a.customer_id, a.decided_at desc, a.id desc) x
where p.customer_id = x.customer_id and x.ladder is not null;
