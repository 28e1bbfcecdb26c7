import { sql } from 'kysely';
import { addDays } from '../../domain/platform/calendar.ts';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { parseAmount } from '../../domain/platform/money.ts';
import type { OurDocument } from '../../domain/reconciliation/classify.ts';
import type { LaidCredit } from '../../domain/reconciliation/gross.ts';
import { booksOn, ownedBy, paymentsOn } from '../ledger/as-of.ts';
import type { Tx } from '../platform/database.ts';

/** What of our books a statement is held against. */
export interface BookFrame {
  customerId: string;
  currency: string;
  /** `open-items`: what is open on the day; `movements`: every document between two days, at its whole amount. */
  basis: 'open-items' | 'movements';
  from: BusinessDate | null;
  asOf: BusinessDate;
  /** The seller's time zone. */
  zone: string;
  /** Documents dated so many days before the first day may still answer a line. */
  windowDays: number;
}

interface Row {
  id: string;
  kind: OurDocument['kind'];
  numbers: string[];
  on: BusinessDate;
  amountMinor: number;
  settledSinceMinor: number;
  writtenOffMinor: number;
  unallocated: boolean;
  order: string | null;
}

/** Our documents as a statement of the customer's meets them, with what has come since its date. The caller holds the customer's lock. */
export async function ourBooks(tx: Tx, frame: BookFrame): Promise<OurDocument[]> {
  const { basis, from, asOf } = frame;
  const rows = basis === 'open-items' ? await openRows(tx, frame) : await movedRows(tx, frame);
  const orders = [...new Set(rows.flatMap((row) => row.order ?? []))];
  const units = await unitsOf(tx, frame, orders);
  return rows.map(({ order, ...row }) => ({
    ...row,
    family: row.kind,
    outside: row.on > asOf || (from !== null && row.on < from),
    units: (order === null ? undefined : units.get(order)) ?? [],
  }));
}

const invoiceNumbers = sql`jsonb_build_array(i.number, i.external_id)`;
const paymentNumbers = sql`jsonb_build_array(p.external_id) || case when p.reference is null then '[]'::jsonb else jsonb_build_array(p.reference) end`;

/** Each open instalment, and money and credits that lay on none. What is dated later stands there at its whole amount. */
async function openRows(tx: Tx, { customerId, currency, asOf, zone }: BookFrame): Promise<Row[]> {
  const { rows } = await sql<Row>`
    with ${booksOn({ asOf, zone, customerId })}
    select * from (
      select 'receivable:' || i.id as id, 'invoice' as kind, ${invoiceNumbers} as numbers, i.issue_date as "on", i.open_minor + i.written_off_minor - i.recovered_minor as "amountMinor",
        i.settled_since as "settledSinceMinor", i.written_off_minor - i.recovered_minor as "writtenOffMinor", false as unallocated, i.order_code as "order"
      from item i where i.currency = ${currency}
      union all select 'payment:' || p.id, 'payment', ${paymentNumbers}, p.received_on,
        -case when p.received_on > ${asOf}::date then p.stood_minor else c.unapplied_minor end, 0, 0, p.unapplied_minor = p.amount_minor, null
      from ${paymentsOn({ asOf, zone, customerId })} p left join credit c on c.id = p.id left join owner o on o.subject = p.id
      where ${ownedBy(customerId, 'p')} and p.stood_currency = ${currency} and p.reversed_at is null and (c.unapplied_minor > 0 or p.received_on > ${asOf}::date)
      union all select 'credit-note:' || n.id, 'credit-note', jsonb_build_array(n.external_id), n.issued_on,
        -case when n.issued_on > ${asOf}::date then n.amount_minor else c.unapplied_minor end, 0, 0, false, null
      from credit_note n left join credit c on c.id = n.id left join owner o on o.subject = n.id
      where ${ownedBy(customerId, 'n')} and n.currency = ${currency} and n.reversed_at is null
        and (c.unapplied_minor > 0 or n.issued_on > ${asOf}::date)) x
    where "amountMinor" <> 0`.execute(tx);
  return rows;
}

/** Every document from shortly before the first day on, at its whole amount. */
async function movedRows(tx: Tx, { customerId, currency, from, asOf, zone, windowDays }: BookFrame): Promise<Row[]> {
  const since = addDays(from ?? asOf, -windowDays);
  const { rows } = await sql<Row>`
    with ${booksOn({ asOf, zone, customerId })}
    select 'invoice:' || i.id as id, 'invoice' as kind, ${invoiceNumbers} as numbers, i.issue_date as "on", i.amount_minor as "amountMinor",
      0 as "settledSinceMinor", 0 as "writtenOffMinor", false as unallocated, i.order_code as "order"
    from invoice i where i.currency = ${currency} and i.issue_date >= ${since}::date and i.id in (
      select r.invoice_id from receivable r left join owner o on o.subject = r.id where ${ownedBy(customerId, 'r')} and not r.withdrawn)
    union all select 'payment:' || p.id, 'payment', ${paymentNumbers}, p.received_on, -p.stood_minor, 0, 0, p.unapplied_minor = p.amount_minor, null
    from ${paymentsOn({ asOf, zone, customerId })} p left join owner o on o.subject = p.id
    where ${ownedBy(customerId, 'p')} and p.stood_currency = ${currency} and p.reversed_at is null and p.received_on >= ${since}::date
    union all select 'credit-note:' || n.id, 'credit-note', jsonb_build_array(n.external_id), n.issued_on, -n.amount_minor, 0, 0, false, null
    from credit_note n left join owner o on o.subject = n.id
    where ${ownedBy(customerId, 'n')} and n.reversed_at is null and n.currency = ${currency} and n.issued_on >= ${since}::date`.execute(
    tx,
  );
  return rows;
}

interface LaidRow extends Pick<Row, 'id' | 'kind' | 'numbers' | 'on' | 'amountMinor'> {
  shares: (Pick<Row, 'id' | 'numbers' | 'on'> & { amountMinor: number })[];
}

/** Payments and credits dated from `since` to the statement's day that lie on invoices, with their shares. */
export async function laidCredits(
  tx: Tx,
  { customerId, currency, asOf, zone }: BookFrame,
  since: BusinessDate,
): Promise<LaidCredit[]> {
  const shares = sql`jsonb_agg(jsonb_build_object('id', 'receivable:' || r.id, 'numbers', ${invoiceNumbers}, 'on', i.issue_date, 'amountMinor', a.amount_minor)
    order by i.issue_date, i.external_id, r.instalment)`;
  const lay = sql`laid a join receivable r on r.id = a.receivable_id join invoice i on i.id = r.invoice_id`;
  const { rows } = await sql<LaidRow>`
    with ${booksOn({ asOf, zone, customerId })}
    select 'payment:' || p.id as id, 'payment' as kind, ${paymentNumbers} as numbers, p.received_on as "on", -p.stood_minor as "amountMinor",
      (select ${shares} from ${lay} where a.payment_id = p.id and a.stood) as shares
    from ${paymentsOn({ asOf, zone, customerId })} p left join owner o on o.subject = p.id
    where ${ownedBy(customerId, 'p')} and p.stood_currency = ${currency} and p.reversed_at is null
      and p.received_on between ${since}::date and ${asOf}::date and exists (select from laid a where a.payment_id = p.id and a.stood)
    union all select 'credit-note:' || n.id, 'credit-note', jsonb_build_array(n.external_id), n.issued_on, -n.amount_minor,
      (select ${shares} from ${lay} where a.credit_note_id = n.id and a.stood)
    from credit_note n left join owner o on o.subject = n.id
    where ${ownedBy(customerId, 'n')} and n.reversed_at is null and n.currency = ${currency} and n.issued_on between ${since}::date and ${asOf}::date
      and exists (select from laid a where a.credit_note_id = n.id and a.stood)`.execute(tx);
  const bare = { outside: false, settledSinceMinor: 0, writtenOffMinor: 0, unallocated: false, units: [] };
  return rows.map(({ shares: parts, ...row }) => ({
    document: { ...row, ...bare, family: row.kind },
    shares: parts.map(({ amountMinor, ...invoice }) => ({
      invoice: { ...invoice, ...bare, kind: 'invoice', family: 'invoice', amountMinor: 0 },
      amountMinor,
    })),
  }));
}

/** The lines of the orders that invoices name; a price of less than a cent says nothing. */
async function unitsOf(
  tx: Tx,
  { customerId, currency }: BookFrame,
  orders: readonly string[],
): Promise<Map<string, { quantity: number; priceMinor: number }[]>> {
  if (orders.length === 0) return new Map();
  const { rows } = await sql<{ order: string; quantity: string; unitPrice: string }>`
    select o.external_id as "order", l.quantity::text as quantity, l.unit_price as "unitPrice" from sales_order o join order_line l on l.order_id = o.id
    where o.customer_id = (select coalesce(merged_into, id) from customer where id = ${customerId}::uuid) and o.currency = ${currency} and o.external_id = any(${[...orders]}::text[])`.execute(
    tx,
  );
  const units = new Map<string, { quantity: number; priceMinor: number }[]>();
  for (const { order, quantity, unitPrice } of rows) {
    const price = parseAmount(unitPrice, currency);
    const known = units.get(order) ?? [];
    known.push({ quantity: Number(quantity), priceMinor: price.ok ? price.minor : 0 });
    units.set(order, known);
  }
  return units;
}
