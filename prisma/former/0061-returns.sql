-- Goods that came back, as documents: before they are invoiced they leave what was delivered, after it an expected credit note stands on the invoice.

alter table order_line add column returned_minor bigint not null default 0 check (returned_minor >= 0),
  drop constraint each_cent_once,
  add constraint each_cent_once check (held_minor + prepaid_minor + reserved_minor + ordered_minor + delivered_minor + invoiced_minor
    + cancelled_minor + returned_minor = amount_minor);

create table goods_return (
  id uuid primary key default uuidv7(),
  external_id text not null unique,
  order_id uuid not null references sales_order,
  customer_id uuid not null references customer,
  returned_on date not null,
  reason text not null,
  state text not null default 'posted' check (state in ('posted', 'withdrawn')),
  -- What became of its invoiced part: there is none, a second person is asked, a credit note is owed, or that was declined.
  credit text not null default 'none' check (credit in ('none', 'waits', 'conceded', 'declined')),
  content_hash text not null,
  posted_by text not null,
  posted_at timestamptz not null,
  withdrawn_at timestamptz,
  check ((state = 'withdrawn') = (withdrawn_at is not null))
);
create index goods_return_order on goods_return (order_id);
create index goods_return_customer on goods_return (customer_id, id);

-- What came back of each line: what it is worth of the order, and how much of that left the delivered goods.
create table goods_return_line (
  return_id uuid not null references goods_return,
  line int not null,
  quantity numeric(18, 6) not null check (quantity > 0),
  worth_minor bigint not null check (worth_minor >= 0),
  delivered_minor bigint not null check (delivered_minor >= 0 and delivered_minor <= worth_minor),
  primary key (return_id, line)
);

-- The rest had been invoiced: on which invoice its credit note is expected.
create table goods_return_invoice (
  return_id uuid not null references goods_return,
  line int not null,
  invoice_id uuid not null references invoice,
  amount_minor bigint not null check (amount_minor > 0),
  primary key (return_id, line, invoice_id)
);
create index goods_return_invoice_invoice on goods_return_invoice (invoice_id);

-- Returned goods are conceded as an upheld dispute is: one mechanism for every expected credit note.
alter table dispute add column return_id uuid references goods_return,
  drop constraint dispute_category_check,
  add constraint dispute_category_check
    check (category in ('quantity', 'price', 'quality', 'paperwork', 'acceptance', 'complaint', 'return', 'other'));
create index dispute_return on dispute (return_id) where return_id is not null;

-- Cents that came back are settled as delivered and invoiced ones are: no change of the order, and no opening of it, brings them back.
do $do$
declare
  v_text text;
  r record;
begin
  for r in select * from (values
    ('order_move(uuid, jsonb, text, timestamptz)', 'sum(amount) filter (where bucket = ''cancelled'') as cancelled',
      'sum(amount) filter (where bucket = ''cancelled'') as cancelled, sum(amount) filter (where bucket = ''returned'') as returned'),
    ('order_move(uuid, jsonb, text, timestamptz)', 'cancelled_minor = cancelled_minor + coalesce(cancelled, 0)',
      'cancelled_minor = cancelled_minor + coalesce(cancelled, 0), returned_minor = returned_minor + coalesce(returned, 0)'),
    ('order_lines_fault(uuid, jsonb)', 'l.delivered_minor + l.invoiced_minor', 'l.delivered_minor + l.invoiced_minor + l.returned_minor'),
    ('order_put_lines(uuid, jsonb, text)', 'coalesce(o.delivered_minor + o.invoiced_minor, 0)',
      'coalesce(o.delivered_minor + o.invoiced_minor + o.returned_minor, 0)'),
    ('credit_check(jsonb, jsonb, text)', 'sum(delivered_minor + invoiced_minor) as settled',
      'sum(delivered_minor + invoiced_minor + returned_minor) as settled')) x (name, old, new)
  loop
    v_text := pg_get_functiondef(r.name::regprocedure);
    if position(r.old in v_text) = 0 then raise exception '% does not hold: %', r.name, r.old; end if;
    execute replace(v_text, r.old, r.new);
  end loop;
end $do$;
