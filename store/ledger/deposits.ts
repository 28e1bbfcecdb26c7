import { sql } from 'kysely';
import { itemsNamed, ordersNamed } from '../../domain/ledger/allocation.ts';
import type { PaymentDocument } from '../../domain/ledger/documents.ts';
import type { AuditFact } from '../../domain/platform/audit.ts';
import { unappliedOf } from './cover.ts';
import type { Tx } from '../platform/database.ts';
import { readItems } from './payment-rows.ts';
import type { LedgerItem } from './payment-rows.ts';
import { unappliedChanged } from './unapplied.ts';
import type { Moment, Store } from '../platform/transaction.ts';
import { eventOf } from '../platform/transaction.ts';
import type { WorkOrderTraces } from '../platform/traces.ts';
import { addTraces, noTraces } from '../platform/traces.ts';

/** A prepaid order that still waits for, or stands on, money. */
export interface PrepaidOrder {
  customerId: string;
  externalId: string;
  currency: string;
}

/** The open prepaid orders of customers, of whose lines something is not shipped. */
export async function prepaidOrdersOf(tx: Tx, customerIds: readonly string[]): Promise<PrepaidOrder[]> {
  if (customerIds.length === 0) return [];
  const { rows } = await sql<PrepaidOrder>`
    select o.customer_id as "customerId", o.external_id as "externalId", o.currency from sales_order o
    where o.customer_id = any(${customerIds}::uuid[]) and o.prepaid and o.state = 'open'
      and exists (select from order_line l where l.order_id = o.id and l.prepaid_minor + l.held_minor > 0)`.execute(tx);
  return rows;
}

type Text = Pick<PaymentDocument, 'reference' | 'currency' | 'order' | 'allocations' | 'onAccount'>;

/**
 * The prepaid order that the text of a payment names, when it names that one alone and no invoice: its money is a deposit for it, as if the
 * sender had said so in `order`. Undefined: none. Money of a payer is no deposit for another's order. `items`: what the money can reach.
 */
export function depositFor(
  { reference, currency, order, allocations, onAccount }: Text,
  customerId: string,
  orders: readonly PrepaidOrder[],
  items: readonly Pick<LedgerItem, 'invoice' | 'number' | 'order'>[],
): string | undefined {
  if (reference === null || order !== undefined || onAccount || (allocations ?? []).length > 0) return undefined;
  const own = orders.filter((one) => one.customerId === customerId && one.currency === currency);
  if (own.length === 0 || itemsNamed(reference, items).length > 0) return undefined;
  const [only, ...more] = ordersNamed(
    reference,
    own.map(({ externalId }) => externalId),
  );
  return more.length === 0 ? only : undefined;
}

interface Lying {
  id: string;
  externalId: string;
  reference: string;
  unappliedMinor: number;
}

/**
 * Binds money that came before its prepaid order and whose text names it and no open invoice: what lies unused of it is a deposit from now
 * on, and its task ends. What waits for a rate stays with its invoice. The customer is locked.
 */
export async function bindDeposits(tx: Tx, store: Store, at: Moment, order: PrepaidOrder): Promise<WorkOrderTraces> {
  const { customerId, externalId, currency } = order;
  const lying = (await unappliedOf(tx, [customerId])).filter(
    (one) =>
      one.kind === 'payment' &&
      one.customerId === customerId &&
      one.order === null &&
      !one.onAccount &&
      one.currency === currency,
  );
  const traces = noTraces();
  const [first] = lying;
  if (!first) return traces;
  const orders = await prepaidOrdersOf(tx, [customerId]);
  const items = await readItems(tx, { customers: first.reach, named: [], numbersOf: [] });
  const waiting = await waitingForRates(
    tx,
    lying.map(({ id }) => id),
  );
  for (const { id, externalId: payment, reference, leftMinor: unappliedMinor } of lying) {
    const text = { reference, currency, allocations: null };
    if (waiting.has(id) || reference === null || depositFor(text, customerId, orders, items) !== externalId) continue;
    await sql`update payment set order_code = ${externalId} where id = ${id}::uuid`.execute(tx);
    traces.audit.push(told('payment.bound', order, { id, externalId: payment, reference, unappliedMinor }));
    const now = { kind: 'payment' as const, externalId: payment, customerId, currency, unappliedMinor };
    addTraces(traces, await unappliedChanged(tx, store, at, [{ ...now, order: externalId }]));
  }
  return withEvents(traces, 'payment.bound');
}

async function waitingForRates(tx: Tx, payments: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.selectFrom('payment_wait').select('payment_id').where('payment_id', 'in', payments).execute();
  return new Set(rows.map((row) => row.payment_id));
}

/**
 * An order that ended, closed too, with nothing delivered that waits for its invoice binds no money by its text any longer: what lies
 * unused is unapplied again, and asks somebody. What its sender bound outright stays bound, in case the order is opened again.
 */
export async function freeDeposits(tx: Tx, store: Store, at: Moment, orderId: string): Promise<WorkOrderTraces> {
  const traces = noTraces();
  const { rows } = await sql<Lying & PrepaidOrder & { order: string }>`
    select p.id, p.external_id as "externalId", p.reference, p.unapplied_minor as "unappliedMinor", p.currency, o.customer_id as "customerId",
      o.external_id as "order"
    from sales_order o join payment p on p.order_code = o.external_id and p.customer_id = o.customer_id and p.currency = o.currency
    where o.id = ${orderId}::uuid and o.state <> 'open' and p.unapplied_minor > 0 and p.reversed_at is null and p.reference is not null
      and not exists (select from order_line l where l.order_id = o.id and l.delivered_minor > 0)
    order by p.id for no key update of p`.execute(tx);
  for (const one of rows.filter(({ reference, order }) => ordersNamed(reference, [order]).has(order))) {
    await sql`update payment set order_code = null where id = ${one.id}::uuid`.execute(tx);
    const { externalId, customerId, currency, unappliedMinor } = one;
    traces.audit.push(told('payment.freed', { ...one, externalId: one.order }, one));
    const now = { kind: 'payment' as const, externalId, customerId, currency, unappliedMinor };
    addTraces(traces, await unappliedChanged(tx, store, at, [now]));
  }
  return withEvents(traces, 'payment.freed');
}

function withEvents(traces: WorkOrderTraces, action: string): WorkOrderTraces {
  traces.events.push(...traces.audit.filter((fact) => fact.action === action).map(eventOf));
  return traces;
}

const told = (action: string, order: PrepaidOrder, { id, externalId, unappliedMinor }: Lying): AuditFact => ({
  action,
  subjectKind: 'payment',
  subjectId: id,
  customerId: order.customerId,
  after: { externalId, order: order.externalId, currency: order.currency, unappliedMinor },
});
