-- Calls and visits are one task a customer: the items it is about. New ones join, and what is settled leaves.
create table work_order_item (
  work_order_id uuid not null references work_order,
  receivable_id uuid not null references receivable,
  rung text not null,
  joined_at timestamptz not null,
  left_at timestamptz,
  outcome text,
  primary key (work_order_id, receivable_id)
);
create index work_order_item_open on work_order_item (receivable_id) where left_at is null;
comment on column work_order_item.outcome is 'of the receivable, when it left';
