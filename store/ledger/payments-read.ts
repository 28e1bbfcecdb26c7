import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import type { AllocationBasis } from '../../domain/ledger/allocation.ts';
import type { Exchange } from '../../domain/ledger/exchange.ts';
import type { FaultyField } from '../../domain/platform/faulty.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { faultyOf } from './faulty.ts';
import { duplicateOf } from './duplicates.ts';
import type { DuplicateView } from './duplicates.ts';
import { instantOrNull, isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import type { Store } from '../platform/transaction.ts';

/** A payment with every share it ever had, amounts in minor units. */
export interface PaymentView {
  id: string;
  externalId: string;
  customer: string;
  amountMinor: number;
  currency: string;
  receivedOn: BusinessDate;
  reference: string | null;
  order: string | null;
  onAccount: boolean;
  unappliedMinor: number;
  refundedMinor: number;
  returnedMinor: number;
  reversedOn: BusinessDate | null;
  faulty: FaultyField[] | null;
  duplicate: DuplicateView | null;
  exchange: Exchange | null;
  postedAt: Instant;
  allocations: {
    receivableId: string;
    invoice: string;
    instalment: number;
    amountMinor: number;
    recoveredMinor: number;
    basis: AllocationBasis | null;
    reversedAt: Instant | null;
  }[];
}

export interface PaymentFilter {
  customer?: string | undefined;
  receivedFrom?: BusinessDate | undefined;
  receivedTo?: BusinessDate | undefined;
  /** The last row of the page before: day received and id. */
  after?: readonly [BusinessDate, string] | undefined;
}

const view = sql`p.id, p.external_id as "externalId", c.external_id as customer, p.amount_minor as "amountMinor", p.currency,
  p.received_on as "receivedOn", p.reference, p.order_code as "order", p.on_account as "onAccount", p.unapplied_minor as "unappliedMinor", p.refunded_minor as "refundedMinor", p.returned_minor as "returnedMinor", p.reversed_on as "reversedOn", p.posted_at as "postedAt",
  ${duplicateOf('payment', 'p')} as duplicate, ${faultyOf('payment', 'p')} as faulty,
  case when p.paid_currency is not null then jsonb_build_object('currency', p.paid_currency, 'amountMinor', p.paid_minor,
    'rate', trim_scale(p.exchange_rate)::text, 'inverse', p.exchange_inverse, 'source', p.exchange_source, 'differenceMinor', p.exchange_difference_minor) end as exchange,
  (select coalesce(jsonb_agg(jsonb_build_object('receivableId', a.receivable_id, 'invoice', i.external_id, 'instalment', r.instalment,
    'amountMinor', a.amount_minor, 'recoveredMinor', a.recovered_minor, 'basis', a.basis, 'reversedAt', a.reversed_at) order by a.posted_at, a.id), '[]') from allocation a
    join receivable r on r.id = a.receivable_id join invoice i on i.id = r.invoice_id where a.payment_id = p.id) as allocations`;

const tidy = (row: PaymentView): PaymentView => ({
  ...row,
  allocations: row.allocations.map((one) => ({ ...one, reversedAt: instantOrNull(one.reversedAt) })),
});

/** Payments the actor may see, newest first; one more than `limit` when there are more. */
export async function listPayments(store: Store, actor: Actor, filter: PaymentFilter, limit: number): Promise<PaymentView[]> {
  const { customer, receivedFrom, receivedTo, after } = filter;
  const conditions = [
    seesCustomer(actor),
    ...(customer === undefined
      ? []
      : [sql<boolean>`(c.external_id = customer_now(${customer}) or c.id = ${isOurId(customer) ? customer : null}::uuid)`]),
    ...(receivedFrom === undefined ? [] : [sql<boolean>`p.received_on >= ${receivedFrom}::date`]),
    ...(receivedTo === undefined ? [] : [sql<boolean>`p.received_on <= ${receivedTo}::date`]),
    ...(after === undefined ? [] : [sql<boolean>`(p.received_on, p.id) < (${after[0]}::date, ${after[1]}::uuid)`]),
  ];
  const { rows } = await sql<PaymentView>`
    select ${view} from payment p join customer c on c.id = p.customer_id where ${sql.join(conditions, sql` and `)}
    order by p.received_on desc, p.id desc limit ${limit + 1}`.execute(store.db);
  return rows.map(tidy);
}

/** The payment `{id}` means (ours, or the caller's). Throws Refusal `not-found`. */
export async function readPayment(store: Store, actor: Actor, id: string): Promise<PaymentView> {
  const { rows } = await sql<PaymentView>`
    select ${view} from payment p join customer c on c.id = p.customer_id
    where (p.external_id = ${id} or p.id = ${isOurId(id) ? id : null}::uuid) and ${seesCustomer(actor)}
    order by p.external_id = ${id} desc limit 1`.execute(store.db);
  const found = rows[0];
  if (!found) throw new Refusal('not-found', { id });
  return tidy(found);
}
