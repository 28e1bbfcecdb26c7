import { sql } from 'kysely';
import type { Actor } from '../../domain/platform/actor.ts';
import type { BusinessDate, Instant } from '../../domain/platform/calendar.ts';
import type { FaultyField } from '../../domain/platform/faulty.ts';
import { Refusal } from '../../domain/platform/refusal.ts';
import { faultyOf } from './faulty.ts';
import { duplicateOf } from './duplicates.ts';
import type { DuplicateView } from './duplicates.ts';
import { instantOrNull, isOurId } from '../platform/rows.ts';
import { seesCustomer } from '../access/scope.ts';
import type { Store } from '../platform/transaction.ts';

/** A credit note with every share it ever had, amounts in minor units. */
export interface CreditNoteView {
  id: string;
  externalId: string;
  customer: string;
  invoice: string | null;
  onAccount: boolean;
  kind: 'note' | 'discount';
  amountMinor: number;
  currency: string;
  issuedOn: BusinessDate;
  reason: string;
  unappliedMinor: number;
  refundedMinor: number;
  reversedOn: BusinessDate | null;
  faulty: FaultyField[] | null;
  duplicate: DuplicateView | null;
  postedAt: Instant;
  allocations: { receivableId: string; invoice: string; instalment: number; amountMinor: number; reversedAt: Instant | null }[];
}

/** Money paid out to a customer, with what it was paid of. */
export interface RefundView {
  id: string;
  externalId: string;
  customer: string;
  amountMinor: number;
  currency: string;
  paidOn: BusinessDate;
  reason: string;
  reversedOn: BusinessDate | null;
  postedAt: Instant;
  sources: { payment: string | null; creditNote: string | null; amountMinor: number }[];
}

export interface DocumentFilter {
  customer?: string | undefined;
  from?: BusinessDate | undefined;
  to?: BusinessDate | undefined;
  /** Notes, or discounts that were granted. */
  kind?: CreditNoteView['kind'] | undefined;
  /** Only those with something on account. */
  unapplied?: boolean | undefined;
  /** The last row of the page before: day and id. */
  after?: readonly [BusinessDate, string] | undefined;
}

const noteView = sql`d.id, d.external_id as "externalId", c.external_id as customer, i.external_id as invoice, d.on_account as "onAccount", d.kind,
  d.amount_minor as "amountMinor", d.currency, d.issued_on as "issuedOn", d.reason, d.unapplied_minor as "unappliedMinor",
  d.refunded_minor as "refundedMinor", d.reversed_on as "reversedOn", d.posted_at as "postedAt",
  ${duplicateOf('credit-note', 'd')} as duplicate, ${faultyOf('credit-note', 'd')} as faulty,
  (select coalesce(jsonb_agg(jsonb_build_object('receivableId', a.receivable_id, 'invoice', v.external_id, 'instalment', r.instalment,
    'amountMinor', a.amount_minor, 'reversedAt', a.reversed_at) order by a.posted_at, a.id), '[]') from allocation a
    join receivable r on r.id = a.receivable_id join invoice v on v.id = r.invoice_id where a.credit_note_id = d.id) as allocations`;
const notes = sql`credit_note d join customer c on c.id = d.customer_id left join invoice i on i.id = d.invoice_id`;

const refundView = sql`d.id, d.external_id as "externalId", c.external_id as customer, d.amount_minor as "amountMinor", d.currency,
  d.paid_on as "paidOn", d.reason, d.reversed_on as "reversedOn", d.posted_at as "postedAt",
  (select coalesce(jsonb_agg(jsonb_build_object('payment', p.external_id, 'creditNote', n.external_id, 'amountMinor', s.amount_minor)
    order by p.external_id, n.external_id), '[]') from refund_share s left join payment p on p.id = s.payment_id
    left join credit_note n on n.id = s.credit_note_id where s.refund_id = d.id) as sources`;
const refunds = sql`refund d join customer c on c.id = d.customer_id`;

const tidy = (row: CreditNoteView): CreditNoteView => ({
  ...row,
  allocations: row.allocations.map((one) => ({ ...one, reversedAt: instantOrNull(one.reversedAt) })),
});

function conditionsOf(actor: Actor, day: 'issued_on' | 'paid_on', { customer, from, to, after }: DocumentFilter) {
  const on = sql.ref(`d.${day}`);
  return [
    seesCustomer(actor),
    ...(customer === undefined
      ? []
      : [sql<boolean>`(c.external_id = customer_now(${customer}) or c.id = ${isOurId(customer) ? customer : null}::uuid)`]),
    ...(from === undefined ? [] : [sql<boolean>`${on} >= ${from}::date`]),
    ...(to === undefined ? [] : [sql<boolean>`${on} <= ${to}::date`]),
    ...(after === undefined ? [] : [sql<boolean>`(${on}, d.id) < (${after[0]}::date, ${after[1]}::uuid)`]),
  ];
}

/** Credit notes the actor may see, newest first; one more than `limit` when there are more. */
export async function listCreditNotes(
  store: Store,
  actor: Actor,
  filter: DocumentFilter,
  limit: number,
): Promise<CreditNoteView[]> {
  const left = filter.unapplied === true ? [sql<boolean>`d.unapplied_minor > 0`] : [];
  const kind = filter.kind === undefined ? [] : [sql<boolean>`d.kind = ${filter.kind}`];
  const conditions = [...conditionsOf(actor, 'issued_on', filter), ...left, ...kind];
  const { rows } = await sql<CreditNoteView>`
    select ${noteView} from ${notes} where ${sql.join(conditions, sql` and `)} order by d.issued_on desc, d.id desc limit ${limit + 1}`.execute(
    store.db,
  );
  return rows.map(tidy);
}

/** The credit note `{id}` means (ours, or the caller's). Throws Refusal `not-found`. */
export async function readCreditNote(store: Store, actor: Actor, id: string): Promise<CreditNoteView> {
  const { rows } = await sql<CreditNoteView>`
    select ${noteView} from ${notes} where (d.external_id = ${id} or d.id = ${isOurId(id) ? id : null}::uuid) and ${seesCustomer(actor)}
    order by d.external_id = ${id} desc limit 1`.execute(store.db);
  const found = rows[0];
  if (!found) throw new Refusal('not-found', { id });
  return tidy(found);
}

/** Refunds the actor may see, newest first; one more than `limit` when there are more. */
export async function listRefunds(store: Store, actor: Actor, filter: DocumentFilter, limit: number): Promise<RefundView[]> {
  const { rows } = await sql<RefundView>`
    select ${refundView} from ${refunds} where ${sql.join(conditionsOf(actor, 'paid_on', filter), sql` and `)}
    order by d.paid_on desc, d.id desc limit ${limit + 1}`.execute(store.db);
  return rows;
}

/** The refund `{id}` means (ours, or the caller's). Throws Refusal `not-found`. */
export async function readRefund(store: Store, actor: Actor, id: string): Promise<RefundView> {
  const { rows } = await sql<RefundView>`
    select ${refundView} from ${refunds} where (d.external_id = ${id} or d.id = ${isOurId(id) ? id : null}::uuid) and ${seesCustomer(actor)}
    order by d.external_id = ${id} desc limit 1`.execute(store.db);
  const found = rows[0];
  if (!found) throw new Refusal('not-found', { id });
  return found;
}
