import { sql } from 'kysely';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { sameAs } from '../../domain/ledger/duplicates.ts';
import { openDoubts } from './duplicates.ts';
import type { Doubt } from './duplicates.ts';
import { among } from '../platform/prepared.ts';
import type { Work } from '../platform/transaction.ts';
import type { Effects } from '../platform/effects.ts';
import { noEffects } from '../platform/effects.ts';

interface Row {
  id: string;
  externalId: string;
  customerId: string;
  currency: string;
  amountMinor: number;
  on: BusinessDate;
  text: string;
  /** The lines the debtor chose, or the invoice of a note; the order it is bound to. */
  apart: string | null;
}

const keyOf = ({ customerId, currency, amountMinor, on, text, apart }: Row): string | null =>
  sameAs({ customerId, currency, on, amountMinor, text, apart });

/** What was paid, whatever it settles. */
const paidIn = (alias: string) => sql`coalesce(${sql.ref(`${alias}.paid_currency`)}, ${sql.ref(`${alias}.currency`)})`;
const paidMinor = (alias: string) => sql`coalesce(${sql.ref(`${alias}.paid_minor`)}, ${sql.ref(`${alias}.amount_minor`)})`;

/**
 * Flags payments of one payer with the same text, day and amount paid under two keys, the later one; both stay as they are booked. Those with
 * other lines, or without a text, are told apart. `ids`: just posted, in the order of their documents.
 */
export async function flagPayments(work: Work, ids: readonly string[]): Promise<Effects> {
  const { tx } = work;
  if (ids.length === 0) return noEffects();
  const { rows } = await sql<Row>`
    select distinct p.id, p.external_id as "externalId", p.customer_id as "customerId", ${paidIn('p')} as currency, ${paidMinor('p')} as "amountMinor",
      p.received_on as "on", p.reference as text, concat_ws(' ', p.order_code, (
        select string_agg(a.receivable_id || ' ' || round(a.amount_minor::numeric * ${paidMinor('p')} / p.amount_minor), ' ' order by a.receivable_id)
        from allocation a where a.payment_id = p.id and a.basis = 'given')) as apart
    from payment n join payment p on p.customer_id = n.customer_id and p.received_on = n.received_on and ${paidMinor('p')} = ${paidMinor('n')}
    where ${among('n.id', ids, 'uuid')} and n.reference is not null and p.reference is not null and p.reversed_at is null order by p.id`.execute(
    tx,
  );
  return openDoubts(work, doubtsAmong('payment', rows, ids));
}

/** The same of a credit note: the invoice, day, amount and reason of another one. */
export async function flagNote(work: Work, id: string): Promise<Effects> {
  const { tx } = work;
  const { rows } = await sql<Row>`
    select p.id, p.external_id as "externalId", p.customer_id as "customerId", p.currency, p.amount_minor as "amountMinor",
      p.issued_on as "on", p.reason as text, p.invoice_id as apart
    from credit_note n join credit_note p on p.customer_id = n.customer_id and p.issued_on = n.issued_on and p.amount_minor = n.amount_minor
    where n.id = ${id}::uuid and p.reversed_at is null order by p.id`.execute(tx);
  return openDoubts(work, doubtsAmong('credit-note', rows, [id]));
}

/** Each of `fresh` that looks like one before it. */
function doubtsAmong(kind: Doubt['kind'], rows: readonly Row[], fresh: readonly string[]): Doubt[] {
  const place = new Map(fresh.map((id, index) => [id, index]));
  const byTime = rows.toSorted((a, b) => (place.get(a.id) ?? -1) - (place.get(b.id) ?? -1));
  return byTime.flatMap((row) => {
    const key = keyOf(row);
    const twin = byTime.find((other) => keyOf(other) === key);
    return key === null || !twin || twin === row || !place.has(row.id) ? [] : [{ kind, ...row, twin }];
  });
}
