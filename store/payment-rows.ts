import { sql } from 'kysely';
import type { BusinessDate } from '../domain/kernel/calendar.ts';
import type { OpenItem } from '../domain/collection/allocation.ts';
import type { PaymentDocument } from '../domain/collection/documents.ts';
import type { Tx } from './database.ts';
import { among } from './prepared.ts';
import { LostRace, recordset } from './rows.ts';
import type { Moment } from './transaction.ts';

/** An instalment money can go to. Of invoices named by the debtor, settled ones are read too (`openMinor` 0). */
export interface LedgerItem extends OpenItem {
  customerId: string;
  currency: string;
}

/** The open instalments of whole customers and all instalments of single invoices, under the lock of their customers. */
export async function readItems(tx: Tx, customerIds: readonly string[], invoices: readonly string[]): Promise<LedgerItem[]> {
  const { rows } = await sql<Omit<LedgerItem, 'secured' | 'burden'>>`
    select r.id as "receivableId", r.customer_id as "customerId", r.currency, i.external_id as invoice, r.instalment, r.due_date as "dueDate",
      i.issue_date as "issueDate", r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor as "openMinor"
    from (
      select id from receivable where customer_id = any(${customerIds}::uuid[])
        and paid_minor + credited_minor + written_off_minor < amount_minor
      union
      select r.id from receivable r join invoice i on i.id = r.invoice_id where ${among('i.external_id', invoices, 'text')}) k
    join receivable r on r.id = k.id join invoice i on i.id = r.invoice_id`.execute(tx);
  return rows.map((row) => ({ ...row, secured: false, burden: 0 }));
}

/** A share of a payment on one receivable. */
export interface Share {
  receivableId: string;
  amountMinor: number;
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
  currency: string;
  receivedOn: BusinessDate;
  reference: string | null;
  contentHash: string;
  reversedOn: BusinessDate | null;
  allocations: Share[];
}

/** Reads payments by the callers' ids, or one by ours, under the lock of their customers. */
export async function readPayments(tx: Tx, by: { externalIds: readonly string[] } | { id: string }): Promise<StandingPayment[]> {
  const where = 'id' in by ? sql`p.id = ${by.id}::uuid` : among('p.external_id', by.externalIds, 'text');
  const { rows } = await sql<StandingPayment>`
    select p.id, p.external_id as "externalId", p.customer_id as "customerId", c.external_id as "customerCode", c.region, c.owner,
      p.amount_minor as "amountMinor", p.unapplied_minor as "unappliedMinor", p.currency, p.received_on as "receivedOn", p.reference,
      p.content_hash as "contentHash", p.reversed_on as "reversedOn",
      (select coalesce(jsonb_agg(jsonb_build_object('receivableId', a.receivable_id, 'amountMinor', a.amount_minor)
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
}

const PAYMENT = `external_id text, customer_id uuid, amount_minor bigint, unapplied_minor bigint, currency text, received_on date,
  reference text, content_hash text, clears_on date`;
const SHARE = 'receivable_id uuid, payment_id uuid, amount_minor bigint, value_date date';

function paymentRow({ document, customerId, contentHash, unappliedMinor }: PaymentWrite): object {
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
  };
}

/**
 * Inserts payments with their shares and moves the receivables' balances (locked before). `settled`: the
 * receivables were posted paid, so their balances stay. Throws LostRace when a payment was created meanwhile.
 */
export async function writePayments(
  tx: Tx,
  at: Moment,
  payments: readonly PaymentWrite[],
  settled = false,
): Promise<Map<string, string>> {
  if (payments.length === 0) return new Map();
  const { rows } = await sql<{ id: string; external_id: string }>`
    insert into payment (external_id, customer_id, amount_minor, unapplied_minor, currency, received_on, reference, content_hash, clears_on, posted_at)
    select x.*, ${at.now}::timestamptz from ${recordset(payments.map(paymentRow), PAYMENT)} order by external_id
    on conflict (external_id) do nothing returning id, external_id`.execute(tx);
  if (rows.length !== payments.length) throw new LostRace('a payment was created meanwhile');
  const ids = new Map(rows.map((row) => [row.external_id, row.id]));
  await writeShares(tx, at, payments, ids, settled);
  return ids;
}

async function writeShares(
  tx: Tx,
  at: Moment,
  payments: readonly PaymentWrite[],
  ids: ReadonlyMap<string, string>,
  settled: boolean,
): Promise<void> {
  const shares = payments.flatMap(({ document, allocations }) =>
    allocations.map(({ receivableId, amountMinor }) => ({
      receivable_id: receivableId,
      payment_id: ids.get(document.externalId),
      amount_minor: amountMinor,
      value_date: document.receivedOn,
    })),
  );
  if (shares.length === 0) return;
  const moved = new Map<string, number>();
  for (const share of settled ? [] : shares)
    moved.set(share.receivable_id, (moved.get(share.receivable_id) ?? 0) + share.amount_minor);
  const moves = [...moved].map(([id, amount_minor]) => ({ id, amount_minor }));
  await sql`
    with a as (
      insert into allocation (receivable_id, payment_id, amount_minor, value_date, posted_at)
      select x.*, ${at.now}::timestamptz from ${recordset(shares, SHARE)})
    update receivable r set paid_minor = r.paid_minor + x.amount_minor from ${recordset(moves, 'id uuid, amount_minor bigint')}
    where r.id = x.id`.execute(tx);
}
