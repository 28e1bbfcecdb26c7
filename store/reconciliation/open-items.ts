import { sql } from 'kysely';
import type { BusinessDate } from '../../domain/kernel/calendar.ts';
import type { Tx } from '../database.ts';

/** What stands open between a customer and us on a day: debts positive, credits negative, each its own line. */
export interface OpenItem {
  kind: 'receivable' | 'payment' | 'credit-note';
  id: string;
  /** The document's number as the customer knows it, and our sender's own id of it. */
  number: string;
  externalId: string;
  on: BusinessDate;
  dueDate: BusinessDate | null;
  amountMinor: number;
}

/**
 * The open items of a day, as the books have them now: what has been paid or credited with a later date is still open then. By date, then
 * number. The caller holds the customer's lock.
 */
export async function openItems(tx: Tx, customerId: string, currency: string, asOf: BusinessDate): Promise<OpenItem[]> {
  const { rows } = await sql<OpenItem>`
    select * from (
      select 'receivable' as kind, r.id, i.number, i.external_id as "externalId", i.issue_date as "on", r.due_date as "dueDate",
        r.amount_minor - r.paid_minor - r.credited_minor - r.written_off_minor + s.since as "amountMinor", r.instalment
      from receivable r join invoice i on i.id = r.invoice_id, lateral (
        select coalesce(sum(a.amount_minor), 0)::bigint as since from allocation a
        where a.receivable_id = r.id and a.reversed_at is null and a.value_date > ${asOf}::date) s
      where r.customer_id = ${customerId}::uuid and r.currency = ${currency} and i.issue_date <= ${asOf}::date and not r.withdrawn
      union all select 'payment', p.id, coalesce(p.reference, p.external_id), p.external_id, p.received_on, null, -p.unapplied_minor, 0
      from payment p where p.customer_id = ${customerId}::uuid and p.currency = ${currency} and p.received_on <= ${asOf}::date and p.reversed_at is null
      union all select 'credit-note', n.id, n.external_id, n.external_id, n.issued_on, null, -n.unapplied_minor, 0
      from credit_note n where n.customer_id = ${customerId}::uuid and n.currency = ${currency} and n.issued_on <= ${asOf}::date) x
    where "amountMinor" <> 0 order by "on", number, "externalId", instalment`.execute(tx);
  return rows.map(({ kind, id, number, externalId, on, dueDate, amountMinor }) => ({
    kind,
    id,
    number,
    externalId,
    on,
    dueDate,
    amountMinor,
  }));
}
