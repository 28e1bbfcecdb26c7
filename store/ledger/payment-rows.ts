import { sql } from 'kysely';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import type { AllocationBasis, OpenItem } from '../../domain/ledger/allocation.ts';
import type { ReceivableFacts } from '../../domain/dunning/receivable.ts';
import type { DiscountOffer } from '../../domain/ledger/discount.ts';
import type { Exchange } from '../../domain/ledger/exchange.ts';
import type { PaymentDocument } from '../../domain/ledger/documents.ts';
import type { Tx } from '../platform/database.ts';
import { among } from '../platform/prepared.ts';
import { disputesOf } from './dispute-facts.ts';
import { LostRace, recordset } from '../platform/rows.ts';
import type { Work } from '../platform/transaction.ts';
import { unaskedMinor } from '../../domain/ledger/claims.ts';

/** An instalment money can go to. Of invoices named by the debtor, settled ones are read too (`openMinor` 0). */
export interface LedgerItem extends OpenItem {
  customerId: string;
  currency: string;
  /** The order its invoice names. */
  order: string | null;
  amountMinor: number;
  /** What is let off when the money comes by that day; null: nothing, or a person has claimed it. */
  offer: DiscountOffer | null;
}

/** Which instalments are read: of whole customers those with something open or written off, and all of invoices by their ids or, of some customers, printed numbers. */
export interface ItemsWanted {
  customers: readonly string[];
  named: readonly string[];
  numbersOf: readonly string[];
}

type ItemRow = Omit<LedgerItem, 'secured' | 'burden' | 'disputedMinor'> & {
  disputes: ReceivableFacts['disputes'] | null;
  suspected: boolean;
  discountMinor: number;
  discountUntil: BusinessDate | null;
};

/** Instalments that money can go to, under the lock of their customers. */
export async function readItems(tx: Tx, { customers, named, numbersOf }: ItemsWanted): Promise<LedgerItem[]> {
  const { rows } = await sql<ItemRow>`
    select r.id as "receivableId", r.customer_id as "customerId", r.currency, i.external_id as invoice,
      case when r.suspected then i.external_id else i.number end as number, r.suspected, r.instalment, r.amount_minor as "amountMinor",
      case when r.discount_claimed then 0 else r.discount_minor end as "discountMinor", r.discount_until as "discountUntil",
      r.due_date as "dueDate", i.issue_date as "issueDate", i.order_code as "order",
      r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor as "openMinor",
      r.written_off_minor as "writtenOffMinor", ${disputesOf} as disputes
    from (
      select id from receivable where customer_id = any(${customers}::uuid[])
        and paid_minor + credited_minor + written_off_minor < amount_minor
      union
      select id from receivable where customer_id = any(${customers}::uuid[]) and written_off_minor > 0
      union
      select r.id from receivable r join invoice i on i.id = r.invoice_id where ${among('i.external_id', named, 'text')}
      union
      select r.id from receivable r join invoice i on i.id = r.invoice_id
        where i.customer_id = any(${numbersOf}::uuid[]) and i.number = any(${named}::text[])) k
    join receivable r on r.id = k.id join invoice i on i.id = r.invoice_id`.execute(tx);
  // What is out of bounds takes no money until it is put right. What may be a duplicate bears no number of its own, and is paid last.
  const sound = rows.filter((row) => Number.isSafeInteger(row.openMinor));
  return sound.map(({ disputes, suspected, discountMinor, discountUntil, ...row }) => ({
    ...row,
    offer: discountUntil === null || discountMinor === 0 ? null : { minor: discountMinor, until: discountUntil },
    disputedMinor: suspected ? row.openMinor : Math.min(unaskedMinor(disputes ?? []), row.openMinor),
    secured: false,
    burden: 0,
  }));
}

/** A share of a payment on one receivable. */
export interface Share {
  receivableId: string;
  amountMinor: number;
  /** Of that, on what was written off: it opens nothing when it goes back. */
  recoveredMinor?: number;
  /** What decided that it went there; credit notes have none. */
  basis?: AllocationBasis;
}

/** A payment as it stands, with the shares in force. */
export interface StandingPayment {
  id: string;
  externalId: string;
  customerId: string;
  customerCode: string;
  region: string | null;
  owner: string | null;
  amountMinor: number;
  unappliedMinor: number;
  /** What of it we paid back. */
  refundedMinor: number;
  currency: string;
  receivedOn: BusinessDate;
  reference: string | null;
  order: string | null;
  contentHash: string;
  reversedOn: BusinessDate | null;
  allocations: Share[];
}

/** Reads payments by the callers' ids, or one by ours, under the lock of their customers. */
export async function readPayments(tx: Tx, by: { externalIds: readonly string[] } | { id: string }): Promise<StandingPayment[]> {
  const where = 'id' in by ? sql`p.id = ${by.id}::uuid` : among('p.external_id', by.externalIds, 'text');
  const { rows } = await sql<StandingPayment>`
    select p.id, p.external_id as "externalId", p.customer_id as "customerId", c.external_id as "customerCode", c.region, c.owner,
      p.amount_minor as "amountMinor", p.unapplied_minor as "unappliedMinor", p.refunded_minor as "refundedMinor", p.currency, p.received_on as "receivedOn", p.reference,
      p.order_code as "order", p.content_hash as "contentHash", p.reversed_on as "reversedOn",
      (select coalesce(jsonb_agg(jsonb_build_object('receivableId', a.receivable_id, 'amountMinor', a.amount_minor,
        'recoveredMinor', a.recovered_minor, 'basis', a.basis)
        order by r.due_date, i.external_id, r.instalment), '[]') from allocation a join receivable r on r.id = a.receivable_id
        join invoice i on i.id = r.invoice_id where a.payment_id = p.id and a.reversed_at is null) as allocations
    from payment p join customer c on c.id = p.customer_id where ${where}`.execute(tx);
  return rows;
}

export interface PaymentWrite {
  document: Omit<PaymentDocument, 'customer' | 'allocations'>;
  customerId: string;
  contentHash: string;
  unappliedMinor: number;
  allocations: readonly Share[];
  /** Set: it settles in another currency than it was paid in. */
  exchange?: Exchange | null;
}

const PAYMENT = `external_id text, customer_id uuid, amount_minor bigint, unapplied_minor bigint, currency text, received_on date,
  reference text, content_hash text, clears_on date, order_code text, paid_currency text, paid_minor bigint, exchange_rate numeric,
  exchange_inverse boolean, exchange_source text, exchange_difference_minor bigint, on_account boolean`;
const SHARE = 'receivable_id uuid, payment_id uuid, amount_minor bigint, recovered_minor bigint, basis text, value_date date';

function paymentRow({ document, customerId, contentHash, unappliedMinor, exchange = null }: PaymentWrite): object {
  return {
    external_id: document.externalId,
    customer_id: customerId,
    amount_minor: document.amountMinor,
    unapplied_minor: unappliedMinor,
    currency: document.currency,
    received_on: document.receivedOn,
    reference: document.reference,
    content_hash: contentHash,
    clears_on: document.clearsOn ?? null,
    order_code: document.order ?? null,
    ...exchangeColumns(exchange),
    on_account: document.onAccount ?? false,
  };
}

/** How a payment's row says in what it was paid. */
export const exchangeColumns = (exchange: Exchange | null) => ({
  paid_currency: exchange?.currency ?? null,
  paid_minor: exchange?.amountMinor ?? null,
  exchange_rate: exchange?.rate ?? null,
  exchange_inverse: exchange?.inverse ?? false,
  exchange_source: exchange?.source ?? null,
  exchange_difference_minor: exchange?.differenceMinor ?? 0,
});

/**
 * Inserts payments with their shares and moves the receivables' balances (locked before). `settled`: the
 * receivables were posted paid, so their balances stay. Throws LostRace when a payment was created meanwhile.
 */
export async function writePayments(
  work: Work,
  payments: readonly PaymentWrite[],
  settled = false,
): Promise<Map<string, string>> {
  const { tx, at } = work;
  if (payments.length === 0) return new Map();
  const { rows } = await sql<{ id: string; external_id: string }>`
    insert into payment (external_id, customer_id, amount_minor, unapplied_minor, currency, received_on, reference, content_hash, clears_on, order_code,
      paid_currency, paid_minor, exchange_rate, exchange_inverse, exchange_source, exchange_difference_minor, on_account, posted_at)
    select x.*, ${at.now}::timestamptz from ${recordset(payments.map(paymentRow), PAYMENT)} order by external_id
    on conflict (external_id) do nothing returning id, external_id`.execute(tx);
  if (rows.length !== payments.length) throw new LostRace('a payment was created meanwhile');
  const ids = new Map(rows.map((row) => [row.external_id, row.id]));
  await writeShares(work, payments, ids, settled);
  return ids;
}

async function writeShares(
  { tx, at }: Work,
  payments: readonly PaymentWrite[],
  ids: ReadonlyMap<string, string>,
  settled: boolean,
): Promise<void> {
  const shares = payments.flatMap(({ document, allocations }) =>
    allocations.map((share) => ({
      ...shareRow(share),
      payment_id: ids.get(document.externalId),
      value_date: document.receivedOn,
    })),
  );
  if (shares.length === 0) return;
  await sql`
    with a as (
      insert into allocation (receivable_id, payment_id, amount_minor, recovered_minor, basis, value_date, posted_at)
      select x.*, ${at.now}::timestamptz from ${recordset(shares, SHARE)}),
    m as (
      select receivable_id as id, sum(amount_minor)::bigint as amount_minor, sum(recovered_minor)::bigint as recovered_minor
      from ${recordset(settled ? [] : shares, SHARE)} group by 1)
    update receivable r set paid_minor = r.paid_minor + m.amount_minor, written_off_minor = r.written_off_minor - m.recovered_minor
    from m where r.id = m.id`.execute(tx);
}

/** A share as its row: what is recovered lies on what was written off. */
export const shareRow = ({ receivableId, amountMinor, recoveredMinor = 0, basis }: Share) => ({
  receivable_id: receivableId,
  amount_minor: amountMinor,
  recovered_minor: recoveredMinor,
  basis: basis ?? null,
});
