-- Tasks of an item are found by it.
create index work_order_item_receivable on work_order_item (receivable_id);

-- Opening credits that came in by a go-live window, which two persons opened, are no steps of one alone. A window counts business days: a day
-- more on either side of it.
update credit_note n set agreed = true
from go_live_window w
where n.invoice_id is null and n.kind = 'note' and not n.agreed and n.posted_at >= w.opened_at and n.posted_at < coalesce(w.closed_at, 'infinity')
  and (n.posted_at at time zone 'UTC')::date between w.valid_from - 1 and w.valid_until + 1;
comment on column credit_note.agreed is
  'a second person agreed to it, or to the go-live window it came in by; a discount that a person granted stays while it is exactly what is left';
