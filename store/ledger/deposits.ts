import { sql } from 'kysely';
import { itemsNamed, ordersNamed } from '../../domain/ledger/allocation.ts';
import type { PaymentDocument } from '../../domain/ledger/documents.ts';
import type { AuditFact } from '../../domain/platform/audit.ts';
import { orderIsOver, unappliedOf } from './cover.ts';
import type { Tx } from '../platform/database.ts';
import { readItems } from './payment-rows.ts';
import type { LedgerItem, StandingPayment } from './payment-rows.ts';
import { unappliedChanged } from './unapplied.ts';
import type { Work } from '../platform/transaction.ts';
import { eventOf } from '../platform/transaction.ts';
import type { Effects } from '../platform/effects.ts';
import { addEffects, noEffects } from '../platform/effects.ts';

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
export async function bindDeposits(work: Work, order: PrepaidOrder): Promise<Effects> {
  const { tx } = work;
  const { customerId, externalId, currency } = order;
  const lying = (await unappliedOf(tx, [customerId])).filter(
    (one) =>
      one.kind === 'payment' &&
      one.customerId === customerId &&
      one.order === null &&
      !one.onAccount &&
      one.currency === currency,
  );
  const effects = noEffects();
  const [first] = lying;
  if (!first) return effects;
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
    effects.audit.push(told('payment.bound', order, { id, externalId: payment, unappliedMinor }));
    const now = { kind: 'payment' as const, externalId: payment, customerId, currency, unappliedMinor };
    addEffects(effects, await unappliedChanged(work, [{ ...now, order: externalId }]));
  }
  return withEvents(effects, 'payment.bound');
}

async function waitingForRates(tx: Tx, payments: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.selectFrom('payment_wait').select('payment_id').where('payment_id', 'in', payments).execute();
  return new Set(rows.map((row) => row.payment_id));
}

/**
 * What is bound to orders looks again when they end, are opened again or have nothing delivered left to invoice: of those that are over it is
 * a task. What a text had bound is unapplied again; what its sender bound stays bound, in case the order is opened again.
 */
export async function settleDeposits(work: Work, orderIds: readonly string[]): Promise<Effects> {
  const { tx } = work;
  const effects = noEffects();
  const { rows } = await sql<Lying & PrepaidOrder & { order: string; own: boolean }>`
    select p.id, p.external_id as "externalId", coalesce(p.reference, '') as reference, p.unapplied_minor as "unappliedMinor", p.currency,
      p.customer_id as "customerId", o.external_id as "order", p.customer_id = o.customer_id as own
    from sales_order o join payment p on p.order_code = o.external_id and p.currency = o.currency
      and (p.customer_id = o.customer_id or p.customer_id = (select b.payer_id from credit_bearer b where b.customer_id = o.customer_id))
    where o.id = any(${[...orderIds]}::uuid[]) and p.unapplied_minor > 0 and p.reversed_at is null
    order by p.id for no key update of p`.execute(tx);
  for (const { own, order, ...one } of rows) {
    const byText = own && ordersNamed(one.reference, [order]).has(order) && (await orderIsOver(tx, order));
    addEffects(effects, await (byText ? freeDeposit(work, { ...one, order }) : unappliedChanged(work, [stands(one, order)])));
  }
  return effects;
}

/** A person decides what becomes of a payment: bound to an order that is over, it is free from now on. The payment is locked. */
export const releaseDeposit = async (work: Work, { order, ...payment }: StandingPayment): Promise<Effects | null> =>
  order !== null && (await orderIsOver(work.tx, order)) ? freeDeposit(work, { ...payment, order }) : null;

type Bound = Pick<StandingPayment, 'id' | 'externalId' | 'customerId' | 'currency' | 'unappliedMinor'>;

async function freeDeposit(work: Work, one: Bound & { order: string }): Promise<Effects> {
  const { tx } = work;
  await sql`update payment set order_code = null where id = ${one.id}::uuid`.execute(tx);
  const effects = await unappliedChanged(work, [stands(one, null)]);
  effects.audit.unshift(told('payment.freed', { ...one, externalId: one.order }, one));
  return withEvents(effects, 'payment.freed');
}

const stands = ({ externalId, customerId, currency, unappliedMinor }: Bound, order: string | null) => ({
  ...{ kind: 'payment' as const, externalId, customerId, currency, unappliedMinor, order },
});

function withEvents(effects: Effects, action: string): Effects {
  effects.events.push(...effects.audit.filter((fact) => fact.action === action).map(eventOf));
  return effects;
}

const told = (
  action: string,
  order: PrepaidOrder,
  { id, externalId, unappliedMinor }: Pick<Lying, 'id' | 'externalId' | 'unappliedMinor'>,
): AuditFact => ({
  action,
  subjectKind: 'payment',
  subjectId: id,
  customerId: order.customerId,
  after: { externalId, order: order.externalId, currency: order.currency, unappliedMinor },
});
