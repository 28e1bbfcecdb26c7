-- Credits that a second person agreed to, the discounts that people granted among them.
alter table credit_note add column agreed boolean not null default false;
comment on column credit_note.agreed is 'a second person agreed to it; a discount that a person granted stays while it is exactly what is left';
update credit_note n set agreed = true
where n.kind = 'discount' and n.reason = '逾期现金折扣经批准 · late discount, approved'
  or n.kind = 'note' and exists (
    select from pending_act p where p.kind = 'credit-note' and p.subject_kind = 'credit-note' and p.subject_id = n.external_id and p.state = 'approved');
