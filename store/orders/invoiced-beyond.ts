import { sql } from 'kysely';
import { invoicedBeyond } from '../../domain/orders/invoiced-beyond.ts';
import { formatAmount, parseAmount } from '../../domain/platform/money.ts';
import type { Tx } from '../platform/database.ts';
import type { Work } from '../platform/transaction.ts';
import { cancelWorkOrders, openWorkOrder } from '../tasks/work-orders.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

interface Row {
  id: string;
  customerId: string;
  invoice: string;
  order: string;
  currency: string;
  amountMinor: number;
  orderMinor: number;
  tookMinor: number;
  taxMinor: number | null;
  taxRate: string | null;
  units: { quantity: number; price: string }[] | null;
  open: string[] | null;
}

/**
 * Opens a task for each invoice that is above what its order had left for it by more than policy lets pass, and ends those about amounts that
 * were corrected. The same excess is asked about once.
 */
export async function askAboutOrders(work: Work, invoiceIds: readonly string[]): Promise<Effects> {
  const { tx, store } = work;
  const effects = noEffects();
  if (invoiceIds.length === 0) return effects;
  const { current } = await store.policies.current();
  const { invoicedBeyond: tolerance = {} } = current['credit-rules'].content.shipments;
  for (const row of await readBeside(tx, invoiceIds)) {
    const { currency, units, open } = row;
    const minor = (text: string): number => {
      const parsed = parseAmount(text, currency);
      return parsed.ok ? parsed.minor : 0;
    };
    const lines = (units ?? []).map(({ quantity, price }) => ({ quantity, priceMinor: minor(price) }));
    const beyond = invoicedBeyond({ ...row, units: lines }, minor(tolerance[currency] ?? '0'));
    const key = beyond && `invoiced-beyond/${row.id}/${beyond.overMinor}`;
    const gone = (open ?? []).filter((one) => one !== key);
    if (gone.length > 0) addEffects(effects, await cancelWorkOrders(work, { keys: gone }, 'corrected'));
    if (!beyond || key === null) continue;
    const text = (amount: number): string => formatAmount(amount, currency);
    addEffects(
      effects,
      await openWorkOrder(work, {
        key,
        kind: 'invoiced-beyond',
        customerId: row.customerId,
        subject: `invoice ${row.invoice}`,
        reason: {
          ...{ difference: beyond.kind, order: row.order, currency, over: text(beyond.overMinor) },
          ...{ invoiced: text(row.amountMinor), ordered: text(row.orderMinor), left: text(row.tookMinor) },
        },
      }),
    );
  }
  return effects;
}

/** The same for invoices whose order came or changed after them, in the last two days: looked at once a night. */
export async function askAboutLateOrders(work: Work): Promise<Effects> {
  const { tx, at } = work;
  const { rows } = await sql<{ id: string }>`
    select i.id from sales_order o join invoice i on i.order_code = o.external_id
    where o.updated_at > ${at.now}::timestamptz - interval '2 days' and o.updated_at > i.updated_at`.execute(tx);
  return askAboutOrders(
    work,
    rows.map(({ id }) => id),
  );
}

/** The invoices that name a known order of the same bearer, with their open tasks. */
async function readBeside(tx: Tx, invoiceIds: readonly string[]): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select i.id, i.customer_id as "customerId", i.external_id as invoice, o.external_id as "order", i.currency, i.amount_minor as "amountMinor",
      o.amount_minor as "orderMinor", i.tax_minor as "taxMinor", coalesce(i.tax_rate, o.tax_rate, c.tax_rate) as "taxRate",
      coalesce((select sum(x.amount_minor) from order_invoice x where x.invoice_id = i.id and x.order_id = o.id), 0)::bigint as "tookMinor",
      (select jsonb_agg(jsonb_build_object('quantity', l.quantity, 'price', l.unit_price)) from order_line l where l.order_id = o.id) as units,
      (select jsonb_agg(w.key) from work_order w where w.customer_id = i.customer_id and w.kind = 'invoiced-beyond' and w.closed_at is null
        and starts_with(w.key, 'invoiced-beyond/' || i.id || '/')) as open
    from invoice i join customer c on c.id = i.customer_id
      join sales_order o on o.external_id = i.order_code and o.currency = i.currency and same_bearer(o.customer_id, i.customer_id)
    where i.id = any(${[...invoiceIds]}::uuid[]) order by i.id`.execute(tx);
  return rows;
}
