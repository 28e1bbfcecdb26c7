import { sql } from 'kysely';
import { readable } from '../../domain/platform/readable.ts';
import type { Database, Tx } from '../platform/database.ts';
import type { Moment, Store } from '../platform/transaction.ts';
import { readDossier } from '../credit/decision-dossier.ts';
import type { DecisionDossier } from '../credit/decision-dossier.ts';

/** What lies before whoever decides on a held order: the customer, and the order with the reasons it is held for. */
export interface OrderHoldDossier extends DecisionDossier {
  order: Record<string, unknown>;
  /** The oldest due first. */
  openItems: readonly Record<string, unknown>[];
}

const OPEN_ITEMS = 20;

/** The dossier of a held order, as the record stands now. */
export async function readHoldDossier(db: Database | Tx, store: Store, at: Moment, holdId: string): Promise<OrderHoldDossier> {
  const { rows } = await sql<Pick<OrderHoldDossier, 'order' | 'openItems'> & { customerId: string; currency: string }>`
    select h.customer_id as "customerId", o.currency,
      jsonb_build_object('externalId', o.external_id, 'currency', o.currency, 'amountMinor', o.amount_minor, 'requestedShipDate',
        o.requested_ship_date, 'prepaid', o.prepaid, 'putBy', o.put_by, 'forced', h.forced, 'reasons', h.reasons, 'offer', h.offer,
        'lines', (select jsonb_agg(jsonb_build_object('line', l.line, 'item', l.item, 'productLine', l.product_line, 'quantity',
          trim_scale(l.quantity)::text, 'unitPrice', l.unit_price, 'amountMinor', l.amount_minor, 'heldMinor', l.held_minor) order by l.line)
          from order_line l where l.order_id = o.id)) as "order",
      (select coalesce(jsonb_agg(x order by x."dueDate", x.invoice), '[]') from (
        select i.external_id || '/' || r.instalment as invoice, r.due_date as "dueDate", r.stage, r.currency,
          r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor as "openMinor", r.due_date < ${at.today}::date as overdue
        from receivable r join invoice i on i.id = r.invoice_id
        where r.customer_id = h.customer_id and not r.withdrawn and r.amount_minor > r.paid_minor + r.credited_minor + r.written_off_minor
        order by r.due_date, i.external_id, r.instalment limit ${OPEN_ITEMS}) x) as "openItems"
    from order_hold h join sales_order o on o.id = h.order_id where h.id = ${holdId}::uuid`.execute(db);
  const row = rows[0];
  if (!row) throw new Error(`no hold ${holdId}`);
  const { customerId, currency, ...held } = row;
  const process = `order-hold-${holdId}`;
  const customer = await readDossier(db, store, at, {
    ...{ customerId, currency, process },
    assessmentId: 'latest',
    applicationId: null,
  });
  return { ...customer, ...(readable(held, currency) as typeof held) };
}
