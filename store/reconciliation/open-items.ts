import { sql } from 'kysely';
import type { BusinessDate } from '../../domain/platform/calendar.ts';
import { booksOn } from '../ledger/as-of.ts';
import type { DayOf } from '../ledger/as-of.ts';
import type { Tx } from '../platform/database.ts';

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
 * The open items of a day, as the books were at its end. By date, then number. The caller holds the customer's lock.
 */
export async function openItems(
  tx: Tx,
  customerId: string,
  currency: string,
  day: Pick<DayOf, 'asOf' | 'zone'>,
): Promise<OpenItem[]> {
  const { rows } = await sql<OpenItem>`
    with ${booksOn({ ...day, customerId })}
    select kind, id, number, "externalId", "on", "dueDate", "amountMinor" from (
      select 'receivable' as kind, id, number, external_id as "externalId", issue_date as "on", due_date as "dueDate", open_minor as "amountMinor", instalment
      from item where currency = ${currency} and issue_date <= ${day.asOf}::date
      union all
      select kind, id, number, external_id, on_date, null, -unapplied_minor, 0 from credit where currency = ${currency}) x
    where "amountMinor" <> 0 order by "on", number, "externalId", instalment`.execute(tx);
  return rows;
}
